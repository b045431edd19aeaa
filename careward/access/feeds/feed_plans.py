"""What each feed's file would do, and the order in which a folder's files are planned."""

from collections.abc import Callable, Iterable

from careward.access.accounts.shapes import ACCOUNT
from careward.access.authorisations.shapes import AUTHORISATION, GENERIC
from careward.access.feeds.merge import Refusals, as_day, cells_of, check
from careward.access.feeds.plan import SHOWN_LINES, Planned, Work, Write, merged, samples_of, unusable
from careward.access.feeds.staff_plan import plan_leavers, plan_staff
from careward.access.feeds.world import KnownSystem, World
from careward.core.columns import FEEDS
from careward.core.ports import FeedFile, Problem
from careward.evidence.rows.shapes import Shape
from careward.people.staff.packs import pack_names
from careward.people.staff.shapes import ABSENCE, DEPUTY, TRAINING
from careward.systems.register.shapes import ENVIRONMENT, SYSTEM


def _begin(file: FeedFile, world: World, shape: Shape) -> Work:
    work = Work(file, cells_of(file), world, Refusals(file))
    check(shape, work.cells, work.refusals)
    return work


def _end(work: Work, shape: Shape, *before: Write) -> Planned:
    write, difference = merged(work, shape, work.world.standing(shape), (work.world.organisation_id,))
    return work.planned([*before, write], work.figures(difference), samples_of(work.world, shape, difference))


def plan_systems(file: FeedFile, world: World) -> Planned:
    """The register of systems (EL-061, EL-065); a system no longer listed stays, since accounts may remain on it."""
    work = _begin(file, world, SYSTEM)
    packs = work.cells.get("pack") or [""] * len(file.rows)
    known = set(pack_names())
    for index, name in enumerate(packs):
        if name and name not in known:
            work.refusals.add(index, "pack", f"“{name}” is not a pack that is installed", f"Use one of: {', '.join(sorted(known))}")
    work.cells["pack"] = [name or _pack_now(world, code) for name, code in zip(packs, work.cells["code"], strict=True)]
    write, difference = merged(work, SYSTEM, list(world.register.values()), (world.organisation_id,), world.register)
    return work.planned([write], work.figures(difference), samples_of(world, SYSTEM, difference))


def _pack_now(world: World, code: str) -> str:
    """Where the register names no pack, the one the system already has, else the organisation's."""
    known = world.system(code)
    return known.pack if known else world.pack.id


def plan_training(file: FeedFile, world: World) -> Planned:
    work = _begin(file, world, TRAINING)
    work.cells["person_id"] = work.refer_person("employee_number")
    return _end(work, TRAINING)


def plan_absences(file: FeedFile, world: World) -> Planned:
    work = _begin(file, world, ABSENCE)
    work.cells["person_id"] = work.refer_person("employee_number")
    _forwards(work)
    return _end(work, ABSENCE)


def plan_deputies(file: FeedFile, world: World) -> Planned:
    work = _begin(file, world, DEPUTY)
    managers = work.cells["manager_id"] = work.refer_person("manager_employee_number")
    deputies = work.cells["deputy_id"] = work.refer_person("deputy_employee_number")
    for index, (manager, deputy) in enumerate(zip(managers, deputies, strict=True)):
        if manager is not None and manager == deputy:
            work.refusals.add(index, "deputy_employee_number", "Nobody is their own deputy", "Name someone else, or leave the row out")
    _forwards(work)
    return _end(work, DEPUTY)


def _forwards(work: Work) -> None:
    for index, (begin, end) in enumerate(zip(work.cells.get("from_on", ()), work.cells.get("to_on", ()), strict=False)):
        if begin and end and end < begin:
            work.refusals.add(index, "to_on", f"It ends on {end}, before it begins on {begin}", "Put right one of the two days")


def plan_authorisations(file: FeedFile, world: World) -> Planned:
    """Approvals that predate Careward, each to one environment of a system (PA-008, EL-017)."""
    work = _begin(file, world, AUTHORISATION)
    systems = _refer_systems(work)
    work.cells["person_id"] = work.refer_person("employee_number")
    environments = _environments(work, systems)
    return _end(work, AUTHORISATION, environments)


def plan_generic_accounts(file: FeedFile, world: World) -> Planned:
    """Shared and service accounts with their owner and last day (EL-026, EL-027)."""
    work = _begin(file, world, GENERIC)
    _refer_systems(work)
    work.cells["owner_id"] = work.refer_person("owner_employee_number")
    return _end(work, GENERIC)


def _refer_systems(work: Work) -> list[KnownSystem | None]:
    known = {code: row.id for code, row in work.world.register.items()}
    remedy = "Add the system to systems.csv, or correct its code"
    work.cells["system_id"] = work.refer("system", known, "is not the code of a system in the register", remedy)
    values = work.cells.get("system", [])
    found = {value: work.world.system(value or "") for value in set(values)}
    return [found[value] for value in values] or [None] * len(work.file.rows)


def _environments(work: Work, systems: list[KnownSystem | None]) -> Write:
    """Names each row's environment as the pack or an earlier list does, and makes those not seen before."""
    cells = work.cells.get("environment") or [""] * len(work.file.rows)
    known = {system.id: system for system in set(systems) if system}
    numbers = [system.id if system else 0 for system in systems]
    codes: dict[tuple[int, str], str] = {}
    added = []
    for number, text in sorted(set(zip(numbers, cells, strict=True))):
        if number:
            codes[number, text], new = _environment(work.world, known[number], text.strip() or "live")
            added += new
    work.cells["environment"] = [codes.get(pair, pair[1] or "live") for pair in zip(numbers, cells, strict=True)]
    return Write(ENVIRONMENT, added, [])


def _environment(world: World, system: KnownSystem, text: str) -> tuple[str, list[tuple[object, ...]]]:
    """The environment's code, and its row when it is new; title and whether it is live come from the pack (PA-015)."""
    held = world.environments(system)
    known = {code.casefold(): code for _, code in held}
    listed = {e.code.casefold(): e for e in world.pack_of(system).environments}
    of_pack = listed.get(text.casefold())
    code = known.get(text.casefold()) or (of_pack.code if of_pack else text)
    if (system.id, code) in held:
        return code, []
    live = of_pack.live if of_pack else code.casefold() == "live"
    row = ENVIRONMENT.row(world.ids.take(ENVIRONMENT.table, 1)[0], system.id, code, of_pack.title if of_pack else code, live)
    held[system.id, code] = row
    return code, [row]


def plan_accounts(file: FeedFile, world: World) -> Planned:
    """One system's user list; an account no longer in a full list is gone from that day."""
    system = world.system(file.system)
    if system is None:
        remedy = "Add the system to systems.csv, or name the file after the system's code in the register"
        return unusable(file, Problem(file.name, 0, "", f"“{file.system}” is not the code of a system in the register", remedy))
    work = _begin(file, world, ACCOUNT)
    environments = _environments(work, [system] * len(file.rows))
    work.notices += _alike_but_for_case(work)
    fixed = (world.organisation_id, system.id, as_day(world.on, world.storing))
    write, difference = merged(work, ACCOUNT, world.standing(ACCOUNT, system.id), fixed)
    return work.planned([environments, write], work.figures(difference), samples_of(world, ACCOUNT, difference))


def _alike_but_for_case(work: Work) -> list[str]:
    """A notice of user names of one environment that differ only in capitals: most systems take them for one account."""
    names = work.cells["username"]
    distinct = set(names)
    if len(set(map(str.casefold, distinct))) == len(distinct):
        return []
    spelt: dict[tuple[str, str], dict[str, int]] = {}
    for index, (environment, name) in enumerate(zip(work.cells["environment"], names, strict=True)):
        spelt.setdefault((environment, name.casefold()), {}).setdefault(name, work.file.lines[index])
    later = sorted(line for each in spelt.values() for line in list(each.values())[1:])
    if not later:
        return []
    shown = ", ".join(map(str, later[:SHOWN_LINES])) + (" ..." if len(later) > SHOWN_LINES else "")
    return [
        f"User names that differ from an earlier one only in capitals, kept: {len(later):,} (line {shown}). Most systems take them for one."
    ]


PLANS: dict[str, Callable[[FeedFile, World], Planned]] = {
    "systems": plan_systems,
    "staff": plan_staff,
    "training": plan_training,
    "absences": plan_absences,
    "deputies": plan_deputies,
    "leavers": plan_leavers,
    "authorisations": plan_authorisations,
    "generic_accounts": plan_generic_accounts,
    "accounts": plan_accounts,
}


def plan_files(files: Iterable[FeedFile], world: World) -> list[Planned]:
    """Every file's plan, those that others refer to first. Raises KeyError for a feed nobody plans."""
    order = {feed: place for place, feed in enumerate(FEEDS)}
    return [PLANS[file.feed](file, world) for file in sorted(files, key=lambda f: (order[f.feed], f.name))]
