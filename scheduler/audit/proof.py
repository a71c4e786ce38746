"""RFC 6962 §2.1.1 and §2.1.2: proofs that a leaf is in the log, and that a longer log begins with a shorter one.

A proof convinces someone who holds nothing but signed checkpoints. Hashes are 32 bytes; sizes count leaves.
"""

from collections.abc import Sequence

from scheduler.audit.merkle import EMPTY_ROOT, node_hash, root, split


def inclusion_proof(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH(index, leaves) over the leaf hashes of a whole tree. Raises IndexError for a leaf that is not in it."""
    if not 0 <= index < len(hashes):
        raise IndexError(f"leaf {index} is not in a log of {len(hashes)}")
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return [*inclusion_proof(index, hashes[:k]), root(hashes[k:])]
    return [*inclusion_proof(index - k, hashes[k:]), root(hashes[:k])]


def consistency_proof(old_size: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PROOF(old_size, leaves) over the leaf hashes of the longer tree. Raises IndexError when it is the shorter."""
    if not 0 < old_size <= len(hashes):
        raise IndexError(f"a log of {len(hashes)} has no earlier state of {old_size} leaves to be consistent with")
    return _subproof(old_size, hashes, whole=True)


def _subproof(old_size: int, hashes: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2; `whole` is its b."""
    if old_size == len(hashes):
        return [] if whole else [root(hashes)]
    k = split(len(hashes))
    if old_size <= k:
        return [*_subproof(old_size, hashes[:k], whole=whole), root(hashes[k:])]
    return [*_subproof(old_size - k, hashes[k:], whole=False), root(hashes[:k])]


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether `proof` leads from leaf hash `leaf` at `index` to the root of a tree of `size` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, reached = index, size - 1, leaf
    for hashed in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached = node_hash(hashed, reached)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, hashed)
        node, last = node >> 1, last >> 1
    return last == 0 and reached == expected_root


def consistency_holds(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new_size` begins with the tree of `old_size` (RFC 9162 §2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for hashed in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(hashed, old), node_hash(hashed, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, hashed)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
