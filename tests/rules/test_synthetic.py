"""The invented trust: sound in itself, the same every time, and its truth borne out by its own rows, read plainly."""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careward.core.ids import check_digit_fits, parse_ods_code
from careward.core.packs.pack import load
from careward.engines.synthetic.accounts import username_of
from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.later import make_next_export
from careward.engines.synthetic.trust import MOST_STAFF, TrustError, make_trust

ON = date(2026, 11, 22)
LONDON = ZoneInfo("Europe/London")
PACKS = {name: load(name) for name in ("base", "tewv", "elft")}
LONG_TERM = {"maternity", "long_term_absence"}
LONG_KINDS = {"long_term_absence", "long_term", "long_term_sickness", "maternity", "career_break"}


@dataclass
class Trust:
    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def __post_init__(self) -> None:
        self.staff = self.rows("staff.csv")
        self.numbers = {r["employee_number"] for r in self.staff}
        self.posts = defaultdict(list)
        for row in self.staff:
            self.posts[row["employee_number"]].append(row)
        self.systems = {r["code"]: r for r in self.rows("systems.csv")}
        self.accounts = {
            (code, r.get("environment", "live"), r["username"]): r for code in self.systems for r in self.rows(f"accounts/{code}.csv")
        }
        self.grants = defaultdict(list)
        for row in self.rows("authorisations.csv"):
            self.grants[row["system"], row["environment"], row["employee_number"]].append(row)
        self.training = defaultdict(list)
        for row in self.rows("training.csv"):
            self.training[row["employee_number"]].append(row)
        self.truth = [json.loads(t) for t in (self.folder / "truth" / "findings.ndjson").read_text(encoding="utf-8").splitlines()]

    def of(self, code: str) -> list[tuple[dict, dict]]:
        """Each line of a code with the account it is about."""
        found = [(t, self.accounts[t["system"], t["environment"], t["username"]]) for t in self.truth if t["code"] == code]
        assert found, f"nothing planted for {code}"
        return found

    def fitting(self, account: dict) -> set[str]:
        said = {(f, account.get(f, "").lower()) for f in ("employee_number", "email", "smartcard_uuid")}
        return {n for n, rows in self.posts.items() for r in rows if said & {(f, r[f].lower()) for f, _ in said if r[f]}}


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("trust") / "feeds"
    make_trust(folder, staff=500, systems=8, days=500, seed=3, on=ON)
    return Trust(folder)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def used_on(account: dict) -> date | None:
    if not account["last_used_at"]:
        return None
    at = datetime.fromisoformat(account["last_used_at"])
    return (at.astimezone(LONDON) if at.tzinfo else at).date()


def idle_days(account: dict) -> int:
    return (ON - max(filter(None, (used_on(account), day(account["created_on"]))))).days


def digest(folder: Path) -> str:
    told = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        told.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        make_trust(tmp_path / name, staff=80, systems=3, days=90, seed=seed, on=ON)
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")


@given(st.lists(st.integers(20100000, 20100000 + MOST_STAFF - 1), min_size=2, max_size=2, unique=True), st.sampled_from(["plain", "date"]))
@example([20100007, 20200007], "date")
def test_no_two_of_one_name_have_one_user_name_however_many_staff_there_are(numbers, moments):
    system = SimpleNamespace(moments=moments)
    one, other = (username_of(system, SimpleNamespace(number=str(n), first="Ann", last="Lee", shared_mail=True)) for n in numbers)
    assert one != other


def test_everybody_named_anywhere_is_on_the_staff(trust):
    named = {r["supervisor_employee_number"] for r in trust.staff} - {""}
    named |= {r[c] for r in trust.rows("deputies.csv") for c in ("manager_employee_number", "deputy_employee_number")}
    named |= {r["employee_number"] for name in ("training.csv", "absences.csv", "authorisations.csv") for r in trust.rows(name)}
    named |= {r["approved_by_employee_number"] for r in trust.rows("authorisations.csv")}
    named |= {r["owner_employee_number"] for r in trust.rows("generic_accounts.csv")}
    assert named <= trust.numbers
    assert len(trust.numbers) == 500
    listed = {r["system"] for r in [*trust.rows("authorisations.csv"), *trust.rows("generic_accounts.csv")]}
    assert listed <= trust.systems.keys()


def test_supervisors_form_one_tree(trust):
    above = {n: next(r["supervisor_employee_number"] for r in rows if r["primary_assignment"] == "Y") for n, rows in trust.posts.items()}
    assert list(above.values()).count("") == 1
    for number in above:
        seen = [number]
        while above[seen[-1]]:
            assert above[seen[-1]] not in seen
            seen.append(above[seen[-1]])


def test_numbers_that_must_be_their_own_are(trust):
    for column in ("employee_number", "smartcard_uuid", "nhs_number", "registration_number"):
        held = Counter(value for rows in trust.posts.values() for value in {r[column] for r in rows} - {""})
        assert held.most_common(1)[0][1] == 1, column
    assert len({r["assignment_number"] for r in trust.staff}) == len(trust.staff)
    rows = Counter((r["employee_number"], r["course_code"].lower(), r["completed_on"]) for r in trust.rows("training.csv"))
    assert rows.most_common(1)[0][1] == 1
    names = Counter((s, e, u.lower()) for s, e, u in trust.accounts)
    assert names.most_common(1)[0][1] == 1
    approvals = Counter((r["system"], r["username"].lower(), r["ig_approved_on"]) for r in trust.rows("generic_accounts.csv"))
    assert approvals.most_common(1)[0][1] == 1


def test_nobody_can_be_taken_for_real(trust):
    for row in trust.staff:
        assert row["email"].endswith("@northmoor.example")
        assert row["postcode"].startswith("ZZ99 ")
        assert row["employer_ods_code"] in ("", "RZZ9N")
        if row["nhs_number"]:
            assert row["nhs_number"].startswith("999") and check_digit_fits(row["nhs_number"])
    assert parse_ods_code("RZZ9N") == "RZZ9N"
    assert 0.4 < sum(bool(r["nhs_number"]) for r in trust.staff) / len(trust.staff) < 0.8


def test_the_trust_looks_like_one(trust):
    assert {r["person_type"] for r in trust.staff} == {"employee", "bank", "agency", "student", "honorary", "external", "contractor"}
    assert {"NMC", "HCPC", "GMC", "Social Work England"} <= {r["registration_body"] for r in trust.staff}
    assert {"active", "suspended", "maternity", "long_term_absence", "terminated"} == {r["assignment_status"] for r in trust.staff}
    assert len({r["directorate"] for r in trust.staff}) >= 7
    assert sum(len(rows) > 1 for rows in trust.posts.values()) >= 20
    assert {r["environment"] for r in trust.rows("accounts/paris.csv")} == {e.code for e in PACKS["tewv"].environments}
    people = Counter((rows[0]["first_name"], rows[0]["last_name"]) for rows in trust.posts.values())
    assert people.most_common(1)[0][1] >= 2


def test_counts_are_near_the_rates_promised(trust):
    assert 0.93 < len(trust.accounts) / (500 * 8) < 1.1
    faulty = {(t["system"], t["environment"], t["username"]) for t in trust.truth}
    assert 0.03 < len(faulty) / len(trust.accounts) < 0.07
    told = json.loads((trust.folder / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert told["accounts"] == len(trust.accounts)
    assert told["findings"] == len(trust.truth)
    assert told["by_code"] == dict(sorted(Counter(t["code"] for t in trust.truth).items()))
    assert told["faulty_accounts"] == len(faulty)


def test_no_system_is_near_a_mass_change(trust):
    for system in trust.systems:
        acted = {t["username"] for t in trust.truth if t["system"] == system and (t["step"] == "close" or t["step"] == "lock")}
        there = [a for key, a in trust.accounts.items() if key[0] == system and a["status"] != "closed"]
        assert len(acted) < 0.2 * len(there)


def test_truth_is_about_open_accounts_in_the_packs_own_clauses(trust):
    for line in trust.truth:
        account = trust.accounts[line["system"], line["environment"], line["username"]]
        assert account["status"] in ("active", "locked")
        assert set(line) == {"system", "environment", "username", "employee_number", "code", "step", "clause"}
        assert line["employee_number"] is None or {line["employee_number"]} == trust.fitting(account)
    leavers = {(t["system"] == "paris", t["clause"]) for t in trust.truth if t["code"] == "account.leaver"}
    assert leavers == {(True, "PA-029"), (False, "EL-041")}


def test_planted_leavers_have_no_post_left_and_nobody_else_has_gone(trust):
    def ended(post):
        return post["assignment_status"] == "terminated" or (day(post["end_on"]) or date.max) < ON

    gone = {n for n, rows in trust.posts.items() if all(map(ended, rows))}
    assert {t["employee_number"] for t, _ in trust.of("account.leaver")} <= gone
    assert any(day(r["end_on"]) == ON for n in trust.numbers - gone for r in trust.posts[n])
    planted = {(t["system"], t["username"]) for t, _ in trust.of("account.leaver")}
    for key, account in trust.accounts.items():
        if account["status"] != "closed" and account.get("employee_number") in gone:
            assert (key[0], key[2]) in planted


def test_dormant_accounts_stand_on_the_very_days(trust):
    planted = Counter()
    for line, account in trust.of("account.inactive"):
        pack = PACKS[trust.systems[line["system"]]["pack"]]
        rule, idle = pack.inactivity_for(line["system"]), idle_days(account)
        least = {"close": rule.close_after_days, "lock": rule.lock_after_days, "warn": rule.lock_after_days - rule.notice_days}
        most = {"close": 10_000, "lock": rule.close_after_days, "warn": rule.lock_after_days}
        assert least[line["step"]] <= idle < most[line["step"]]
        assert line["step"] == "close" or account["status"] == "active"
        assert line["clause"] == {"close": rule.close_clause, "lock": rule.lock_clause, "warn": rule.warn_clause}[line["step"]]
        planted[line["step"], idle - least[line["step"]], bool(account["last_used_at"])] += 1
        planted[line["step"], idle - most[line["step"]], None] += 1
    assert {
        ("close", 0, True),
        ("close", 0, False),
        ("close", 1, True),
        ("lock", 0, True),
        ("lock", 0, False),
        ("lock", 1, True),
    } <= planted.keys()
    assert {("warn", 0, True), ("warn", -1, None), ("lock", -1, None)} <= planted.keys()


def test_near_misses_of_use_are_there_and_not_in_the_truth(trust):
    named = {(t["system"], t["environment"], t["username"]) for t in trust.truth if t["code"].startswith("account.inactive")}
    just, shut = 0, 0
    for key, account in trust.accounts.items():
        if (
            account["kind"] == "service"
            or account["status"] == "closed"
            or key in named
            or not (account["last_used_at"] or account["created_on"])
        ):
            continue
        rule = PACKS[trust.systems[key[0]]["pack"]].inactivity_for(key[0])
        idle = idle_days(account)
        assert idle < rule.close_after_days
        assert account["status"] == "locked" or idle < rule.lock_after_days - rule.notice_days
        just += idle == rule.lock_after_days - rule.notice_days - 1
        shut += account["status"] == "locked" and idle >= rule.lock_after_days
    assert just >= 5
    assert shut >= 2


def test_unknown_use_says_neither_day(trust):
    assert all(not a["last_used_at"] and not a["created_on"] and t["step"] == "ask" for t, a in trust.of("account.use_unknown"))


def test_whom_nobody_and_more_than_one_fits(trust):
    assert all(trust.fitting(a) == set() and t["employee_number"] is None for t, a in trust.of("account.unmatched"))
    assert all(len(trust.fitting(a)) == 2 and t["employee_number"] is None for t, a in trust.of("account.ambiguous"))


def test_second_accounts_have_an_older_first(trust):
    for line, account in trust.of("account.duplicate"):
        same = [
            (day(a["created_on"]) or date.max, key[2])
            for key, a in trust.accounts.items()
            if key[:2] == (line["system"], line["environment"])
            and a["kind"] == account["kind"] and a["status"] != "closed" and trust.fitting(a) == {line["employee_number"]}
        ]  # fmt: skip
        assert len(same) == 2
        assert max(same)[1] == line["username"]


def test_shared_accounts_without_a_good_approval(trust):
    approvals = defaultdict(list)
    for row in trust.rows("generic_accounts.csv"):
        approvals[row["system"], row["username"].lower()].append(row)
    planted = {(t["system"], t["username"]) for t, _ in trust.of("account.generic_unapproved")}
    for key, account in trust.accounts.items():
        if account["kind"] in ("generic", "service") and account["status"] != "closed":
            good = [r for r in approvals[key[0], key[2].lower()] if day(r["ig_approved_on"]) <= ON <= day(r["expires_on"])]
            assert bool(good) != ((key[0], key[2]) in planted)


def test_administrators_nobody_approved(trust):
    planted = {(t["system"], t["username"]) for t, _ in trust.of("account.admin_unapproved")}
    seen = 0
    for key, account in trust.accounts.items():
        if account["kind"] == "admin" and account["status"] != "closed":
            (holder,) = trust.fitting(account)
            given = [g for g in trust.grants[key[0], "live", holder] if g["kind"] == "admin"]
            assert bool(given) != ((key[0], key[2]) in planted)
            seen += bool(given)
    assert seen > 10


def test_the_absent_are_away_for_long_and_today(trust):
    away = {
        r["employee_number"]
        for r in trust.rows("absences.csv")
        if r["kind"] in LONG_KINDS and day(r["from_on"]) <= ON < (day(r["to_on"]) or date.max)
    }
    away |= {n for n, rows in trust.posts.items() if all(r["assignment_status"] in LONG_TERM for r in rows)}
    lines = trust.of("account.absent")
    assert {t["employee_number"] for t, _ in lines} <= away and {a["status"] for _, a in lines} == {"active"}
    planted = {(t["system"], t["environment"], t["username"]) for t, _ in lines}
    kept = [
        k for k, a in trust.accounts.items() if a["status"] != "closed" and a["kind"] in ("normal", "admin") and trust.fitting(a) & away
    ]
    assert planted < set(kept) and all(trust.accounts[key]["status"] == "locked" for key in set(kept) - planted)
    assert any(day(r["to_on"]) == ON and r["employee_number"] not in away for r in trust.rows("absences.csv"))


def good_grants(trust, line, account):
    pack = PACKS[trust.systems[line["system"]]["pack"]]
    for grant in trust.grants[line["system"], line["environment"], line["employee_number"]]:
        usual, exceptional = pack.registration.approvers, pack.registration.exception_approvers
        roles = exceptional if grant["exception_reason"] else usual
        if line["environment"] != "live":
            roles = pack.environment_approvers(line["environment"])
        by_another = grant["approved_by_employee_number"] != line["employee_number"]
        if grant["kind"] == account["kind"] and grant["approver_role"] in roles and by_another and day(grant["approved_on"]) <= ON:
            yield grant


def test_missing_and_expired_authority_in_every_way(trust):
    for line, account in trust.of("authorisation.missing"):
        assert list(good_grants(trust, line, account)) == []
    for line, account in trust.of("authorisation.expired"):
        held = list(good_grants(trust, line, account))
        assert held
        assert all(day(g["expires_on"]) < ON for g in held)
    assert any(
        day(g["expires_on"]) == ON - timedelta(days=1) for t, a in trust.of("authorisation.expired") for g in good_grants(trust, t, a)
    )


def test_everybody_else_has_authority_in_force(trust):
    bad = {
        (t["system"], t["environment"], t["username"])
        for t in trust.truth
        if t["code"].startswith(("authorisation.", "environment.", "account.unmatched", "account.ambiguous", "account.admin"))
    }
    by_mail = {r["email"]: r["employee_number"] for r in trust.staff}
    by_card = {r["smartcard_uuid"]: r["employee_number"] for r in trust.staff}
    checked = 0
    for key, account in trust.accounts.items():
        if account["kind"] in ("generic", "service") or account["status"] == "closed" or key in bad:
            continue
        holder = account.get("employee_number") or by_mail.get(account.get("email", "").lower()) or by_card[account["smartcard_uuid"]]
        line = {"system": key[0], "environment": key[1], "employee_number": holder}
        held = [g for g in good_grants(trust, line, account) if (day(g["expires_on"]) or date.max) >= ON]
        assert held, key
        checked += 1
    assert checked > 3000


def test_copies_without_the_named_authority(trust):
    for line, account in trust.of("environment.unauthorised"):
        assert line["environment"] != "live"
        assert [g for g in good_grants(trust, line, account) if (day(g["expires_on"]) or date.max) >= ON] == []


def test_rights_differ_as_planted(trust):
    def terms(text):
        return {t.strip().lower() for t in text.split(";")} - {""}

    for code in ("entitlement.excess", "entitlement.missing"):
        for line, account in trust.of(code):
            topic = "teams" if line["clause"] in ("PA-026", "EL-052") else "roles"
            held = [g for g in good_grants(trust, line, account) if (day(g["expires_on"]) or date.max) >= ON]
            due, has = set().union(*(terms(g[topic]) for g in held)), terms(account[topic])
            assert has - due if code == "entitlement.excess" else due - has


def test_training_is_missing_or_has_lapsed(trust):
    names = {"EL-022": 0, "PA-011": 0, "PA-012": 1, "PA-013": 1, "house": 0}
    courses = ({"data-security", "dspt", "dsp", "data-security-awareness"}, {"paris-e-learning", "paris"})
    last_good = ON.replace(year=ON.year - 1)
    for code in ("training.missing", "training.expired"):
        for line, _ in trust.of(code):
            which = names[line["clause"]]
            done = [
                r
                for r in trust.training[line["employee_number"]]
                if r["course_code"].lower() in courses[which] and r["result"] == "passed" and day(r["completed_on"]) <= ON
            ]
            lapsed = [
                r
                for r in done
                if (day(r["expires_on"]) or (day(r["completed_on"]) if which == 0 else date.max)) < (ON if r["expires_on"] else last_good)
            ]
            if line["clause"] == "PA-013":
                assert done
                assert not any(r["declaration_signed_on"] and day(r["declaration_signed_on"]) <= ON for r in done)
            elif code == "training.expired":
                assert done == lapsed != []
            else:
                assert done == []


def test_lapsed_registrations_and_the_day_that_is_still_good(trust):
    for line, _ in trust.of("registration.lapsed"):
        assert trust.systems[line["system"]]["kind"] == "clinical"
        assert all(day(r["registration_expires_on"]) < ON for r in trust.posts[line["employee_number"]])
    ends = {r["registration_expires_on"] for r in trust.staff}
    assert {ON.isoformat(), (ON - timedelta(days=1)).isoformat()} <= ends


def test_personas_are_on_the_staff_and_have_something_to_show(trust):
    shown = json.loads((trust.folder / "truth" / "personas.json").read_text(encoding="utf-8"))
    by_name = {p["persona"]: p for p in shown}
    assert set(by_name) == {
        "line_manager", "deputy", "system_administrator", "patient_systems_manager", "service_desk", "privacy_officer", "caldicott_guardian",
        "data_protection_team", "head_of_ig", "project_manager", "board_secretary", "clinician", "auditor", "trust_administrator", "second_administrator", "bank_nurse",
        "locked_clinician",
    }  # fmt: skip
    assert all(p["employee_number"] in trust.numbers for p in shown)
    mails = Counter(mail for rows in trust.posts.values() for mail in {r["email"] for r in rows})
    assert {mails[p["email"]] for p in shown} == {1}
    boss = by_name["line_manager"]["employee_number"]
    team = {r["employee_number"] for r in trust.staff if r["supervisor_employee_number"] == boss}
    assert team & {t["employee_number"] for t in trust.truth}
    acting = [r for r in trust.rows("deputies.csv") if r["manager_employee_number"] == boss and day(r["from_on"]) <= ON < day(r["to_on"])]
    assert [r["deputy_employee_number"] for r in acting] == [by_name["deputy"]["employee_number"]]
    assert {c for p in shown if p["role"] == "system_administrator" for c in p["systems"]} == trust.systems.keys()


def test_an_unsafe_system_is_one_line_more(tmp_path):
    summary = make_trust(tmp_path / "t", staff=120, systems=3, days=400, seed=1, on=ON, unsafe_system=True)
    made = Trust(tmp_path / "t")
    (line,) = [t for t in made.truth if t["code"] == "feed.unsafe"]
    assert line == {
        "system": "network",
        "environment": "",
        "username": "",
        "employee_number": None,
        "code": "feed.unsafe",
        "step": "ask",
        "clause": "house",
    }
    closing = {t["username"] for t in made.truth if t["system"] == "network" and t["step"] == "close"}
    there = [a for key, a in made.accounts.items() if key[0] == "network" and a["status"] != "closed"]
    assert len(closing) > 0.35 * len(there)
    assert dict(summary.by_code)["feed.unsafe"] == 1
    with pytest.raises(TrustError, match="named person"):
        make_next_export(tmp_path / "t", put_right=1.0, on=ON)


def test_the_next_export_has_what_was_put_right_and_nothing_else_changed(trust, tmp_path):
    made = make_next_export(
        trust.folder, put_right={"account.leaver", "training.expired", "entitlement.excess"}, on=ON, into=tmp_path / "next"
    )
    later = Trust(tmp_path / "next")
    gone = [json.loads(t) for t in (later.folder / "truth" / "put_right.ndjson").read_text(encoding="utf-8").splitlines()]
    assert len(gone) == made.put_right
    assert len(later.truth) == made.left == len(trust.truth) - len(gone)
    assert not {t["code"] for t in later.truth} & {"account.leaver", "training.expired", "entitlement.excess"}
    assert all(later.accounts[t["system"], "live", t["username"]]["status"] == "closed" for t, _ in trust.of("account.leaver"))
    touched = {(t["system"], t["environment"], t["username"]) for t in gone}
    assert {k: a for k, a in later.accounts.items() if k not in touched} == {k: a for k, a in trust.accounts.items() if k not in touched}


def test_a_share_put_right_and_a_later_day(trust, tmp_path):
    made = make_next_export(trust.folder, put_right=0.5, on=ON + timedelta(days=1), into=tmp_path / "next")
    assert 0.3 < made.put_right / len(trust.truth) < 0.65
    assert not (made.folder / "truth" / "findings.ndjson").exists()
    with pytest.raises(TrustError, match="cannot be of"):
        make_next_export(trust.folder, put_right=0.5, on=ON - timedelta(days=1), into=tmp_path / "other")


@pytest.mark.parametrize("asked", [{"staff": 59}, {"staff": 600_000}, {"systems": 0}, {"systems": 201}, {"days": 0}])
def test_a_trust_that_cannot_be_made_says_why(tmp_path, asked):
    with pytest.raises(TrustError, match="ask for a number between"):
        make_trust(tmp_path / "t", **{"staff": 80, "systems": 2, "days": 30, "seed": 1, "on": ON, **asked})
    assert not (tmp_path / "t").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(TrustError, match="not an empty folder"):
        make_trust(tmp_path, staff=80, systems=2, days=30, seed=1, on=ON)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_days_are_told_in_london_time():
    summer = Dates(date(2026, 7, 1))
    assert summer.moment(0, 0, "plain") == "2026-07-01T07:00:00"
    assert summer.moment(0, 0, "utc") == "2026-07-01T06:00:00Z"
    assert summer.moment(0, 0, "offset") == "2026-07-01T07:00:00+01:00"
    assert summer.after_midnight(0) == "2026-06-30T23:30:00Z"
    assert Dates(ON).after_midnight(0) == "2026-11-22T00:30:00Z"
    assert Dates(date(2028, 2, 29)).year_before() == 365
