"""What each feed's file would do, and the order in which a folder's files are planned."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from careward.access.accounts.rules.owners import Owners
from careward.access.accounts.rules.states import not_one_move
from careward.access.accounts.shapes import ACCOUNT
from careward.access.authorisations.rules import LISTED, LIVE
from careward.access.authorisations.shapes import AUTHORISATION, GENERIC, ROLE_HOLDER
from careward.access.feeds import listed_words
from careward.access.feeds.hints import Hints, Strangers
from careward.access.feeds.listed_words import LIVE_NAMES, UnknownWords
from careward.access.feeds.merge import Difference, Row
from careward.access.feeds.plan import SHOWN_LINES, FilePlan, Filling, Planned, Prepare, Work
from careward.access.feeds.staff_plan import plan_leavers, plan_staff
from careward.access.feeds.world import KnownSystem, World
from careward.access.feeds.writing import Ink, Write
from careward.core.blocks import Block
from careward.core.columns import FEEDS
from careward.core.ids import plain, spelt_plainly
from careward.core.ports import FeedFile, Problem
from careward.evidence.rows import bulk
from careward.evidence.rows.shapes import Shape
from careward.people.staff.packs import pack_names
from careward.people.staff.shapes import ABSENCE, COURSE, DEPUTY, TRAINING
from careward.systems.register.shapes import ENVIRONMENT, SYSTEM

Writes = Iterable[Write]
NO_USE = (
    "last_used_at: there is no such column, so nothing is known of use: days of creation are left out, and nothing is locked for disuse."
)


def _fill(plan: FilePlan, shape: Shape, prepare: Prepare, *unknown: UnknownWords) -> Planned:
    """A file that fills one table of the organisation."""
    filling = Filling(plan, shape, prepare=prepare)
    filling.part(plan.file.blocks(), plan.world.standing(shape), (plan.world.organisation_id,))
    _tell(plan, *unknown)
    return filling.planned()


def plan_systems(plan: FilePlan) -> Planned:
    """The register of systems (EL-061, EL-065); a system no longer listed stays, since accounts may remain on it."""
    world, known = plan.world, set(pack_names())

    def prepare(work: Work) -> Writes:
        packs = work.cells.get("pack") or work.blank
        for index, name in enumerate(packs):
            if name and name not in known:
                work.refusals.add(index, "pack", f"“{name}” is not a pack that is installed", f"Use one of: {', '.join(sorted(known))}")
        work.cells["pack"] = [name or _pack_now(world, code) for name, code in zip(packs, work.cells["code"], strict=True)]
        return ()

    filling = Filling(plan, SYSTEM, prepare=prepare, there=world.register)
    filling.part(plan.file.blocks(), list(world.register.values()), (world.organisation_id,))
    return filling.planned()


def _pack_now(world: World, code: str) -> str:
    """Where the register names no pack, the one the system already has, else the organisation's."""
    known = world.system(code)
    return known.pack if known else world.pack.id


def plan_courses(plan: FilePlan) -> Planned:
    """The courses that are offered, and where each is booked (EL-022)."""
    known = listed_words.courses(plan.world)
    unknown = UnknownWords("course_code", known, near_alone=True)  # most are asked for by no procedure

    def prepare(work: Work) -> Writes:
        unknown.note(work)
        work.cells["course_code"] = listed_words.as_known(work.cells.get("course_code") or work.blank, known)
        return ()

    return _fill(plan, COURSE, prepare, unknown)


def plan_training(plan: FilePlan) -> Planned:
    known = listed_words.courses(plan.world)
    unknown = UnknownWords("course_code", known, near_alone=True)  # an extract holds many others

    def prepare(work: Work) -> Writes:
        unknown.note(work)
        work.cells["course_code"] = listed_words.as_known(work.cells.get("course_code") or work.blank, known)
        work.cells["person_id"] = work.refer_person("employee_number")
        return ()

    return _fill(plan, TRAINING, prepare, unknown)


def plan_absences(plan: FilePlan) -> Planned:
    known = listed_words.absences(plan.world)
    unknown = UnknownWords("kind", known)

    def prepare(work: Work) -> Writes:
        unknown.note(work)
        work.cells["kind"] = listed_words.as_known(work.cells.get("kind") or work.blank, known)
        work.cells["person_id"] = work.refer_person("employee_number")
        _forwards(work)
        return ()

    return _fill(plan, ABSENCE, prepare, unknown)


def plan_deputies(plan: FilePlan) -> Planned:
    def prepare(work: Work) -> Writes:
        managers = work.cells["manager_id"] = work.refer_person("manager_employee_number")
        deputies = work.cells["deputy_id"] = work.refer_person("deputy_employee_number")
        for index, (manager, deputy) in enumerate(zip(managers, deputies, strict=True)):
            if manager is not None and manager == deputy:
                work.refusals.add(index, "deputy_employee_number", "Nobody is their own deputy", "Name someone else, or leave the row out")
        _forwards(work)
        return ()

    return _fill(plan, DEPUTY, prepare)


def plan_role_holders(plan: FilePlan) -> Planned:
    """Who holds a role that the procedures name; in it their approvals count (FEEDS B2.8)."""
    known = listed_words.roles(plan.world)
    unknown = UnknownWords("role", known)
    systems = _systems(plan.world)

    def prepare(work: Work) -> Writes:
        unknown.note(work)
        work.cells["role"] = listed_words.as_known(work.cells.get("role") or work.blank, known)
        work.cells["person_id"] = work.refer_person("employee_number")
        remedy = "Correct it, or leave it blank for every system"
        work.refer("system", systems, "is not the code of a system in the register", remedy, optional=True)
        if "system" in work.cells:
            work.cells["system"] = list(map(plain, work.cells["system"]))
        _forwards(work)
        return ()

    return _fill(plan, ROLE_HOLDER, prepare, unknown)


def _tell(plan: FilePlan, *unknown: UnknownWords) -> None:
    for words in unknown:
        plan.tell(words.problems(plan.file.name))


def _forwards(work: Work) -> None:
    for index, (begin, end) in enumerate(zip(work.cells.get("from_on", ()), work.cells.get("to_on", ()), strict=False)):
        if begin and end and end < begin:
            work.refusals.add(index, "to_on", f"It ends on {end}, before it begins on {begin}", "Put right one of the two days")


def plan_authorisations(plan: FilePlan) -> Planned:
    """Approvals that predate Careward, each to one environment of a system (PA-008, EL-017); system by system, since they are many."""
    world, known = plan.world, listed_words.approver_roles(plan.world)
    unknown = (
        UnknownWords("approver_role", listed_words.roles(world)),
        UnknownWords("environment", listed_words.environments(world, world.systems())),
    )
    strangers = Strangers("approved_by_employee_number", world.people, "Their approvals are no authority.")

    def prepare(work: Work) -> Writes:
        for words in unknown:
            words.note(work)
        work.cells["approver_role"] = listed_words.as_known(work.cells.get("approver_role") or work.blank, known)
        systems = _refer_systems(work)
        work.cells["person_id"] = work.refer_person("employee_number")
        strangers.note(work.cells)
        return (_environments(work, systems),)

    filling = Filling(plan, AUTHORISATION, prepare=prepare)
    for number, blocks in _by_system(plan).items():
        standing = world.standing(AUTHORISATION, system_id=number) if number else []
        filling.part(blocks, standing, (world.organisation_id,))
    plan.notices += strangers.notices()
    _tell(plan, *unknown)
    return filling.planned()


def _by_system(plan: FilePlan) -> dict[int, Iterable[Block]]:
    """The rows of each system; under 0 those of none that is known. A system without a row has none, but may have had some."""
    parts: dict[int, list[Iterator[Block]]] = {}
    if "system" in plan.file.columns:
        for code, blocks in plan.file.parts("system"):
            system = plan.world.system(code or "")
            parts.setdefault(system.id if system else 0, []).append(blocks)
    else:
        parts[0] = [plan.file.blocks()]
    for row in plan.world.register.values():
        parts.setdefault(row.id, [])
    return {number: chain.from_iterable(blocks) for number, blocks in parts.items()}


def plan_generic_accounts(plan: FilePlan) -> Planned:
    """Shared and service accounts with their owner and last day (EL-026, EL-027); what was decided here is no list's to end."""

    def prepare(work: Work) -> Writes:
        _refer_systems(work)
        work.cells["owner_id"] = work.refer_person("owner_employee_number")
        return ()

    filling = Filling(plan, GENERIC, prepare=prepare)
    filling.part(plan.file.blocks(), plan.world.standing(GENERIC, source=LISTED), (plan.world.organisation_id, LISTED))
    return filling.planned()


def _systems(world: World) -> dict[str, int]:
    return {code: row.id for code, row in world.register.items()}


def _refer_systems(work: Work) -> list[KnownSystem | None]:
    known = _systems(work.world)
    remedy = "Add the system to systems.csv, or correct its code"
    work.cells["system_id"] = work.refer("system", known, "is not the code of a system in the register", remedy)
    values = work.cells.get("system", [])
    found = {value: work.world.system(value or "") for value in set(values)}
    return [found[value] for value in values] or [None] * len(work.lines)


def _environments(work: Work, systems: list[KnownSystem | None]) -> Write:
    """Names each row's environment as the pack or an earlier list does, and makes those not seen before."""
    cells = work.cells.get("environment") or work.blank
    if cells and systems[0] and cells.count(cells[0]) == len(cells) == systems.count(systems[0]):  # nearly always so
        code, new = _environment(work.world, systems[0], cells[0].strip() or LIVE)
        work.cells["environment"] = [code] * len(cells)
        return Write(ENVIRONMENT, new, [])
    known = {system.id: system for system in set(systems) if system}
    numbers = [system.id if system else 0 for system in systems]
    codes: dict[tuple[int, str], str] = {}
    added = []
    for number, text in sorted(set(zip(numbers, cells, strict=True))):
        if number:
            codes[number, text], new = _environment(work.world, known[number], text.strip() or LIVE)
            added += new
    work.cells["environment"] = [codes.get(pair, pair[1] or LIVE) for pair in zip(numbers, cells, strict=True)]
    return Write(ENVIRONMENT, added, [])


def _environment(world: World, system: KnownSystem, text: str) -> tuple[str, list[Any]]:
    """The environment's code, and its row when it is new; title and whether it is live come from the pack (PA-015)."""
    there, spelt = world.environments(system), spelt_plainly(text)
    known = {spelt_plainly(code): code for _, code in there}
    listed = {spelt_plainly(e.code): e for e in world.pack_of(system).environments}
    of_pack = listed.get(spelt) or (listed.get(LIVE) if spelt in LIVE_NAMES else None)
    code = of_pack.code if of_pack else LIVE if spelt in LIVE_NAMES else known.get(spelt, text)
    if (system.id, code) in there:
        return code, []
    live = of_pack.live if of_pack else code == LIVE
    row = ENVIRONMENT.row(world.take_ids(ENVIRONMENT, 1)[0], system.id, code, of_pack.title if of_pack else code, live)
    there[system.id, code] = row
    return code, [row]


def plan_accounts(plan: FilePlan) -> Planned:
    """One system's user list; an account no longer in a full list is gone from that day."""
    world, file = plan.world, plan.file
    system = world.system(file.system)
    if system is None:
        remedy = "Add the system to systems.csv, or name the file after the system's code in the register"
        return plan.unusable(Problem(file.name, 0, "", f"“{file.system}” is not the code of a system in the register", remedy))
    spelt, turns, hints = Spellings(), Turns(), Hints("employee_number", world)
    unknown = UnknownWords("environment", listed_words.environments(world, [system]))

    def prepare(work: Work) -> Writes:
        _contradicted(work)
        _use_unknown(work)
        unknown.note(work)
        made = _environments(work, [system] * len(work.lines))
        spelt.note(work.cells["username"])
        hints.note(work.cells)
        return (made,)

    filling = Filling(plan, ACCOUNT, prepare=prepare, watch=turns.note, born=partial(_with_whose, world.owners))
    fixed = (world.organisation_id, system.id, world.today)
    filling.part(file.blocks(), world.standing(ACCOUNT, system.id), fixed)
    _tell(plan, unknown)
    plan.notices += [*spelt.notices(file), *turns.notices(), *hints.notices()]
    if "last_used_at" not in file.columns:
        plan.notices.append(NO_USE)
    return filling.planned()


_TOLD_BY = tuple(1 + ACCOUNT.columns.index(name) for name in ("kind", "employee_number", "smartcard_uuid", "email"))


def _with_whose(owners: Owners, added: Sequence[Row]) -> list[Row]:
    """New accounts, each with its person where one alone fits: the next comparison need not write that. Of others it tells."""
    if not added:
        return []
    columns = list(zip(*added, strict=True))
    persons = owners.of(*(columns[at] for at in _TOLD_BY))
    return [(*row, person, None if person is None else 1) for row, person in zip(added, persons, strict=True)]


def _use_unknown(work: Work) -> None:
    """Without a column of last use nothing is known of use: not even that an account was never used since its creation (FEEDS B2.6)."""
    if "last_used_at" not in work.cells:
        work.cells["last_used_at"] = work.cells["created_on"] = [None] * len(work.lines)


def _contradicted(work: Work) -> None:
    """Marks the accounts whose rows disagree on whether they are open."""
    doubted = work.file.contradicted
    places = [work.cells.get(column, work.blank) for column in work.file.key] if doubted else []
    work.cells["contradicted"] = [key in doubted for key in zip(*places, strict=True)] if doubted else [False] * len(work.lines)


class Turns:
    """What a list shows of its accounts' states against the last one: each change of state counted, and its machine asked about it once.

    The file is believed all the same: what it shows has happened on the system, whoever did it there.
    """

    _status = ACCOUNT.columns.index("status") + 1

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()

    def note(self, difference: Difference) -> None:
        """Takes in what some rows of the list change."""
        at = self._status
        for part in (difference.changed, difference.back):
            self._seen.update((was[at], now[at]) for was, now in part.values() if was[at] != now[at])

    def notices(self) -> list[str]:
        """One notice for each change of state that no one move makes."""
        return [
            f"Accounts whose status was {was} and is {now} now, which no one step makes: {self._seen[was, now]:,}. "
            "They were opened again in between, which no list has shown."
            for was, now in not_one_move(self._seen)
        ]


class Spellings:
    """User names of one environment that differ only in capitals, blanks or dashes: most systems take them for one account."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._folded: set[str] = set()

    def note(self, names: Iterable[str]) -> None:
        """Takes in the user names of some rows."""
        self._names.update(names)
        self._folded.update(map(plain, names))

    def notices(self, file: FeedFile) -> list[str]:
        """One notice with the lines, where there are such names: only then is the file looked through again."""
        later = sorted(_later_spellings(file)) if len(self._folded) < len(self._names) else []
        if not later:
            return []
        shown = ", ".join(map(str, later[:SHOWN_LINES])) + (" ..." if len(later) > SHOWN_LINES else "")
        what = f"User names that differ from an earlier one only in capitals, blanks or dashes, kept: {len(later):,} (line {shown})."
        return [f"{what} Most systems take them for one."]


def _later_spellings(file: FeedFile) -> Iterator[int]:
    """The line of each spelling of a user name that is not the first in its environment."""
    spelt: dict[tuple[str, str], set[str]] = {}
    for block in file.blocks():
        cells = block.cells
        environments = cells.get("environment") or [""] * len(block)
        for environment, name, line in zip(environments, cells["username"], block.lines, strict=True):
            known = spelt.setdefault((plain(environment or LIVE), plain(name)), set())
            if known and name not in known:
                yield line
            known.add(name)


PLANS: dict[str, Callable[[FilePlan], Planned]] = {
    "systems": plan_systems,
    "staff": plan_staff,
    "courses": plan_courses,
    "training": plan_training,
    "absences": plan_absences,
    "deputies": plan_deputies,
    "role_holders": plan_role_holders,
    "leavers": plan_leavers,
    "authorisations": plan_authorisations,
    "generic_accounts": plan_generic_accounts,
    "accounts": plan_accounts,
}


def plan_files(files: Iterable[FeedFile], world: World, *, writing: bool) -> list[Planned]:
    """Every file's plan, those that others refer to first; `writing` puts each into the tables as it is planned.

    Raises KeyError for a feed nobody plans.
    """
    order = {feed: place for place, feed in enumerate(FEEDS)}
    in_order = sorted(files, key=lambda f: (order[f.feed], f.name))
    if not writing:
        return [PLANS[file.feed](FilePlan(file, world, Ink(None))) for file in in_order]
    with bulk.Behind() as behind:
        world.before_reading = behind.wait
        return [PLANS[file.feed](FilePlan(file, world, Ink(behind))) for file in in_order]
