"""RFC 6962 hashing and proofs against Certificate Transparency's reference trees, and against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.audit.merkle import EMPTY_ROOT, Frontier, grow, leaf_hash, node_hash, root
from scheduler.audit.proof import consistency_holds, consistency_proof, inclusion_holds, inclusion_proof

# The leaves, roots and proofs that the implementations of Certificate Transparency share.
LEAVES = [bytes.fromhex(h) for h in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [bytes.fromhex(h) for h in (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)]  # fmt: skip
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(leaf) for leaf in LEAVES]

some_hashes = st.lists(st.binary(max_size=3).map(leaf_hash), min_size=1, max_size=40)


def unhex(hashes):
    return [bytes.fromhex(h) for h in hashes]


def by_definition(hashes):
    """MTH of RFC 6962 §2.1, word for word."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = max(2**i for i in range(10) if 2**i < len(hashes))
    return node_hash(by_definition(hashes[:k]), by_definition(hashes[k:]))


def test_rfc6962_the_empty_tree_hashes_to_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root([]) == EMPTY_ROOT


def test_rfc6962_leaf_and_node_hashes_have_their_prefix():
    assert leaf_hash(bytes.fromhex("101112131415161718191a1b1c1d1e1f")).hex() == (
        "3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a"
    )
    assert node_hash(bytes(range(0x20)), bytes(range(0x20, 0x40))).hex() == (
        "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57"
    )


def test_rfc6962_roots_of_the_reference_tree():
    assert [root(HASHES[:size]) for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_rfc6962_consistency_proofs_of_the_reference_tree(old, new):
    proof = consistency_proof(old, HASHES[:new])
    assert proof == unhex(CONSISTENCY[old, new])
    assert consistency_holds(old, new, ROOTS[old - 1], ROOTS[new - 1], proof)


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_rfc6962_inclusion_proofs_of_the_reference_tree(index, size):
    proof = inclusion_proof(index, HASHES[:size])
    assert proof == unhex(INCLUSION[index, size])
    assert inclusion_holds(index, size, HASHES[index], proof, ROOTS[size - 1])


@given(some_hashes)
def test_the_frontier_has_the_root_of_the_definition_at_every_size(hashes):
    frontier = Frontier()
    for size, hashed in enumerate(hashes, start=1):
        frontier = frontier.append(hashed)
        assert frontier.root == by_definition(hashes[:size])
        assert len(frontier.nodes) == size.bit_count()


@given(some_hashes, st.data())
def test_a_frontier_can_be_stored_and_grown_later(hashes, data):
    cut = data.draw(st.integers(0, len(hashes)))
    first = grow(Frontier(), hashes[:cut])
    assert grow(Frontier(first.size, first.nodes), hashes[cut:]) == grow(Frontier(), hashes)


def test_a_frontier_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match="3 leaves"):
        Frontier(3, (HASHES[0],))


@given(some_hashes, st.data())
def test_i5_each_earlier_state_is_proven_and_no_other(hashes, data):
    old = data.draw(st.integers(1, len(hashes)))
    proof = consistency_proof(old, hashes)
    roots = root(hashes[:old]), root(hashes)
    assert consistency_holds(old, len(hashes), *roots, proof)
    position = data.draw(st.integers(0, old - 1))
    forked = [*hashes[:position], leaf_hash(b"another"), *hashes[position + 1 :]]
    assert not consistency_holds(old, len(hashes), root(forked[:old]), roots[1], proof)
    assert not consistency_holds(old, len(hashes), roots[0], root(forked), proof)
    assert not consistency_holds(old, len(hashes), *roots, [*proof, EMPTY_ROOT])
    if proof:
        assert not consistency_holds(old, len(hashes), *roots, proof[:-1])


@given(some_hashes, st.data())
def test_a_leaf_is_proven_at_its_place_only(hashes, data):
    index = data.draw(st.integers(0, len(hashes) - 1))
    proof, top = inclusion_proof(index, hashes), root(hashes)
    assert inclusion_holds(index, len(hashes), hashes[index], proof, top)
    assert not inclusion_holds(index, len(hashes), leaf_hash(b"another"), proof, top)
    assert not inclusion_holds(index, len(hashes), hashes[index], [*proof, EMPTY_ROOT], top)
    assert not inclusion_holds(len(hashes), len(hashes), hashes[index], proof, top)
    for other in range(len(hashes)):
        if hashes[other] != hashes[index]:
            assert not inclusion_holds(other, len(hashes), hashes[index], proof, top)
    if proof:
        assert not inclusion_holds(index, len(hashes), hashes[index], proof[:-1], top)


def test_the_empty_log_precedes_every_log():
    assert consistency_holds(0, 8, EMPTY_ROOT, ROOTS[7], [])
    assert not consistency_holds(0, 8, ROOTS[0], ROOTS[7], [])
    assert not consistency_holds(8, 5, ROOTS[7], ROOTS[4], [])


def test_proofs_about_what_is_not_there_are_refused():
    with pytest.raises(IndexError):
        inclusion_proof(8, HASHES)
    with pytest.raises(IndexError):
        consistency_proof(9, HASHES)
    with pytest.raises(IndexError):
        consistency_proof(0, HASHES)
