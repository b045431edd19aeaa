"""What one organisation already holds, as a load sees it, together with what the load itself has brought so far."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from careward.access.feeds.merge import Difference, Row, key_of
from careward.core.packs.pack import Pack
from careward.evidence.rows import bulk
from careward.evidence.rows.shapes import FLAG, Field, Shape
from careward.people.staff.packs import pack_on
from careward.people.staff.shapes import ASSIGNMENT, PERSON, TEAM
from careward.systems.register.shapes import ENVIRONMENT, SYSTEM


@dataclass(frozen=True, slots=True)
class KnownSystem:
    id: int
    code: str
    pack: str


class World:
    """Finds persons, systems, teams and environments by what a file calls them, within one organisation."""

    def __init__(self, *, organisation_id: int, pack: Pack, on: date, ids: bulk.Ids) -> None:
        self.organisation_id = organisation_id
        self.pack = pack
        self.on = on
        self.ids = ids
        self.storing = bulk.storing()

    def standing(self, shape: Shape, scope_id: int | None = None) -> list[Row]:
        """The rows a table holds now for this organisation, or for one of its systems."""
        return shape.named(bulk.read(shape.table, shape.columns, {shape.scope: scope_id or self.organisation_id}))

    @cached_property
    def staff(self) -> dict[str, Row]:
        """Person rows by employee number, case ignored."""
        return _by_key(PERSON, self.standing(PERSON))

    def people(self) -> dict[str, int]:
        """Person ids by employee number, those this load brings among them."""
        return {number: row.id for number, row in self.staff.items()}

    @cached_property
    def posts(self) -> dict[Any, Row]:
        return _by_key(ASSIGNMENT, self.standing(ASSIGNMENT))

    @cached_property
    def teams(self) -> dict[str, Row]:
        """Team rows by code, case ignored."""
        return _by_key(TEAM, self.standing(TEAM))

    @cached_property
    def register(self) -> dict[str, Row]:
        """System rows by code, case ignored."""
        return _by_key(SYSTEM, self.standing(SYSTEM))

    def system(self, code: str) -> KnownSystem | None:
        row = self.register.get(code.strip().casefold())
        return KnownSystem(row.id, row.code, row.pack) if row else None

    def environments(self, system: KnownSystem) -> dict[Any, Row]:
        """Environment rows of one system by (system, code); ours to add to."""
        if system.id not in self._environments:
            self._environments[system.id] = _by_key(ENVIRONMENT, self.standing(ENVIRONMENT, system.id))
        return self._environments[system.id]

    @cached_property
    def _environments(self) -> dict[int, dict[Any, Row]]:
        return {}

    @cached_property
    def _packs(self) -> dict[str, Pack]:
        return {}

    def pack_of(self, system: KnownSystem) -> Pack:
        if system.pack not in self._packs:
            self._packs[system.pack] = pack_on(system.pack, self.on)
        return self._packs[system.pack]

    def take_in(self, shape: Shape, difference: Difference, held: dict[Any, Row] | None = None) -> list[Row]:
        """Gives the added rows their ids and returns them with those; puts the whole difference over what is held."""
        numbers = self.ids.take(shape.table, len(difference.added))
        added = shape.named([(number, *row) for number, row in zip(numbers, difference.added.values(), strict=True)])
        if held is not None:
            held.update(zip(difference.added, added, strict=True))
            for part in (difference.changed, difference.back, difference.gone):
                held.update({name: becomes for name, (_, becomes) in part.items()})
        return added

    def say(self, each: Field, value: Any) -> str:
        """A stored value as the person who loads the file knows it: numbers and codes in place of ids."""
        if value is None or value == "":
            return ""
        if each.refers_to and isinstance(value, int):
            return next((name for number, name in self._referred(each) if number == value), "")
        if each.kind == FLAG:
            return "yes" if value else "no"
        return str(value)

    def named(self, each: Field) -> dict[int, str]:
        """What files call each id that a column may hold."""
        return dict(self._referred(each))

    def _referred(self, each: Field) -> Iterator[tuple[int, str]]:
        """The rows that a column of ids refers to, and the words a person knows them by."""
        if each.refers_to == TEAM.table:
            return ((row.id, row.name) for row in self.teams.values())
        if each.refers_to == SYSTEM.table:
            return ((row.id, row.code) for row in self.register.values())
        return ((row.id, row.employee_number) for row in self.staff.values())


def _by_key(shape: Shape, rows: Sequence[Row]) -> dict[Any, Row]:
    return dict(zip(map(key_of(shape, 1), rows), rows, strict=True))
