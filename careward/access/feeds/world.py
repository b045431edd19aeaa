"""What one organisation already holds, as a load sees it, together with what the load itself has brought so far."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from careward.access.accounts.rules.owners import Owners
from careward.access.feeds.merge import Difference, Row, as_day, key_of
from careward.core.ids import bare, plain
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
        self.storing = bulk.storing_written()  # a plan holds days and moments as text
        self.today = as_day(on, bulk.storing())
        self._bare: dict[str, str] | None = None
        self.before_reading: Callable[[], None] = lambda: None  # rows may still be on their way in

    def standing(self, shape: Shape, scope_id: int | None = None, **more: int | str) -> list[Row]:
        """The rows a table holds now for this organisation, or for one of its systems."""
        return self._read(shape.table, shape.columns, {shape.scope: scope_id or self.organisation_id, **more})

    def _read(self, table: str, columns: Sequence[str], where: Mapping[str, Any]) -> list[Row]:
        self.before_reading()
        return bulk.read(table, columns, where)

    def named_standing(self, shape: Shape) -> list[Any]:
        """The same with names, for a table that is never long."""
        return shape.named(self.standing(shape))

    @cached_property
    def numbers(self) -> dict[int, str]:
        """The employee number of each person, those this load brings among them."""
        return dict(self._read(PERSON.table, ("employee_number",), {PERSON.scope: self.organisation_id}))

    @cached_property
    def people(self) -> dict[str, int]:
        """Person ids by employee number, as it is written and in its one form."""
        return _as_written_and_folded(self.numbers)

    def like(self, number: str) -> str:
        """The employee number that differs from one nobody has in leading noughts alone; empty where there is none."""
        if self._bare is None:
            self._bare = {bare(known): known for known in sorted(self.numbers.values(), reverse=True)}
        return self._bare.get(bare(number), "") if bare(number) else ""

    @cached_property
    def names(self) -> list[Row]:
        """Of each person the id, first name, preferred name and last name."""
        return self._read(PERSON.table, ("first_name", "preferred_name", "last_name"), {PERSON.scope: self.organisation_id})

    @cached_property
    def owners(self) -> Owners:
        """Whose a new account is."""
        columns = ("employee_number", "smartcard_uuid", "email")
        return Owners(self._read(PERSON.table, columns, {PERSON.scope: self.organisation_id}))

    @cached_property
    def members(self) -> set[tuple[int, int]]:
        """Which persons hold a post in which teams: (person, team)."""
        posts = self._read(ASSIGNMENT.table, ("person_id", "team_id"), {ASSIGNMENT.scope: self.organisation_id})
        return {(person, team) for _, person, team in posts}

    def know_staff(self, persons: Iterable[Any], posts: Iterable[Any]) -> None:
        """Keeps of a staff list that has gone in what other files ask for; the rest of it can go."""
        rows = list(persons)
        self.numbers = {row.id: row.employee_number for row in rows}
        self.people, self._bare = _as_written_and_folded(self.numbers), None
        self.names = [(row.id, row.first_name, row.preferred_name, row.last_name) for row in rows]
        self.owners = Owners((row.id, row.employee_number, row.smartcard_uuid, row.email) for row in rows)
        self.members = {(row.person_id, row.team_id) for row in posts}

    @cached_property
    def teams(self) -> dict[str, Any]:
        """Team rows by the one form of their codes."""
        return by_key(TEAM, self.named_standing(TEAM))

    @cached_property
    def register(self) -> dict[str, Any]:
        """System rows by the one form of their codes."""
        return by_key(SYSTEM, self.named_standing(SYSTEM))

    def system(self, code: str) -> KnownSystem | None:
        row = self.register.get(plain(code))
        return KnownSystem(row.id, row.code, row.pack) if row else None

    def systems(self) -> list[KnownSystem]:
        """Every system of the register."""
        return [KnownSystem(row.id, row.code, row.pack) for row in self.register.values()]

    def environments(self, system: KnownSystem) -> dict[Any, Row]:
        """Environment rows of one system by (system, code); ours to add to."""
        if system.id not in self._environments:
            self._environments[system.id] = by_key(ENVIRONMENT, ENVIRONMENT.named(self.standing(ENVIRONMENT, system.id)))
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

    def take_ids(self, shape: Shape, count: int) -> Sequence[int]:
        """The ids that so many new rows of a table will have."""
        self.before_reading()
        return self.ids.take(shape.table, count)

    def take_in(self, shape: Shape, difference: Difference, there: dict[Any, Row] | None = None) -> list[Row]:
        """Gives the added rows their ids and returns them with those; puts the whole difference over what is held."""
        numbers = self.take_ids(shape, len(difference.added))
        added: list[Row] = [(number, *row) for number, row in zip(numbers, difference.added.values(), strict=True)]
        if there is not None:
            there.update(zip(difference.added, shape.named(added), strict=True))
            for part in (difference.changed, difference.back, difference.gone):
                there.update({name: becomes for name, (_, becomes) in part.items()})
        return added

    def say(self, each: Field, names: Mapping[int, str], value: Any) -> str:
        """A stored value as the person who loads the file knows it: numbers and codes in place of ids, whose names are given."""
        if value is None or value == "":
            return ""
        if each.refers_to and isinstance(value, int):
            return names.get(value, "")
        if each.kind == FLAG:
            return "yes" if value else "no"
        return str(value)

    def named(self, each: Field) -> dict[int, str]:
        """What files call each id that a column may hold."""
        if each.refers_to == TEAM.table:
            return {row.id: row.name for row in self.teams.values()}
        if each.refers_to == SYSTEM.table:
            return {row.id: row.code for row in self.register.values()}
        return self.numbers


def _as_written_and_folded(numbers: Mapping[int, str]) -> dict[str, int]:
    return {plain(number): person for person, number in numbers.items()} | {number: person for person, number in numbers.items()}


def by_key(shape: Shape, rows: Sequence[Any]) -> dict[Any, Any]:
    """Rows as a table holds them by what tells them apart."""
    return dict(zip(map(key_of(shape, 1), rows), rows, strict=True))
