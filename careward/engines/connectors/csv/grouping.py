"""Lines that say one thing each ("user permission") taken together into one record, as a profile's `group` declares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from careward.engines.connectors.csv.headings import normal
from careward.engines.connectors.csv.profiles import FeedProfile
from careward.engines.connectors.csv.sources import Record
from careward.engines.connectors.csv.values import Misfit


@dataclass(slots=True)
class _Gathered:
    line: int
    cells: list[str]
    lists: list[list[str]]


def checked_numbers(records: Iterable[Record], headings: list[str], profile: FeedProfile) -> Iterator[Record]:
    """The records, those refused whose `whole_numbers` columns hold anything else."""
    wanted = {normal(name) for name in profile.whole_numbers}
    places = [i for i, heading in enumerate(headings) if normal(heading) in wanted]
    for line, cells in records:
        if not isinstance(cells, Misfit) and len(cells) == len(headings):
            wrong = next((i for i in places if not _whole(cells[i].strip())), None)
            if wrong is not None:
                yield line, Misfit("The cell does not hold a whole number", "Write digits only", headings[wrong], tuple(cells))
                continue
        yield line, cells


def grouped(records: Iterable[Record], headings: list[str], profile: FeedProfile) -> Iterator[Record]:
    """One record for each `by`, on the line of its first; what cannot be grouped passes as it is, to be refused.

    A line whose other cells differ from those of the first line is refused.
    """
    by, collect = _places(headings, profile, profile.group.by), _places(headings, profile, profile.group.collect)
    rest = [i for i in range(len(headings)) if i not in by and i not in collect]
    groups: dict[tuple[str, ...], _Gathered] = {}
    for line, cells in records:
        if isinstance(cells, Misfit) or len(cells) != len(headings) or not all(cells[i].strip() for i in by):
            yield line, cells
            continue
        key = tuple(cells[i].strip() for i in by)
        group = groups.setdefault(key, _Gathered(line, cells, [[] for _ in collect]))
        if any(cells[i].strip() != group.cells[i].strip() for i in rest):
            what = f"This line says otherwise than line {group.line}, which has the same {', '.join(headings[i] for i in by)}"
            yield line, Misfit(what, "Make the lines agree in all but what is listed", cells=tuple(cells))
            continue
        for i, listed in zip(collect, group.lists, strict=True):
            listed.append(cells[i].strip())
    yield from (_joined(group, collect, profile.group.prefix) for group in groups.values())


def _places(headings: list[str], profile: FeedProfile, columns: tuple[str, ...]) -> list[int]:
    known = [normal(h) for h in headings]
    return [known.index(normal(profile.theirs[name])) for name in columns if normal(profile.theirs[name]) in known]


def _joined(group: _Gathered, collect: list[int], prefix: str) -> Record:
    cells = list(group.cells)
    for i, listed in zip(collect, group.lists, strict=True):
        cells[i] = ";".join(f"{prefix}{item}" for item in dict.fromkeys(listed) if item)
    return group.line, cells


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit()
