"""Each code of the contract, on the day before and the day it begins; the same tables as an extract holds them."""

from datetime import date

import pyarrow as pa
import pytest

from careward.core.packs.pack import load as load_pack
from careward.engines.analysis.reconciliation.compare import compare
from careward.engines.analysis.tables import PEOPLE, RECONCILED, ShapeError, empty
from tests.analysis.matching import match


def test_a_world_in_order_has_nothing_wrong(wrong):
    assert wrong() == []


def accounts(cells, heading="username | system | employee_number | last_used_on"):
    return f"{heading}\n{cells}"


@pytest.mark.clause("PA-033", "PA-035", "PA-032")
@pytest.mark.parametrize(
    ("used", "status", "expected"),
    [
        ("2026-08-25", "active", []),  # day 89
        ("2026-08-24", "active", ["ann account.inactive lock PA-033"]),  # day 90
        ("2025-11-23", "active", ["ann account.inactive lock PA-033"]),  # day 364
        ("2025-11-22", "active", ["ann account.inactive close PA-035"]),  # day 365
        ("2026-08-24", "locked", []),
        ("2025-11-22", "locked", ["ann account.inactive close PA-035"]),
        ("2020-01-01", "closed", []),
    ],
)
def test_paris_locks_at_90_days_and_closes_at_365(wrong, used, status, expected):
    drawn = accounts(f"ann | paris | 101 | {used} | {status}", "username | system | employee_number | last_used_on | status")
    assert wrong(accounts=drawn) == expected


@pytest.mark.clause("EL-035", "EL-036", "EL-037")
@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("2026-10-01", []),  # day 52
        ("2026-09-30", ["ann account.inactive warn EL-037"]),  # day 53: a week before
        ("2026-09-24", ["ann account.inactive warn EL-037"]),  # day 59
        ("2026-09-23", ["ann account.inactive lock EL-035"]),  # day 60
    ],
)
def test_rio_warns_a_week_before_its_own_figure(wrong, used, expected):
    assert wrong(accounts=accounts(f"ann | rio | 101 | {used}")) == expected


@pytest.mark.clause("EL-037")
def test_a_warning_names_the_day_of_the_lock(told):
    assert told(accounts=accounts("ann | rio | 101 | 2026-09-30")) == [
        "Last used on 2026-09-30, 53 days ago; locks on 2026-11-29 unless it is used"
    ]


@pytest.mark.clause("PA-033")
def test_one_never_used_counts_from_its_creation(told):
    drawn = accounts("ann | paris | 101 | 2026-08-24", "username | system | employee_number | created_on")
    assert told(accounts=drawn) == ["Never used since it was created on 2026-08-24, 90 days ago; locks at 90 days"]


@pytest.mark.clause("EL-058")
def test_an_account_that_cannot_be_counted_is_asked_about(wrong):
    assert wrong(accounts=accounts("ann | rio | 101 | ", "username | system | employee_number | created_on")) == [
        "ann account.use_unknown ask EL-058"
    ]


@pytest.mark.clause("EL-058", "EL-059")
def test_an_answer_counts_no_days_where_use_is_unknown(wrong):
    drawn = accounts("ann | rio | 101 | ", "username | system | employee_number | created_on")
    said = "account_id | answer | from_on | until\n 1 | still_needed | 2026-11-20 | 2026-11-25"
    assert wrong(accounts=drawn, answers=said) == ["ann account.use_unknown ask EL-058"]


@pytest.mark.clause("EL-009")
def test_an_account_of_nobody_is_asked_about(wrong, told):
    drawn = accounts("x | paris | 999 | 2026-11-20\n y | paris | | 2026-11-20")
    assert wrong(accounts=drawn) == ["x account.unmatched ask EL-009", "y account.unmatched ask EL-009"]
    assert told(accounts=drawn) == [
        "Nobody fits by employee number",
        "The export gives no employee number, smartcard or e-mail address for it",
    ]


@pytest.mark.clause("EL-009")
@pytest.mark.parametrize("column, value", [("employee_number", " 101 "), ("email", "ANN@X"), ("smartcard", "C1 ")])
def test_case_and_outer_blanks_make_no_difference_to_a_match(lines, column, value):
    drawn = f"username | system | {column} | last_used_on\n q | paris | {value} | 2020-01-01"
    assert [f.employee_number for f in lines(accounts=drawn)] == ["101"]


@pytest.mark.clause("EL-048")
def test_nothing_acts_on_an_ambiguous_match(lines, told):
    drawn = "username | system | employee_number | email | last_used_on\n q | paris | 101 | bob@x | 2026-11-20"
    gone = "person_id | status\n 1 | terminated\n 2 | terminated"
    (line,) = lines(accounts=drawn, assignments=gone)
    assert (line.code, line.step, line.employee_number) == ("account.ambiguous", "ask", None)
    assert line.detail == "Two or more people fit, by employee number, e-mail address"


@pytest.mark.clause("PA-029", "EL-041", "EL-003")
@pytest.mark.parametrize(
    ("assignments", "leaves"),
    [
        ("1 | active | 2026-11-22 |", False),  # the last day is still worked
        ("1 | active | 2026-11-21 |", True),
        ("1 | active | | 2026-11-23", False),
        ("1 | active | | 2026-11-22", True),  # gone from the staff feed that day
        ("1 | terminated | |", True),
        ("1 | terminated | |\n1 | active | |", False),  # every one of several
        ("2 | active | |", False),  # none on record: not seen to leave
    ],
)
def test_a_leaver_loses_every_account(wrong, assignments, leaves):
    expected = ["ann account.leaver close PA-029"] if leaves else []
    assert wrong(assignments=f"person_id | status | end_on | gone_on\n{assignments}") == expected


@pytest.mark.clause("PA-029", "EL-041")
@pytest.mark.parametrize(
    ("assignments", "step"),
    [
        ("1 | active | 2026-06-01 | 2025-12-31 |", "ask"),
        ("1 | terminated | 2026-06-01 | 2025-12-31 |", "ask"),
        ("1 | active | 2026-06-01 | 2025-12-31 |\n1 | active | 2020-01-01 | 2026-10-31 |", "ask"),
        ("1 | active | 2026-06-01 | 2025-12-31 |\n1 | active | 2020-01-01 | |", ""),
        ("1 | active | 2026-06-01 | 2025-12-31 | 2026-11-01", "close"),  # no longer listed
        ("1 | terminated | 2020-01-01 | 2027-01-31 |", ""),  # still to come
        ("1 | terminated | 2020-01-01 | 2026-11-22 |", ""),
        ("1 | terminated | 2020-01-01 | 2026-11-21 |", "close"),
    ],
)
def test_rows_that_contradict_themselves_never_close(wrong, assignments, step):
    expected = [f"ann account.leaver {step} PA-029"] if step else []
    assert wrong(assignments=f"person_id | status | start_on | end_on | gone_on\n{assignments}") == expected


@pytest.mark.clause("EL-041")
def test_a_leaver_is_closed_on_a_shared_account_too_and_a_locked_one_is_not_settled(lines):
    heading = "username | system | employee_number | last_used_on | status | kind"
    drawn = f"{heading}\n ann | rio | 101 | 2026-11-20 | locked | normal\n desk | rio | 101 | 2026-11-20 | active | generic"
    approved = "system | username | approved_on | expires_on\n rio | desk | 2026-01-01 | 2026-12-31"
    gone = "person_id | status | end_on\n 1 | active | 2026-10-31"
    found = lines(accounts=drawn, generic=approved, assignments=gone)
    assert [(f.username, f.code, f.clause, f.settled) for f in found] == [
        ("ann", "account.leaver", "EL-041", False),
        ("desk", "account.leaver", "EL-041", False),
    ]
    assert found[0].detail == "This person has left; their last day was 2026-10-31"


@pytest.mark.clause("EL-028")
def test_every_open_account_after_the_first_is_a_duplicate(wrong, told):
    heading = "username | system | employee_number | last_used_on | created_on | status"
    rows = ["b | paris | 101 | 2026-11-20 | 2024-01-02 | active", "a | paris | 101 | 2026-11-20 | 2024-01-03 | locked"]
    rows += ["c | paris | 101 | 2026-11-20 | | active", "d | paris | 101 | 2026-11-20 | 2023-01-01 | closed"]
    drawn = "\n".join([heading, *rows])
    assert wrong(accounts=drawn) == ["a account.duplicate ask EL-028", "c account.duplicate ask EL-028"]
    assert set(told(accounts=drawn)) == {"A second account; the first is b, created on 2024-01-02"}


@pytest.mark.clause("EL-029")
def test_one_normal_and_one_administrator_account_are_no_duplicates(wrong):
    heading = "username | system | employee_number | last_used_on | kind"
    drawn = f"{heading}\n ann | rio | 101 | 2026-11-20 | normal\n ann.admin | rio | 101 | 2026-11-20 | admin"
    assert wrong(accounts=drawn) == ["ann.admin account.admin_unapproved ask EL-029"]
    given = "system | environment | person_id | kind | approver_role | approved_on\n"
    both = "rio | live | 1 | normal | line_manager | 2024-01-01\n rio | live | 1 | admin | line_manager | 2024-01-01"
    assert wrong(accounts=drawn, authorisations=given + both) == []


@pytest.mark.clause("EL-027", "EL-026")
@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        ("generic", "rio | DESK | 2026-01-01 | 2026-11-22", None),  # its last day
        ("generic", "rio | desk | 2026-01-01 | 2026-11-21", "Its approval ran out on 2026-11-21"),
        ("generic", "rio | desk | 2026-11-23 | 2027-11-21", "Its approval begins only on 2026-11-23"),
        ("generic", "paris | desk | 2026-01-01 | 2027-11-21", "No approval by information governance is on record"),
        ("service", "rio | desk | 2026-11-23 | 2027-11-21", None),  # judged for owner and expiry only
        ("service", "rio | desk | 2026-01-01 | 2026-11-21", "Its approval ran out on 2026-11-21"),
        ("service", "rio | other | 2026-01-01 | 2027-11-21", "No owner and end are on record"),
    ],
)
def test_a_shared_account_stands_on_an_approval_not_run_out(lines, kind, row, expected):
    drawn = f"username | system | last_used_on | kind\n desk | rio | 2026-11-20 | {kind}"
    found = lines(accounts=drawn, generic=f"system | username | approved_on | expires_on\n{row}")
    assert [(f.code, f.step, f.clause, f.detail) for f in found] == (
        [("account.generic_unapproved", "lock" if kind == "generic" else "ask", "EL-027", expected)] if expected else []
    )


@pytest.mark.clause("EL-027")
@pytest.mark.parametrize("kind", ["generic", "service"])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("desk | 2026-01-01 | 2027-11-21 | 2", ["account.owner_left ask Its owner has left; the last day was 2026-10-31"]),
        ("DESK | 2026-01-01 | 2027-11-21 | 1", []),  # still here
        ("desk | 2026-01-01 | 2027-11-21 | 3", []),  # has gone from one post, and holds another
        ("desk | 2026-01-01 | 2027-11-21 | 4", ["account.owner_left ask Its owner has left"]),  # terminated, with no last day
        ("desk | 2026-01-01 | 2027-11-21 | 5", []),  # terminated, with an end still to come
        ("desk | 2026-01-01 | 2027-11-21 | 2\ndesk | 2026-02-01 | 2027-11-21 | 1", []),  # another owns it too
        ("desk | 2025-01-01 | 2026-01-01 | 2\ndesk | 2026-02-01 | 2027-11-21 | 1", []),  # the approval in force speaks
        ("other | 2026-01-01 | 2027-11-21 | 2\ndesk | 2026-02-01 | 2027-11-21 | 1", []),
    ],
)
def test_a_shared_account_whose_owner_has_left_is_asked_about(lines, kind, rows, expected):
    posts = (
        "1 | active | |\n2 | active | 2026-10-31 |\n3 | active | 2026-10-31 |\n3 | active | |\n4 | terminated | |\n"
        "5 | terminated | 2026-12-31 |"
    )
    drawn = f"username | system | last_used_on | kind\n desk | rio | 2026-11-20 | {kind}"
    listed = "\n".join(f"rio | {row}" for row in rows.splitlines())
    found = lines(
        accounts=drawn,
        generic=f"system | username | approved_on | expires_on | owner_id\n{listed}",
        assignments=f"person_id | status | end_on | gone_on\n{posts}",
    )
    assert [f"{f.code} {f.step} {f.detail}" for f in found] == expected


def test_a_service_account_is_judged_for_nothing_else(wrong):
    drawn = "username | system | employee_number | last_used_on | kind\n feed | rio | 999 | 2020-01-01 | service"
    assert wrong(accounts=drawn) == ["feed account.generic_unapproved ask EL-027"]


@pytest.mark.clause("EL-033")
@pytest.mark.parametrize(
    ("absence", "away"),
    [
        ("1 | maternity | 2026-11-22 | 2026-11-23", True),
        ("1 | maternity | 2026-11-23 |", False),
        ("1 | maternity | 2026-01-01 | 2026-11-22", False),  # back that day
        ("1 | annual_leave | 2026-01-01 |", False),
    ],
)
def test_the_manager_is_asked_about_an_account_during_a_long_term_absence(wrong, absence, away):
    expected = ["ann account.absent ask EL-033"] if away else []
    assert wrong(absences=f"person_id | kind | from_on | to_on\n{absence}") == expected


@pytest.mark.clause("EL-033")
def test_absent_by_the_status_of_every_assignment_that_has_not_ended(wrong):
    both = "person_id | status | end_on\n 1 | maternity |\n 1 | active | 2026-01-01"
    assert wrong(assignments=both) == ["ann account.absent ask EL-033"]
    assert wrong(assignments="person_id | status\n 1 | maternity\n 1 | active") == []
    locked = accounts("ann | paris | 101 | 2026-11-20 | locked", "username | system | employee_number | last_used_on | status")
    assert wrong(accounts=locked, assignments=both) == []  # it is locked as it was asked for, and asks nothing


@pytest.mark.clause("EL-033", "EL-059")
def test_what_is_not_needed_during_an_absence_is_locked_on_that_word(wrong):
    away = "person_id | kind | from_on | to_on\n 1 | maternity | 2026-11-02 |"
    said = "account_id | answer | from_on\n 1 | not_needed | 2026-11-21"
    drawn = accounts("ann | rio | 101 | 2026-11-20")
    assert wrong(accounts=drawn, absences=away) == ["ann account.absent ask EL-033"]
    assert wrong(accounts=drawn, absences=away, answers=said) == ["ann account.inactive lock EL-059"]


AUTHORITY = "system | environment | person_id | kind | approver_role | approved_on | expires_on | approved_by | exception_reason\n"
MISSING, EXPIRED = "ann authorisation.missing ask PA-008", "ann authorisation.expired lock PA-008"


@pytest.mark.clause("PA-008", "PA-009")
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("paris | live | 1 | normal | line_manager | 2026-11-22 | 2026-11-22 | 900 |", []),
        ("paris | live | 1 | normal | line_manager | 2026-11-23 | | 900 |", [MISSING]),  # not yet
        ("paris | live | 1 | normal | line_manager | 2024-01-01 | 2026-11-21 | 900 |", [EXPIRED]),
        ("paris | live | 1 | normal | line_manager | 2024-01-01 | | 101 |", [MISSING]),  # nobody approves their own
        ("paris | live | 1 | normal | director | 2024-01-01 | | 900 |", [MISSING]),
        ("paris | live | 1 | admin | line_manager | 2024-01-01 | | 900 |", [MISSING]),
        ("rio | live | 1 | normal | line_manager | 2024-01-01 | | 900 |", [MISSING]),
        ("paris | live | 1 | normal | line_manager | 2024-01-01 | | 900 | visiting", [MISSING]),  # an exception
        ("paris | live | 1 | normal | caldicott_guardian | 2024-01-01 | | 900 | visiting", []),
        ("paris | live | 1 | normal | caldicott_guardian | 2024-01-01 | | 900 |", []),
        (
            "paris | live | 1 | normal | line_manager | 2024-01-01 | 2026-01-01 | 900 |\n paris | live | 1 | normal | deputy | 2026-01-01 | | 900 |",
            [],
        ),
    ],
)
def test_a_live_account_rests_on_an_accepted_authority(wrong, rows, expected):
    assert wrong(authorisations=AUTHORITY + rows) == expected


@pytest.mark.clause("PA-008", "EL-017")
@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("E9", "is by staff number E9, who is not in the staff list"),
        ("-", "is by nobody"),
        ("101", "is the holder's own"),
        ("300", "is by staff number 300, who had left by then"),  # the last day was the day before
        ("301", ""),  # the last day worked is still good
        ("302", "is by staff number 302, who had left by then"),  # listed no more from that day on
        ("303", ""),  # one post goes on
        ("304", ""),  # terminated, nobody knows since when
        ("102", ""),
    ],
)
def test_an_approval_by_somebody_who_was_not_here_is_no_authority_and_the_finding_says_so(told, rows, why):
    people = "person_id | employee_number\n1 | 101\n2 | 102\n" + "\n".join(f"{n} | {n}" for n in range(300, 305))
    posts = """
        person_id | status     | end_on     | gone_on
        1         | active     |            |
        2         | active     |            |
        300       | active     | 2023-12-31 |
        301       | active     | 2024-01-01 |
        302       | active     | 2025-01-01 | 2024-01-01
        303       | active     | 2020-01-01 |
        303       | active     |            |
        304       | terminated |            |
    """
    found = told(
        people=people, assignments=posts, authorisations=AUTHORITY + f"paris | live | 1 | normal | line_manager | 2024-01-01 | | {rows} |"
    )
    assert found == ([f"Nobody whom the procedure accepts has authorised it: the approval of 2024-01-01 {why}"] if why else [])


@pytest.mark.clause("PA-008", "PA-009", "EL-017")
@pytest.mark.parametrize(
    ("holders", "stands"),
    [
        ("", True),  # nobody is known to have held it: the word of the file counts
        ("99 | caldicott_guardian | | 2024-01-01 | 2024-01-02", True),
        ("99 | caldicott_guardian | paris | 2023-01-01 |", True),
        ("2 | caldicott_guardian | | 2023-01-01 |", False),
        ("2 | caldicott_guardian | paris | 2024-01-01 | 2024-01-02", False),  # on its first day, which is its last whole one
        ("2 | caldicott_guardian | | 2023-01-01 | 2024-01-01", True),  # to_on is no longer in it
        ("2 | caldicott_guardian | | 2024-01-02 |", True),
        ("2 | caldicott_guardian | rio | 2023-01-01 |", True),  # of another system
        ("2 | privacy_officer | | 2023-01-01 |", True),  # somebody else's other role
        ("99 | privacy_officer | | 2023-01-01 |", False),  # known that day in another role
        ("99 | privacy_officer | rio | 2023-01-01 |", True),
        ("99 | privacy_officer | | 2023-01-01 |\n99 | caldicott_guardian | | 2023-01-01 |", True),
        ("2 | caldicott_guardian | | 2023-01-01 |\n99 | caldicott_guardian | | 2023-06-01 |", True),
    ],
)
def test_whoever_approves_in_a_role_that_is_known_not_to_have_been_theirs_gives_no_authority(told, holders, stands):
    approved = AUTHORITY + "paris | live | 1 | normal | caldicott_guardian | 2024-01-01 | | 900 | visiting"
    found = told(authorisations=approved, role_holders=f"person_id | role | system | from_on | to_on\n{holders}")
    why = "is by staff number 900 as caldicott guardian, a role that was not theirs on that day"
    assert found == ([] if stands else [f"Nobody whom the procedure accepts has authorised it: the approval of 2024-01-01 {why}"])


SUPERVISED = "person_id | start_on | end_on | supervisor | supervised_since\n"
ACTS = "manager_id | deputy_id | from_on | to_on\n"


@pytest.mark.parametrize(
    ("posts", "acting", "role", "stands"),
    [
        ("", "", "line_manager", True),  # no list of that day or before tells: the word of the file counts
        ("1 | 2023-01-01 | | 102 | 2024-01-01", "", "line_manager", False),
        ("1 | 2023-01-01 | | 102 | 2024-01-01", "", "deputy", True),  # nobody is known to be deputy
        ("1 | 2023-01-01 | | 102 | 2024-01-02", "", "line_manager", True),  # the first list that names them came a day later
        ("1 | 2023-01-01 | 2024-01-01 | 102 | 2023-06-01", "", "line_manager", False),  # the last day of the post
        ("1 | 2023-01-01 | 2023-12-31 | 102 | 2023-06-01", "", "line_manager", True),
        ("1 | 2024-01-02 | | 102 | 2023-06-01", "", "line_manager", True),  # the post begins a day later
        ("1 | 2023-01-01 | | 900 | 2023-06-01", "", "line_manager", True),
        ("1 | 2023-01-01 | | 900 | 2023-06-01", "", "deputy", True),
        ("1 | 2023-01-01 | | 102 | 2023-06-01\n1 | 2023-01-01 | | 900 | 2023-06-01", "", "line_manager", True),  # of another post
        ("1 | 2023-01-01 | | | 2023-06-01", "", "line_manager", True),
        ("2 | 2023-01-01 | | 102 | 2023-06-01", "", "line_manager", True),  # of somebody else
        ("1 | 2023-01-01 | | 102 | 2023-06-01", "2 | 99 | 2024-01-01 |", "deputy", True),
        ("1 | 2023-01-01 | | 102 | 2023-06-01", "2 | 99 | 2024-01-01 |", "line_manager", True),  # acts for them
        ("1 | 2023-01-01 | | 102 | 2023-06-01", "2 | 99 | 2023-01-01 | 2024-01-01", "deputy", True),  # to_on is no longer in it
        ("1 | 2023-01-01 | | 102 | 2023-06-01", "2 | 99 | 2023-01-01 | 2024-01-01", "line_manager", False),
        ("1 | 2023-01-01 | | 102 | 2023-06-01", "2 | 3 | 2023-01-01 |", "deputy", False),  # their manager's deputy is somebody else
        ("1 | 2023-01-01 | | 102 | 2023-06-01", "3 | 99 | 2023-01-01 |", "deputy", False),  # deputy of another manager
        ("", "3 | 99 | 2023-01-01 |", "deputy", True),
    ],
)
def test_who_is_line_manager_a_staff_list_of_that_day_or_before_tells(told, posts, acting, role, stands):
    approved = AUTHORITY + f"paris | live | 1 | normal | {role} | 2024-01-01 | | 900 |"
    found = told(
        people="person_id | employee_number\n1 | 101\n2 | 102\n3 | 103\n99 | 900", assignments=SUPERVISED + posts + "\n99 | 2020-01-01 | | |",
        deputies=ACTS + acting, authorisations=approved,
    )  # fmt: skip
    spoken = role.replace("_", " ")
    why = f"is by staff number 900 as {spoken}, a role that was not theirs on that day"
    assert [f for f in found if f.startswith("Nobody whom")] == (
        [] if stands else [f"Nobody whom the procedure accepts has authorised it: the approval of 2024-01-01 {why}"]
    )


def test_who_holds_a_role_as_a_user_of_careward_is_known_to_hold_it(told):
    approved = AUTHORITY + "paris | live | 1 | normal | caldicott_guardian | 2024-01-01 | | 900 | visiting"
    heads = "person_id | role | system | from_on | to_on\n"
    others, own = "2 | caldicott_guardian | | 2023-01-01 |", "99 | caldicott_guardian | | 2023-01-01 |"
    assert told(authorisations=approved, grants=heads + others) != []
    assert told(authorisations=approved, grants=heads + own, role_holders=heads + others) == []


def test_who_is_line_manager_no_list_of_role_holders_tells(told):
    holders = "person_id | role | system | from_on | to_on\n2 | line_manager | | 2023-01-01 |\n99 | head_of_ig | | 2023-01-01 |"
    assert told(authorisations=AUTHORITY + "paris | live | 1 | normal | line_manager | 2024-01-01 | | 900 |", role_holders=holders) == []


def test_of_several_approvals_that_are_none_the_last_is_told(told):
    rows = ["line_manager | 2024-01-01 | | E9", "clerk | 2024-02-01 | | 900", "line_manager | 2023-01-01 | | 101"]
    found = told(authorisations=AUTHORITY + "\n".join(f"paris | live | 1 | normal | {row} |" for row in rows))
    assert found == [
        "Nobody whom the procedure accepts has authorised it: "
        "the approval of 2024-02-01 is by staff number 900 as clerk, a role that the procedure does not accept for it"
    ]


@pytest.mark.clause("EL-017")
def test_elft_accepts_a_director(wrong):
    drawn = accounts("ann | rio | 101 | 2026-11-20")
    assert wrong(accounts=drawn, authorisations=AUTHORITY + "rio | live | 1 | normal | director | 2024-01-01 | | 900 |") == []
    assert wrong(accounts=drawn, authorisations=AUTHORITY + "rio | live | 1 | normal | clerk | 2024-01-01 | | 900 |") == [
        "ann authorisation.missing ask EL-017"
    ]


@pytest.mark.clause("EL-029")
def test_an_administrator_is_judged_by_the_authority_for_administration(wrong):
    drawn = "username | system | employee_number | last_used_on | kind\n ann | rio | 101 | 2026-11-20 | admin"
    normal, admin = (
        "rio | live | 1 | normal | line_manager | 2024-01-01 | |\n",
        "rio | live | 1 | admin | line_manager | 2024-01-01 | 2026-01-01 |",
    )
    heading = "system | environment | person_id | kind | approver_role | approved_on | expires_on | exception_reason\n"
    assert wrong(accounts=drawn, authorisations=heading + normal) == ["ann account.admin_unapproved ask EL-029"]
    assert wrong(accounts=drawn, authorisations=heading + normal + admin) == ["ann authorisation.expired lock EL-017"]


@pytest.mark.clause("PA-018", "PA-019")
@pytest.mark.parametrize(
    ("environment", "row", "stands"),
    [
        ("sandbox", "paris | sandbox | 1 | normal | patient_systems_manager | 2024-01-01 | 2026-11-22 | 900 |", True),
        ("sandbox", "paris | sandbox | 1 | normal | patient_systems_manager | 2024-01-01 | 2026-11-21 | 900 |", False),
        ("sandbox", "paris | sandbox | 1 | normal | patient_systems_manager | 2024-01-01 | | 101 |", False),
        ("sandbox", "paris | sandbox | 1 | normal | line_manager | 2024-01-01 | | 900 |", False),
        ("sandbox", "paris | uat | 1 | normal | patient_systems_manager | 2024-01-01 | | 900 |", False),  # each for itself
        ("unheard-of", "paris | unheard-of | 1 | normal | patient_systems_manager | 2024-01-01 | | 900 |", True),
    ],
)
def test_a_non_live_account_is_authorised_for_that_environment(wrong, environment, row, stands):
    drawn = f"username | system | employee_number | last_used_on | environment\n ann | paris | 101 | 2026-11-20 | {environment}"
    assert wrong(accounts=drawn, authorisations=AUTHORITY + row) == ([] if stands else ["ann environment.unauthorised lock PA-018"])


TRAINING = "person_id | course | result | completed_on | expires_on | declaration_signed_on\n"
DSPT = "1 | dspt | passed | 2026-03-01 | |\n"


@pytest.mark.clause("PA-011")
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1 | Data-Security | passed | 2025-11-22 | |", []),  # good through the day twelve months on
        ("1 | dspt | passed | 2025-11-21 | |", ["ann training.expired ask PA-011"]),
        ("1 | dspt | passed | 2020-01-01 | 2026-11-22 |", []),  # its own end
        ("1 | dspt | passed | 2026-01-01 | 2026-11-21 |", ["ann training.expired ask PA-011"]),
        ("1 | dspt | failed | 2026-01-01 | |", ["ann training.missing ask PA-011"]),
        ("1 | dspt | passed | 2026-11-23 | |", ["ann training.missing ask PA-011"]),
        ("2 | dspt | passed | 2026-01-01 | |", ["ann training.missing ask PA-011"]),
    ],
)
def test_data_security_training_is_passed_and_still_good(wrong, row, expected):
    assert wrong(training=f"{TRAINING}1 | paris | passed | 2020-03-01 | | 2020-03-01\n{row}") == expected


@pytest.mark.clause("PA-012", "PA-013")
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1 | paris | passed | 2010-01-01 | | 2026-11-22", []),  # passed once, good for ever
        ("1 | paris | passed | 2010-01-01 | | 2026-11-23", ["ann training.missing ask PA-013"]),
        ("1 | paris | passed | 2010-01-01 | |", ["ann training.missing ask PA-013"]),
        ("1 | paris | failed | 2010-01-01 | | 2010-01-01", ["ann training.missing ask PA-012"]),
    ],
)
def test_e_learning_is_passed_and_declared(wrong, row, expected):
    assert wrong(training=TRAINING + DSPT + row) == expected


def test_a_lapsed_registration_matters_on_a_clinical_system(wrong):
    heading = "person_id | employee_number | registration_expires_on\n"
    drawn = accounts("ann | rio | 101 | 2026-11-20\n ann | datix | 101 | 2026-11-20")
    given = (
        AUTHORITY
        + "rio | live | 1 | normal | director | 2024-01-01 | | 900 |\n datix | live | 1 | normal | director | 2024-01-01 | | 900 |"
    )
    assert wrong(accounts=drawn, authorisations=given, people=f"{heading}1 | 101 | 2026-11-22") == []
    assert wrong(accounts=drawn, authorisations=given, people=f"{heading}1 | 101 | 2026-11-21") == ["ann registration.lapsed ask house"]


RIGHTS = "system | environment | person_id | kind | approver_role | approved_on | expires_on | roles | teams\n"


@pytest.mark.clause("PA-025", "PA-026")
@pytest.mark.parametrize(
    ("seen", "authorised", "expected"),
    [
        ("Nurse;Clerk | north", "clerk; nurse | North", []),  # sets, ignoring case and order
        ("nurse;Prescriber | north", "nurse | north", ["excess PA-025 Roles nobody authorised: Prescriber"]),
        (
            "- | north;south",
            "Nurse | north",
            ["excess PA-026 Teams nobody authorised: south", "missing PA-025 Roles authorised but not given: Nurse"],
        ),
        ("nurse | -", "nurse | north;east", ["missing PA-026 Teams authorised but not given: east; north"]),
        (" | north", "nurse | north", []),  # the export has no such column
        ("nurse | north", " | ", []),  # the authority states neither
        ("nurse | -", "nurse | -", []),
    ],
)
def test_roles_and_teams_are_those_authorised(lines, seen, authorised, expected):
    drawn = f"username | system | employee_number | last_used_on | roles | teams\n ann | paris | 101 | 2026-11-20 | {seen}"
    found = lines(accounts=drawn, authorisations=f"{RIGHTS}paris | live | 1 | normal | line_manager | 2024-01-01 | | {authorised}")
    assert [f"{f.code.removeprefix('entitlement.')} {f.clause} {f.detail}" for f in found] == expected
    assert all((f.step, f.topic) == ("amend", f.detail.split()[0].lower()) for f in found)


@pytest.mark.clause("PA-025", "EL-018", "EL-052")
def test_rights_are_compared_with_all_authorities_in_force_together(wrong):
    drawn = "username | system | employee_number | last_used_on | roles | teams\n ann | rio | 101 | 2026-11-20 | a;b;c | t"
    given = "rio | live | 1 | normal | line_manager | 2024-01-01 | | a |\n rio | live | 1 | normal | deputy | 2025-01-01 | | b | u\n"
    over = "rio | live | 1 | normal | deputy | 2025-01-01 | 2026-11-21 | c | t"
    assert wrong(accounts=drawn, authorisations=RIGHTS + given + over) == [
        "ann entitlement.excess amend EL-018",
        "ann entitlement.excess amend EL-052",
        "ann entitlement.missing amend EL-052",
    ]


def test_a_shared_account_has_no_rights_of_a_person_to_differ_from(wrong):
    drawn = "username | system | employee_number | kind | last_used_on | roles | teams\n ann | rio | 101 | generic | 2026-11-20 | a | t"
    given = "rio | live | 1 | normal | line_manager | 2024-01-01 | | b | u"
    assert wrong(accounts=drawn, authorisations=RIGHTS + given) == ["ann account.generic_unapproved lock EL-027"]


def test_a_plan_too_large_waits_for_a_named_person(wrong, told):
    people = "person_id | employee_number\n" + "\n".join(f"{i} | {i}" for i in range(1, 41))
    approved = AUTHORITY + "\n".join(f"rio | live | {i} | normal | director | 2024-01-01 | | 900 |" for i in range(1, 41))
    trained = TRAINING + "\n".join(f"{i} | dspt | passed | 2026-03-01 | |" for i in range(1, 41))
    working = "person_id | status\n" + "\n".join(f"{i} | active" for i in range(1, 41))

    def world(idle, locked=0):
        rows = [
            f"u{i} | rio | {i} | {'2026-09-01' if i <= idle else '2026-11-20'} | {'locked' if i > 40 - locked else 'active'}"
            for i in range(1, 41)
        ]
        drawn = "\n".join(["username | system | employee_number | last_used_on | status", *rows])
        return {"accounts": drawn, "people": people, "authorisations": approved, "training": trained, "assignments": working}

    assert "feed.unsafe" not in str(wrong(**world(12)))  # 30 in 100, the share itself
    assert wrong(**world(13))[0] == " feed.unsafe ask house"
    assert len(wrong(**world(13))) == 14
    assert told(**world(13))[0] == "It would lock or close 13 of 40 open accounts; more than 30 in 100 waits for a named person's word"


@pytest.mark.clause("PA-002")
def test_the_rules_of_one_system_leave_another_alone(wrong):
    drawn = accounts("ann | paris | 101 | 2026-09-10\n ann | rio | 101 | 2026-09-10")  # 73 days: PARIS allows 90
    assert wrong(accounts=drawn) == ["ann account.inactive lock EL-035"]


def test_a_table_of_another_shape_is_named():
    tables = {name: empty(shape) for name, shape in RECONCILED.items()}
    with pytest.raises(ShapeError, match="no table 'training'"):
        compare({n: t for n, t in tables.items() if n != "training"}, on=date(2026, 11, 22), packs={})
    with pytest.raises(ShapeError, match="accounts: no column 'teams'"):
        compare({**tables, "accounts": tables["accounts"].drop(["teams"])}, on=date(2026, 11, 22), packs={})
    wrong_type = tables["people"].drop(["person_id"]).append_column("person_id", pa.array([], pa.string()))
    wrong_type = pa.concat_tables(
        [wrong_type, pa.table({"person_id": ["x"]}).cast(pa.schema([("person_id", pa.string())]))], promote_options="default"
    )
    with pytest.raises(ShapeError, match="people: "):
        compare({**tables, "people": wrong_type}, on=date(2026, 11, 22), packs={})


def test_an_account_of_a_system_nobody_listed_is_refused_not_dropped():
    tables = {name: empty(shape) for name, shape in RECONCILED.items()}
    row = dict.fromkeys(RECONCILED["accounts"].names) | {"account_id": 1, "system": "unlisted"}
    tables["accounts"] = pa.Table.from_pylist([row], schema=RECONCILED["accounts"].to_pyarrow())
    with pytest.raises(ShapeError, match="'unlisted' is not in the table of systems"):
        compare(tables, on=date(2026, 11, 22), packs={"tewv": load_pack("tewv")})


@pytest.mark.clause("EL-048")
def test_matching_alone_gives_every_account_its_number_of_fits():
    schema = RECONCILED["accounts"].to_pyarrow()
    rows = [("1", "", "normal"), ("1", "B@x", "normal"), ("9", "", "normal"), ("1", "", "service"), ("", " ", "generic")]
    seen = [
        dict.fromkeys(schema.names) | {"account_id": i, "employee_number": n, "email": e, "kind": k} for i, (n, e, k) in enumerate(rows)
    ]
    people = [{"person_id": 7, "employee_number": "1", "email": "a@x"}, {"person_id": 8, "employee_number": "2", "email": "b@x"}]
    found = match(pa.Table.from_pylist(seen, schema=schema), pa.Table.from_pylist(people, schema=PEOPLE.to_pyarrow()))
    assert [(r["person_id"], r["fits"]) for r in found.to_pylist()] == [(7, 1), (None, 2), (None, 0), (None, 0), (None, 0)]
