"""RFC 6962 §2.1: the Merkle tree hash of a list of leaves, and a frontier that grows it leaf by leaf."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
"""The Merkle tree hash of no leaves, RFC 6962 §2.1."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf), 32 bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), 32 bytes; the prefix keeps an inner node from passing as a leaf."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than `size` (≥ 2): where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


@dataclass(frozen=True)
class Frontier:
    """The roots of the perfect subtrees that a tree of `size` leaves consists of, the largest first.

    There is one for each set bit of `size`; they are all that appending and the root need.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ValueError(
                f"a tree of {self.size} leaves has {self.size.bit_count()} frontier nodes, not {len(self.nodes)}"
            )

    def append(self, hashed: bytes) -> "Frontier":
        """The frontier with one more leaf hash; O(log size)."""
        nodes, size = [*self.nodes, hashed], self.size
        while size & 1:
            right = nodes.pop()
            nodes[-1] = node_hash(nodes[-1], right)
            size >>= 1
        return Frontier(self.size + 1, tuple(nodes))

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far."""
        if not self.nodes:
            return EMPTY_ROOT
        *rest, result = self.nodes
        for left in reversed(rest):
            result = node_hash(left, result)
        return result


def grow(frontier: Frontier, hashes: Iterable[bytes]) -> Frontier:
    """`frontier` with every one of `hashes` appended."""
    for hashed in hashes:
        frontier = frontier.append(hashed)
    return frontier


def root(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over leaf hashes."""
    return grow(Frontier(), hashes).root
