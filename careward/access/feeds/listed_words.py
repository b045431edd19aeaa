"""Words of lists that packs hold (courses, kinds of absence, roles of approvers), however a file spells them (FEEDS B2.8)."""

from collections.abc import Iterable, Mapping, Sequence

from careward.access.feeds.world import World
from careward.core.ids import spelt_plainly
from careward.core.packs.pack import Pack


def as_known(values: Sequence[str], words: Iterable[str]) -> list[str]:
    """Each value as the list has it, where it has it; one that is there as it stands stays, and so does one that is in no list."""
    known = {word.casefold(): word for word in words}
    spelt: Mapping[str, str] = {spelt_plainly(word): word for word in reversed(known.values())}
    said = {value: value if not value or value.casefold() in known else spelt.get(spelt_plainly(value), value) for value in set(values)}
    return [said[value] for value in values]


def _packs(world: World) -> list[Pack]:
    systems = [system for code in world.register if (system := world.system(code))]
    return [world.pack, *(world.pack_of(system) for system in systems)]


def courses(world: World) -> list[str]:
    """Every name of a course that a pack here asks for, in the small letters that a file's are read in."""
    return [name.lower() for pack in _packs(world) for course in pack.training for name in (course.code, *course.aliases)]


def absences(world: World) -> list[str]:
    """The kinds of absence that a pack here counts as long."""
    return [kind for pack in _packs(world) for kind in pack.absence.kinds]


def approver_roles(world: World) -> list[str]:
    """The roles in which somebody may approve, by a pack here, live or on a copy."""
    found: list[str] = []
    for pack in _packs(world):
        found += [*pack.registration.approvers, *pack.registration.exception_approvers]
        found += [role for each in pack.environments for role in pack.environment_approvers(each.code)]
    return found
