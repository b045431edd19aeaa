"""Words of closed lists that packs hold, however a file spells them, and those that no list knows (FEEDS B2.8)."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from careward.access.feeds.plan import Work
from careward.access.feeds.rules import NEAR
from careward.access.feeds.world import KnownSystem, World
from careward.core.ids import spelt_plainly
from careward.core.packs.pack import Pack
from careward.core.ports import Problem
from careward.core.roles import ELSEWHERE, ROLES

LIVE_NAMES = ("live", "production", "prod")  # what a system's live environment is called where its pack does not say otherwise
LIKE = 0.6  # how alike the nearest known word is at least
SHOWN = 12


def as_known(values: Sequence[str], words: Iterable[str]) -> list[str]:
    """Each value as the list has it, where it has it; one that is there as it stands stays, and so does one that is in no list."""
    known = {word.casefold(): word for word in words}
    spelt: Mapping[str, str] = {spelt_plainly(word): word for word in reversed(known.values())}
    said = {value: value if not value or value.casefold() in known else spelt.get(spelt_plainly(value), value) for value in set(values)}
    return [said[value] for value in values]


class UnknownWords:
    """Of one column of a file: the words that no list here knows. None refuses its row; of a long list only near misses are told."""

    def __init__(self, column: str, words: Iterable[str], *, near_alone: bool = False) -> None:
        self._column, self._least = column, NEAR if near_alone else LIKE
        self._known = {spelt_plainly(word): word for word in words}
        self._near_alone = near_alone
        self._seen: dict[str, tuple[int, int]] = {}  # word: its first line, and how many cells

    def note(self, work: Work) -> None:
        """Takes in some rows as the file has them."""
        cells = work.cells.get(self._column, ())
        for word in {v for v in set(cells) if v and spelt_plainly(v) not in self._known}:
            line, count = self._seen.get(word, (work.lines[cells.index(word)], 0))
            self._seen[word] = line, count + cells.count(word)

    def problems(self, file: str) -> list[Problem]:
        """One for each word, with its first line, how many cells there are, and the nearest word that is known."""
        return [found for word, (line, count) in self._seen.items() if (found := self._problem(file, word, line, count))]

    def _problem(self, file: str, word: str, line: int, count: int) -> Problem | None:
        nearest = [self._known[n] for n in get_close_matches(spelt_plainly(word), self._known, 1, self._least)]
        if self._near_alone and not nearest:
            return None
        cells = "" if count == 1 else f", in {count:,} cells"
        what = f"“{word}” is not a word known here{cells}" + (f"; the nearest is {nearest[0]}" if nearest else "")
        known = sorted(set(self._known.values()))
        of = "" if self._near_alone else f" Known: {', '.join(known[:SHOWN])}{', ...' if len(known) > SHOWN else ''}."
        return Problem(file, line, self._column, what, f"Put it right, or translate it in the mapping profile.{of}")


def _packs(world: World) -> list[Pack]:
    return [world.pack, *map(world.pack_of, world.systems())]


def courses(world: World) -> list[str]:
    """Every name of a course that a pack here asks for, in the small letters that a file's are read in."""
    return [name.lower() for pack in _packs(world) for course in pack.training for name in (course.code, *course.aliases)]


def absences(world: World) -> list[str]:
    """The kinds of absence that a pack here knows: those that count as long, and others."""
    return [kind for pack in _packs(world) for kind in (*pack.absence.kinds, *pack.absence.others)]


def approver_roles(world: World) -> list[str]:
    """The roles in which somebody may approve, by a pack here, live or on a copy."""
    found: list[str] = []
    for pack in _packs(world):
        found += [*pack.registration.approvers, *pack.registration.exception_approvers]
        found += [role for each in pack.environments for role in pack.environment_approvers(each.code)]
    return found


def roles(world: World) -> list[str]:
    """Those, and every other role that somebody may hold here."""
    return [*approver_roles(world), *ROLES, *ELSEWHERE]


def environments(world: World, systems: Iterable[KnownSystem]) -> list[str]:
    """What the environments of some systems are called."""
    return [*LIVE_NAMES, *(each.code for system in systems for each in world.pack_of(system).environments)]
