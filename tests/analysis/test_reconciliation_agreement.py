"""One set of rules, two homes: for one account in careward.access.accounts.rules, for all at once in careward.engines.analysis.reconciliation."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careward.access.accounts.rules import shapes
from careward.access.accounts.rules.judging import judge
from careward.access.accounts.rules.matching import prepare
from careward.access.accounts.rules.plans import unsafe
from careward.access.authorisations.rules import (
    LEFT,
    NOT_THEIRS,
    TOLD_BY_POSTS,
    UNKNOWN,
    Authority,
    DeputyTenure,
    RoleTenure,
    Supervised,
    split,
    was_not_their_manager,
    was_not_theirs,
)
from careward.core.days import FAR
from careward.core.ids import plain
from careward.core.packs.pack import load as load_pack
from careward.core.packs.training import Course
from careward.engines.analysis.one_form import SPELT, brought
from careward.engines.analysis.reconciliation.compare import as_found, compare
from careward.engines.analysis.tables import RECONCILED, ArrowShape, arrow
from careward.people.staff.rules import Away, CourseTaken, Tenure, had_left

DAYS = (date(2026, 11, 22), date(2028, 2, 29))
ODD = load_pack("base")
PACKS = {
    "tewv": load_pack("tewv"),
    "elft": load_pack("elft"),
    "odd": replace(
        ODD,
        inactivity=replace(ODD.inactivity, lock_after_days=0, close_after_days=60),
        safety=replace(ODD.safety, most_share_percent=40),
        training=(
            replace(ODD.training[0], valid_months=1, declaration=True, declaration_clause="PA-013"),
            Course("fire", "Fire", "house", 0, False),
        ),
        registration=replace(ODD.registration, approvers=(), exception_approvers=("director", "line_manager")),
    ),
    "mild": replace(
        ODD,
        absence=replace(ODD.absence, step="lock"),
        inactivity=replace(ODD.inactivity, lock_after_days=7, close_after_days=0, notice_days=7),
    ),
}
SYSTEMS = {
    "paris": ("clinical", "tewv"),
    "rio": ("clinical", "elft"),
    "network": ("infrastructure", "elft"),
    "own": ("clinical", "odd"),
    "hr": ("corporate", "mild"),
}

# Blank, the same in other letters, and several people's: what real exports hold.
number, card, mail = (
    st.sampled_from(values)
    for values in (("", " ", "E1", "e1 ", "E-2", "E\u20132", "E3"), ("", "c1", "C1", " c2"), ("", "a@x", "A@X ", "\uff42@x", "b@x"))
)
approver = st.sampled_from(["", " ", "E1", "e1", " e\u22122 ", "E3", "M9"])  # the holder among them, in their own letters or others
terms = st.sampled_from([None, "", "a", "b", "a;b", "B; a", " a;;A ", "b;c", "A ward;b", "a\u00a0 Ward", "\uff42;c", "a\uff1bb"])
environment = st.sampled_from(["live", "live", "training", "sandbox", "unheard-of"])
offsets = [0, 1, -1, -6, -7, -8, -30, -31, -52, -53, -54, -59, -60, -61, -83, -89, -90, -91, -364, -365, -366, 40]
away = st.one_of(st.none(), st.sampled_from(offsets), st.integers(-800, 60))
role = st.sampled_from(
    ["line_manager", "line_manager", "deputy", "caldicott_guardian", "patient_systems_manager", "system_administrator", "director", "clerk"]
)
person = st.integers(1, 4)
table = {
    "accounts": st.tuples(
        st.sampled_from(sorted(SYSTEMS)), environment, st.sampled_from([*(f"u{i}" for i in range(11)), "U  4"]), number, mail, card,
        st.sampled_from(["active", "active", "locked", "closed"]), st.sampled_from(["normal", "normal", "admin", "generic", "service"]), away, away, terms, terms, st.booleans(),
        st.none() | st.integers(1, 4), st.none() | st.integers(0, 2),
    ),
    "people": st.tuples(number, mail, card, away),
    "assignments": st.tuples(
        person, away, away, st.sampled_from(["active", "suspended", "maternity", "long_term_absence", "terminated"]), away, approver,
        st.sampled_from([None, -800, -90, -7, 0]),
    ),
    "training": st.tuples(
        person, st.sampled_from(["dspt", "DSP ", "data-security", "data\u2011security", "paris", "paris-e-learning", "fire", "first aid"]), st.sampled_from(["passed", "passed", "failed"]), away, away, away,
    ),
    "absences": st.tuples(person, st.sampled_from(["maternity", "long_term", "annual_leave"]), away, away),
    "authorisations": st.tuples(
        st.sampled_from(sorted(SYSTEMS)), environment, person, st.sampled_from(["normal", "normal", "admin"]), terms, terms, approver, role, away, away, st.sampled_from(["", "", " ", "need"]),
    ),
    "role_holders": st.tuples(
        person, role, st.sampled_from(["", "", *sorted(SYSTEMS)]), st.sampled_from([-800, -400, -90, -7, 0]), st.none() | st.sampled_from([-365, -60, -1, 0, 30]),
    ),
    "grants": st.tuples(
        st.none() | person, role, st.sampled_from(["", *sorted(SYSTEMS)]), st.sampled_from([-400, -90, 0]), st.none() | st.sampled_from([-60, 0]),
    ),
    "deputies": st.tuples(person, person, st.sampled_from([-800, -400, -90, -7, 0]), st.none() | st.sampled_from([-365, -60, -1, 0, 30])),
    "answers": st.tuples(
        st.integers(1, 24), st.sampled_from(["still_needed", "not_needed", "gone", "nobody"]), st.sampled_from([0, -1, -3, -7, 1]),
        st.sampled_from([0, 1, -1, 5, 6, 7, 8, 30]),
    ),
    "generic": st.tuples(st.sampled_from(sorted(SYSTEMS)), st.sampled_from(["u0", "U1 ", "u2", "u3", "u 4", "\uff55\u00a04"]), away, away, st.integers(1, 5)),
}  # fmt: skip
SIZES = {
    "accounts": 24,
    "people": 8,
    "assignments": 6,
    "training": 8,
    "absences": 4,
    "authorisations": 24,
    "generic": 6,
    "answers": 10,
    "role_holders": 6,
    "grants": 3,
    "deputies": 6,
}
LEAST = {"accounts": 8, "people": 2, "assignments": 2, "authorisations": 6}


@st.composite
def worlds(draw):
    """A day, and one organisation's tables as lists of rows."""
    on = draw(st.sampled_from(DAYS))
    rows = {name: draw(st.lists(kind, min_size=LEAST.get(name, 0), max_size=SIZES[name])) for name, kind in table.items()}
    world = {name: [_dated(row, name, on) for row in found] for name, found in rows.items()}
    named = {row[:3]: row for row in world["accounts"]}
    world["accounts"] = [(i, *row) for i, row in enumerate(named.values(), 1)]
    world["people"] = [(i, *row) for i, row in enumerate(world["people"], 1)]
    world["answers"] = [
        (i, answer, start, until if answer == "still_needed" else None)
        for i, answer, start, until in {row[0]: row for row in world["answers"]}.values()
    ]
    world["systems"] = [(code, *facts) for code, facts in SYSTEMS.items()]
    return on, world


def _dated(row, name, on):
    """Offsets become days; a person's id is the one whole number that is none."""
    dated = {
        i
        for i, column in enumerate(c for c in written(name).names if c not in _given(name))
        if column.endswith("_on") or column in ("until", "supervised_since")
    }
    return tuple(on + timedelta(days=v) if i in dated and v is not None else v for i, v in enumerate(row))


def written(name):
    """The shape of a table as the database holds it."""
    return ArrowShape({column: kind for column, kind in RECONCILED[name].columns.items() if column not in SPELT})


def in_one_form(name, rows):
    """Rows as the queries read them."""
    made = arrow(written(name), rows)
    texts = [column for column in made.column_names if pa.types.is_string(made[column].type)]
    columns = {column: made[column].combine_chunks() for column in made.column_names}
    return pa.table(brought(name, columns, texts)).select(RECONCILED[name].names)


def _given(name):
    return {"accounts": ("account_id",), "people": ("person_id",)}.get(name, ())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_both_forms_agree(made):
    on, world = made
    at_once = compare({name: in_one_form(name, world[name]) for name in RECONCILED}, on=on, packs=PACKS)
    lines, owners = one_by_one(world, on)
    assert as_found(at_once.findings) == lines
    stood = [row[-2:] for row in world["accounts"]]
    assert at_once.moved.to_pylist() == [o for o, was in zip(owners, stood, strict=True) if (o["person_id"], o["fits"]) != was]
    assert at_once.accounts == len(owners)
    of_account = {row[0]: row[1:4] for row in world["accounts"]}
    about = [
        of_account.get(i, (s, "", "")) for i, s in zip(*(at_once.findings[c].to_pylist() for c in ("account_id", "system")), strict=True)
    ]
    assert about == [(f.system, f.environment, f.username) for f in lines]


def one_by_one(world, on):
    """What the single form says of the same world, in the order of the output contract, and whose each account is."""
    named = {name: [dict(zip(written(name).names, row, strict=True)) for row in world[name]] for name in RECONCILED}
    held = {name: _by_person(named[name]) for name in ("assignments", "training", "absences", "authorisations")}
    numbers = {p["person_id"]: p["employee_number"] for p in named["people"]}
    held_roles = [*named["role_holders"], *named["grants"]]
    known = Known(
        roles=[RoleTenure(r["role"], r["system"], numbers.get(r["person_id"], ""), r["from_on"], r["to_on"]) for r in held_roles],
        led={who: [_supervised(post) for post in posts if post["supervised_since"]] for who, posts in held["assignments"].items()},
        deputies=[
            DeputyTenure(numbers.get(d["manager_id"], ""), numbers.get(d["deputy_id"], ""), d["from_on"], d["to_on"])
            for d in named["deputies"]
        ],
    )
    held["assignments"] = {who: [_tenure(post) for post in posts] for who, posts in held["assignments"].items()}
    people = [_holder(row, held, named["people"], known) for row in named["people"]]
    told = {row.pop("account_id"): shapes.AnswerKept(**row) for row in named["answers"]}
    accounts = [shapes.SeenAccount(**_split(row), answered=told.get(row["account_id"])) for row in named["accounts"]]
    facts = prepare(people, accounts, [_approval(row, held["assignments"]) for row in named["generic"]])
    lines, owners = [], []
    for account in accounts:
        fits = facts.fits(account)
        kind, pack = SYSTEMS[account.system]
        known = {"fits": fits, "siblings": facts.siblings(account, fits), "generic": facts.generic(account)}
        lines += judge(account, **known, system=shapes.SystemFacts(account.system, kind), pack=PACKS[pack], on=on)
        owners.append(
            {"account_id": account.account_id, "person_id": fits[0].person_id if len(fits) == 1 else None, "fits": min(len(fits), 2)}
        )
    for system, (_, pack) in SYSTEMS.items():
        count = sum(a.is_open for a in accounts if a.system == system)
        lines += unsafe(system, lines, open_accounts=count, pack=PACKS[pack])
    return sorted(lines, key=lambda f: (f.system, f.environment, f.username, f.code, f.topic)), owners


def _approval(row, posts):
    owner = tuple(Tenure(**post) for post in posts.get(row["owner_id"], []))
    return shapes.ApprovedGeneric(**{k: v for k, v in row.items() if k != "owner_id"}, owner=owner)


def _by_person(rows):
    return {
        i: [{k: v for k, v in r.items() if k != "person_id"} for r in rows if r["person_id"] == i] for i in {r["person_id"] for r in rows}
    }


@dataclass
class Known:
    roles: list
    led: dict
    deputies: list


def _tenure(post):
    return {name: value for name, value in post.items() if name not in ("supervisor", "supervised_since")}


def _supervised(post):
    over = [day for day in (post["end_on"] and post["end_on"] + timedelta(days=1), post["gone_on"]) if day]
    return Supervised(post["supervisor"] or "", max(post["supervised_since"], post["start_on"] or date.min), min(over, default=None))


def _approver(row, held, people, known, person_id):
    """What the staff list and that of role holders say of whoever approved, on the day they did."""
    theirs = [p["person_id"] for p in people if plain(p["employee_number"]) == plain(row["approved_by"]) != ""]
    if not theirs:
        return UNKNOWN
    gone = [had_left([Tenure(**r) for r in held["assignments"].get(person, [])], row["approved_on"] or FAR) for person in theirs]
    if all(gone):
        return LEFT
    on = row["approved_on"] or FAR
    asked = {"role": row["approver_role"], "system": row["system"], "by": row["approved_by"], "on": on}
    if row["approver_role"] in TOLD_BY_POSTS:
        not_theirs = was_not_their_manager(known.led.get(person_id, []), known.deputies, known.roles, **asked)
    else:
        not_theirs = was_not_theirs(known.roles, **asked)
    return NOT_THEIRS if not_theirs else ""


def _holder(row, held, people, known):
    mine = {name: rows.get(row["person_id"], []) for name, rows in held.items()}
    return shapes.Holder(
        **row,
        assignments=tuple(Tenure(**r) for r in mine["assignments"]),
        training=tuple(CourseTaken(**r) for r in mine["training"]),
        absences=tuple(Away(**r) for r in mine["absences"]),
        authorisations=tuple(
            Authority(**_split(r), approver=_approver(r, held, people, known, row["person_id"])) for r in mine["authorisations"]
        ),
    )


def _split(row):
    stood = ("was_person_id", "was_fits")  # no question of the rules
    return {name: split(value) if name in ("roles", "teams") else value for name, value in row.items() if name not in stood}


def test_the_shapes_are_empty_without_rows():
    nothing = compare({name: arrow(shape, []) for name, shape in RECONCILED.items()}, on=DAYS[0], packs=PACKS)
    assert nothing.findings.num_rows == nothing.moved.num_rows == nothing.sorts.num_rows == nothing.accounts == 0
    assert isinstance(nothing.findings, pa.Table)
