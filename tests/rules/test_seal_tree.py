"""RFC 6962 trees against published roots and a deliberately naive reference."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.seal import tree as merkle

# The eight leaves and the roots that Certificate Transparency implementations share (Go's merkle package among them).
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def naive_root(data: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = max(2**i for i in range(20) if 2**i < len(data))
    return sha256(b"\x01" + naive_root(data[:k]) + naive_root(data[k:])).digest()


def naive_path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(data) == 1:
        return []
    k = max(2**i for i in range(20) if 2**i < len(data))
    return [*naive_path(m, data[:k]), naive_root(data[k:])] if m < k else [*naive_path(m - k, data[k:]), naive_root(data[:k])]


def naive_subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2."""
    if m == len(data):
        return [] if whole else [naive_root(data)]
    k = max(2**i for i in range(20) if 2**i < len(data))
    if m <= k:
        return [*naive_subproof(m, data[:k], whole), naive_root(data[k:])]
    return [*naive_subproof(m - k, data[k:], False), naive_root(data[:k])]


def data_of(size: int) -> list[bytes]:
    return [str(i).encode() for i in range(size)]


def hashes_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(d) for d in data_of(size)]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    expected = ROOTS[size - 1] if size else "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(HASHES[:size]).hex() == expected


PUBLISHED_PROOFS = [  # leaf, size, path: published with the roots above
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
]


@pytest.mark.parametrize(("index", "size", "path"), PUBLISHED_PROOFS)
def test_published_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    assert [step.hex() for step in merkle.inclusion_proof(HASHES[:size], index)] == path


PUBLISHED_CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "path"), PUBLISHED_CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, path: list[str]) -> None:
    assert [step.hex() for step in merkle.consistency_proof(HASHES[:new], old)] == path


def test_a_leaf_cannot_be_passed_off_as_a_node() -> None:
    left, right = HASHES[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_a_growing_range_has_every_root_on_the_way() -> None:
    tree = merkle.CompactRange()
    for size in range(1, 200):
        tree.append(hashes_of(size)[-1])
        assert (tree.size, tree.root(), len(tree.peaks)) == (size, naive_root(data_of(size)), size.bit_count())


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_range_taken_up_again_goes_on_as_if_never_left(first: int, more: int) -> None:
    leaves = hashes_of(first + more)
    before = merkle.CompactRange()
    before.extend(leaves[:first])
    after = merkle.CompactRange(before.size, before.peaks)
    after.extend(leaves[first:])
    assert after.root() == naive_root(data_of(first + more))
    assert (after.size, before.size) == (first + more, first)


@pytest.mark.parametrize(("size", "peaks"), [(3, [b"x" * 32]), (1, []), (-1, []), (1, [b"short"]), (0, [b"x" * 32])])
def test_a_range_that_does_not_fit_is_refused(size: int, peaks: list[bytes]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        merkle.CompactRange(size, peaks)


def test_every_proof_of_small_trees_is_the_naive_one_and_holds() -> None:
    for size in range(1, 34):
        data, leaves = data_of(size), hashes_of(size)
        top = merkle.root(leaves)
        for index in range(size):
            proof = merkle.inclusion_proof(leaves, index)
            assert list(proof) == naive_path(index, data)
            assert merkle.includes(root=top, size=size, index=index, leaf=leaves[index], proof=proof)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(leaves, old)
            assert list(proof) == naive_subproof(old, data, True)
            assert merkle.continues(old_root=merkle.root(leaves[:old]), old_size=old, new_root=top, new_size=size, proof=proof)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1), st.integers(1, n))))
def test_proofs_of_larger_trees_hold(case: tuple[int, int, int]) -> None:
    size, index, old = case
    leaves = hashes_of(size)
    top = merkle.root(leaves)
    assert merkle.includes(root=top, size=size, index=index, leaf=leaves[index], proof=merkle.inclusion_proof(leaves, index))
    proof = merkle.consistency_proof(leaves, old)
    assert merkle.continues(old_root=merkle.root(leaves[:old]), old_size=old, new_root=top, new_size=size, proof=proof)


def _flip(value: bytes, bit: int) -> bytes:
    return bytes(b ^ (1 << bit % 8 if i == bit // 8 % len(value) else 0) for i, b in enumerate(value))


def _spoilt(proof: tuple[bytes, ...], bit: int) -> list[tuple[bytes, ...]]:
    """Every way to tamper with a proof: a bit, one more, one fewer, two changed over, a short hash."""
    out = [(*proof, b"\0" * 32), (b"\0" * 32, *proof)]
    out += [(*proof[:i], _flip(step, bit), *proof[i + 1 :]) for i, step in enumerate(proof)]
    out += [(*proof[:i], *proof[i + 1 :]) for i in range(len(proof))]
    out += [(*proof[:i], step[:31], *proof[i + 1 :]) for i, step in enumerate(proof)]
    out += [(*proof[:i], proof[i + 1], proof[i], *proof[i + 2 :]) for i in range(len(proof) - 1)]
    return out


@given(st.integers(2, 70).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))), st.integers(0, 255))
def test_forged_inclusion_is_refused(case: tuple[int, int], bit: int) -> None:
    size, index = case
    leaves = hashes_of(size)
    top, proof = merkle.root(leaves), merkle.inclusion_proof(leaves, index)
    assert not merkle.includes(root=_flip(top, bit), size=size, index=index, leaf=leaves[index], proof=proof)
    assert not merkle.includes(root=top, size=size, index=index, leaf=_flip(leaves[index], bit), proof=proof)
    assert not merkle.includes(root=top, size=size, index=index, leaf=leaves[(index + 1) % size], proof=proof)
    for forged in _spoilt(proof, bit):
        assert not merkle.includes(root=top, size=size, index=index, leaf=leaves[index], proof=forged)


@given(st.integers(2, 70).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 1))), st.integers(0, 255))
def test_forged_consistency_is_refused(case: tuple[int, int], bit: int) -> None:
    size, old = case
    leaves = hashes_of(size)
    top, before, proof = merkle.root(leaves), merkle.root(leaves[:old]), merkle.consistency_proof(leaves, old)
    assert not merkle.continues(old_root=_flip(before, bit), old_size=old, new_root=top, new_size=size, proof=proof)
    assert not merkle.continues(old_root=before, old_size=old, new_root=_flip(top, bit), new_size=size, proof=proof)
    for forged in _spoilt(proof, bit):
        assert not merkle.continues(old_root=before, old_size=old, new_root=top, new_size=size, proof=forged)


@given(st.integers(2, 60), st.data())
def test_a_rewritten_past_has_no_proof(size: int, data: st.DataObject) -> None:
    """A log that changed one old entry and then grew cannot be shown to continue what was signed before."""
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    honest = hashes_of(size)
    rewritten = [*honest[:changed], merkle.leaf_hash(b"another"), *honest[changed + 1 :]]
    proof = merkle.consistency_proof(rewritten, old)
    assert not merkle.continues(
        old_root=merkle.root(honest[:old]), old_size=old, new_root=merkle.root(rewritten), new_size=size, proof=proof
    )


def test_impossible_places_are_refused() -> None:
    leaves = hashes_of(4)
    top = merkle.root(leaves)
    proof = merkle.inclusion_proof(leaves, 0)
    for index, size in ((-1, 4), (4, 4), (0, 0), (0, 8), (0, 2)):
        assert not merkle.includes(root=top, size=size, index=index, leaf=leaves[0], proof=proof)
    for index in (-1, 4):
        with pytest.raises(IndexError, match="no leaf"):
            merkle.inclusion_proof(leaves, index)
    for old in (-1, 5):
        with pytest.raises(IndexError, match="never had"):
            merkle.consistency_proof(leaves, old)
    assert not merkle.continues(old_root=top, old_size=4, new_root=merkle.root(leaves[:3]), new_size=3, proof=())
    assert not merkle.continues(old_root=merkle.root(leaves[:2]), old_size=2, new_root=top, new_size=4, proof=())


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_a_proof_for_one_size_does_not_serve_a_tree_twice_as_high(case: tuple[int, int]) -> None:
    size, old = case
    leaves = hashes_of(size)
    top, before, proof = merkle.root(leaves), merkle.root(leaves[:old]), merkle.consistency_proof(leaves, old)
    assert not merkle.continues(old_root=before, old_size=old, new_root=top, new_size=4 * size, proof=proof)
    path = merkle.inclusion_proof(leaves, old - 1)
    assert not merkle.includes(root=top, size=4 * size, index=old - 1, leaf=leaves[old - 1], proof=path)


def test_a_tree_continues_itself_and_the_empty_one() -> None:
    leaves = hashes_of(5)
    top = merkle.root(leaves)
    assert merkle.continues(old_root=top, old_size=5, new_root=top, new_size=5, proof=())
    assert not merkle.continues(old_root=top, old_size=5, new_root=top, new_size=5, proof=(top,))
    assert merkle.consistency_proof(leaves, 0) == ()
    assert merkle.continues(old_root=merkle.EMPTY_ROOT, old_size=0, new_root=top, new_size=5, proof=())
    assert not merkle.continues(old_root=top, old_size=0, new_root=top, new_size=5, proof=())


@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_range_grows_by_many_leaves_as_by_one_after_another(steps):
    together, single, leaves = merkle.CompactRange(), merkle.CompactRange(), iter(hashes_of(240))
    for step in steps:
        some = [next(leaves) for _ in range(step)]
        together.extend(some)
        for leaf in some:
            single.append(leaf)
        assert (together.size, together.peaks, together.root()) == (single.size, single.peaks, single.root())
    assert together.root() == naive_root(data_of(sum(steps)))
