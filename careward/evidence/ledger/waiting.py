"""What waits to be sealed, held against what binds it: every entry has its place or a good link, and no link is missing between two."""

from dataclasses import dataclass

from careward.evidence.ledger import links, rows, signed
from careward.evidence.ledger.leaves import leaf_as_kept
from careward.evidence.ledger.told import Ahead, Outside
from careward.seal.walk import LogFaults


@dataclass(slots=True)
class Waits:
    """How many entries wait, since when, and how many of them, or beside them, cannot be sealed."""

    count: int = 0
    oldest: str = ""
    unsealable: int = 0


def hold_waiting(told: Outside, ahead: Ahead | None, found: LogFaults) -> Waits:
    """Holds every entry without a place against the links, and every lane against what was sealed of it; adds what is wrong."""
    waits, covered = Waits(), set[int]()
    placed_next = {n for first, last in ahead.ids for n in range(first, last + 1)} if ahead else set[int]()
    reached = {lane: (number, hashed) for lane, (number, hashed) in told.lanes.items()}
    for one in links.waiting():
        ids = {n for first, last in one.link.ids for n in range(first, last + 1)}
        covered |= ids
        if placed_next >= ids:  # its line is signed, and its places come with the next sealing
            continue
        if not one.good:
            earlier = one.link.lane == links.EARLIER and not told.lines
            _cannot(one, waits, found, earlier=earlier)
            continue
        _follows(one.link, reached, found)
        reached[one.link.lane] = (one.link.number, one.link.hash)
        waits.count += len(one.rows)
        waits.oldest = min(filter(None, (waits.oldest, min(row.at for row in one.rows))))
    for number in rows.unplaced():
        if number not in covered and number not in placed_next:
            waits.unsealable += 1
            found.add(
                number, f"entry {number} has no place and nothing that binds it: it was put in, or its place was taken out", _now(number)
            )
    _hold_lanes(reached, found)
    return waits


def _cannot(one: links.BoundEntries, waits: Waits, found: LogFaults, *, earlier: bool) -> None:
    if earlier:  # the first sealing takes them up
        waits.count += len(one.rows)
        waits.oldest = min(filter(None, (waits.oldest, *(row.at for row in one.rows))), default="")
        return
    waits.unsealable += max(1, len(one.rows))
    first = one.link.ids[0][0] if one.link.ids else None
    found.add(first, links.told(one), b"".join(one.leaves) + one.link.hash)


def _now(number: int) -> bytes:
    return b"".join(leaf_as_kept(row) for row in rows.by_ranges([(number, number)]))


def _follows(link: links.Waiting, reached: dict[str, tuple[int, bytes]], found: LogFaults) -> None:
    number, hashed = reached.get(link.lane, (0, links.FIRST))
    if link.number != number + 1 or link.before != hashed:
        found.add(link.ids[0][0], links.gap(link.lane, number, link.number), link.hash)


def _hold_lanes(reached: dict[str, tuple[int, bytes]], found: LogFaults) -> None:
    here = rows.lanes()
    for lane in sorted(here.keys() | reached.keys()):
        stands, must = here.get(lane, (0, links.FIRST)), reached.get(lane, (0, links.FIRST))
        if stands != must:
            what = f"what was written for {lane or 'the installation'} has got to number {must[0]}, and its lane says {stands[0]}"
            found.add(None, what, signed.digest([stands]))
