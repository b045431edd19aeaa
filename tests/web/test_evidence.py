"""The evidence of a clause: its cases stay after they were put right, who sees which, and what leaves is checked without Careward."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from careward.access.accounts import clause_cases
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.measures import measures
from careward.access.accounts.models import Finding, FindingAccount, FindingMove
from careward.core.rights import EVERYWHERE
from careward.evidence.ledger import sealing
from careward.evidence.ledger.actions import record
from careward.evidence.ledger.models import Entry
from careward.evidence.ledger.proof import SCRIPT
from careward.people.staff.models import Organisation
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db
HERE = "/procedures/paris/PA-033/evidence/"
WEEK = timedelta(days=7)


@pytest.fixture
def auditor(trust: Organisation) -> Client:
    return signed_in(ready("auditor", at=trust))


def unused(trust: Organisation, name: str, clause: str = "PA-033", **more) -> Finding:
    """An account that was not used for so long that it is locked."""
    paris = found.system(trust, "paris")
    about = found.account(paris, people.staff(trust, name), username=name.split()[0].lower(), last_used_at=NOW - timedelta(days=100))
    facts = {"code": "account.inactive", "step": "lock", "clause": clause, "found_on": TODAY - WEEK, "detail": "Last used long ago", **more}
    made = found.finding(about, **facts)
    FindingMove.objects.create(finding=made, at=made.run.finished_at, by="job/nightly", move="begin", was="", became="found")
    return made


def administers(trust: Organisation, system: str):
    """Somebody who administers one system alone."""
    made = people.user()
    people.role(made, trust, "system_administrator", system_code=system)
    people.accepted(made, trust)
    people.app_of(made)
    return made


def closed(
    made: Finding, *, on=TODAY, why: str = "no longer found by the comparison of 23 November 2026 (run 2)", was: str = "asked"
) -> None:
    Finding.objects.filter(pk=made.pk).update(state="closed", closed_on=on)
    FindingMove.objects.create(finding=made, at=NOW, by="job/nightly", move="close", was=was, became="closed", note=why)


def compared(trust: Organisation) -> int:
    """A comparison with its entry, as both are kept: returns the entry."""
    run = found.run(trust)
    return record(
        at=NOW, actor="job/nightly", verb="reconciliation.kept", subject=f"run/{run.pk}", organisation=trust.ods_code, opened=2
    ).pk


def rows_of(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup(response).partition("<main")[2].partition("</main>")[0])).replace(" .", ".")


def unpacked(response, into: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).extractall(into)
    return into


def checked(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", SCRIPT, str(folder), *more], capture_output=True, text=True, timeout=60)


def test_a_case_stays_after_it_was_put_right(auditor: Client, trust: Organisation):
    unused(trust, "Ada Open")
    closed(unused(trust, "Ben Done"))
    page = auditor.get(HERE)
    assert "1 account was put right in these days, and 1 was to put right at their end" in text(page)
    assert "No longer found by the comparison of 23 November 2026" in text(page)
    assert [(r["User name"], r["State"]) for r in rows_of(auditor.get(f"{HERE}?as=csv"))] == [("ada", "To put right"), ("ben", "Put right")]
    assert [r["User name"] for r in rows_of(auditor.get(f"{HERE}?as=csv&state=done"))] == ["ben"]


def test_what_came_to_an_end_without_being_put_right_is_not_called_so(auditor: Client, trust: Organisation):
    closed(unused(trust, "Anew Again"), why="it began anew on 2026-11-20")
    closed(unused(trust, "Settled Always", state="settled"), was="settled")
    moved = unused(trust, "Moved On")
    FindingAccount.objects.filter(finding=moved).update(gone_on=TODAY)
    FindingAccount.objects.create(finding=moved, account=moved.account, system=moved.system, clause="PA-035", found_on=TODAY)
    page = auditor.get(HERE)
    assert "No account was put right in these days, and none was to put right" in text(page)
    assert [(r["User name"], r["State"]) for r in rows_of(auditor.get(f"{HERE}?as=csv"))] == [("moved", "Goes on under PA-035")]


def test_what_became_so_is_put_right_on_the_day_that_a_list_showed_it(auditor: Client, trust: Organisation):
    made = unused(trust, "Lock Ed", state="settled")
    FindingMove.objects.create(
        finding=made,
        at=NOW - timedelta(days=2),
        by="job/nightly",
        move="settle",
        was="asked",
        became="settled",
        note="what it says changed",
    )
    (row,) = rows_of(auditor.get(f"{HERE}?as=csv"))
    assert (row["State"], row["Put right on"], row["How that was seen"]) == (
        "Put right", "2026-11-21", "by the comparison of 21 November 2026 it is already so",
    )  # fmt: skip


def test_a_period_tells_what_was_so_at_its_end(auditor: Client, trust: Organisation):
    closed(unused(trust, "Ben Done"))
    assert "1 was to put right at their end" in text(auditor.get(f"{HERE}?from=2026-11-01&to=2026-11-20"))
    assert "none was to put right at their end" in text(auditor.get(f"{HERE}?from=2026-11-01&to=2026-11-23"))
    assert "No account was put right in these days" in text(auditor.get(f"{HERE}?from=2026-10-01&to=2026-11-10"))
    assert "“the other day” is not a day we can read" in text(auditor.get(f"{HERE}?from=the+other+day"))


@given(begun=st.integers(0, 40), ended=st.none() | st.integers(0, 40), first=st.integers(0, 40), last=st.integers(0, 40))
def test_a_case_is_to_put_right_or_put_right_or_neither(begun: int, ended: int | None, first: int, last: int):
    """By the rule in words: open over the end of a period, or ended in it."""
    day = TODAY.__class__.fromordinal
    base = TODAY.toordinal()
    ended = None if ended is None else max(begun, ended)
    period = clause_cases.CasePeriod(day(base + min(first, last)), day(base + max(first, last)))
    organisation = Organisation.objects.create(ods_code="HYP", name="Hypothesis", pack="tewv")
    try:
        made = unused(organisation, "Only One", found_on=day(base + begun))
        if ended is not None:
            closed(made, on=day(base + ended))
        rows = clause_cases.cases(Reach(organisation.pk, EVERYWHERE), "PA-033", ("paris",))
        right = rows.filter(clause_cases.of_state("right", period)).exists()
        done = rows.filter(clause_cases.of_state("done", period)).exists()
        end = max(first, last)
        assert right == (begun <= end and (ended is None or ended > end))
        assert done == (ended is not None and min(first, last) <= ended <= end)
    finally:
        Organisation.objects.filter(pk=organisation.pk).update(ods_code=f"HYP{organisation.pk}")  # the next example makes its own


def test_in_order_agrees_with_what_the_clause_counts(auditor: Client, trust: Organisation):
    unused(trust, "Ada Open")
    paris = found.system(trust, "paris")
    for name in ("one", "two"):
        idle = {"status": "locked", "username": name, "last_used_at": NOW - timedelta(days=120)}
        found.account(paris, people.staff(trust, f"{name} Locked"), **idle)
    found.account(paris, people.staff(trust, "In Use"), username="used")
    found.run(trust)
    counted = measures(organisation_id=trust.pk, on=TODAY)
    there = rows_of(auditor.get(f"{HERE}in-order/?as=csv"))
    assert [r["User name"] for r in there] == ["one", "two"] and counted["PA-033"].complies == 2
    every = rows_of(auditor.get("/procedures/paris/PA-008/evidence/in-order/?as=csv"))
    assert len(every) == counted["PA-008"].complies == 4


def test_only_who_sees_findings_sees_cases_and_of_their_systems_alone(trust: Organisation):
    unused(trust, "Ada Open")
    secretary = signed_in(ready("board_secretary", at=trust))
    assert secretary.get(HERE).status_code == secretary.get(f"{HERE}proof.zip").status_code == 403
    desk = signed_in(ready("service_desk", at=trust))
    assert desk.get(HERE).status_code == 200 and desk.get(f"{HERE}proof.zip").status_code == 403
    elsewhere = signed_in(administers(trust, "epma"))
    found.system(trust, "epma")
    case = FindingAccount.objects.get()
    assert rows_of(elsewhere.get(f"{HERE}?as=csv")) == [] and elsewhere.get(f"{HERE}{case.pk}/").status_code == 404
    other = signed_in(ready("auditor", at=people.organisation("RX9")))
    assert rows_of(other.get(f"{HERE}?as=csv")) == [] and other.get(f"{HERE}{case.pk}/").status_code == 404
    assert other.get(f"{HERE}{case.pk}/proof.zip").status_code == 404


def test_a_case_shows_what_happened_and_its_entries(auditor: Client, trust: Organisation):
    entry = compared(trust)
    made = unused(trust, "Ben Done", task=found.task(trust, evidence="Locked in PARIS, 10:31"))
    closed(made)
    page = auditor.get(f"{HERE}{FindingAccount.objects.get().pk}/")
    assert page.status_code == 200 and f'href="/ledger/{entry}/"' in markup(page)
    assert "Put right on 23 November 2026" in text(page) and "Locked in PARIS, 10:31" in text(page)
    assert Entry.objects.filter(verb="person.looked_at").exists() or Entry.objects.filter(subject__startswith="person/").exists()


@pytest.mark.clause("PA-033")
def test_what_is_taken_along_is_checked_without_careward(auditor: Client, trust: Organisation, tmp_path: Path):
    entry = compared(trust)
    closed(unused(trust, "Ben Done"))
    before = Entry.objects.count()
    folder = unpacked(auditor.get(f"{HERE}proof.zip"), tmp_path)
    own = Entry.objects.order_by("-id").first()
    assert Entry.objects.count() == before + 1 and own is not None and (own.verb, own.subject) == ("list.exported", "list/evidence PA-033")
    assert {p.name for p in folder.iterdir()} == {
        "cases.csv", "in-order.csv", "read-me.txt", "proofs.ndjson", "checkpoint.txt", "ledger.vkey", "verify_ledger.py",
    }  # fmt: skip
    assert str(entry) in (folder / "cases.csv").read_text() and "1 account put right in these days" in (folder / "read-me.txt").read_text()
    done = checked(folder, "--vkey", (folder / "ledger.vkey").read_text())
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "In order. All 2 entries are what was signed.")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "cases.csv").write_text("nothing to put right"), "cases.csv is not the file that was sealed"),
        (lambda f: (f / "more.csv").write_text("a,b"), "no sealed entry here vouches for more.csv"),
        (lambda f: (f / "in-order.csv").unlink(), "in-order.csv was sealed with this evidence and is not in the folder"),
        (lambda f: _each(f, lambda line: line.replace(b'"opened":2', b'"opened":3')), "is not what was sealed at place 0"),
        (lambda f: _each(f, lambda line: line.replace(b'"leaf":0', b'"leaf":1')), "is not what was sealed at place 1"),
        (lambda f: _each(f, lambda line: line.replace(b'"path":["', b'"path":["?')), "of proofs.ndjson cannot be read"),
        (lambda f: (f / "proofs.ndjson").write_bytes(b""), "no sealed entry here vouches for cases.csv"),
        (lambda f: (f / "checkpoint.txt").write_text("careward/1\n2\nAAAA\n\nnobody"), "carries no good signature of this key"),
    ],
)
def test_the_script_sees_what_was_changed_in_it(spoil, words: str, auditor: Client, trust: Organisation, tmp_path: Path):
    compared(trust)
    closed(unused(trust, "Ben Done"))
    folder = unpacked(auditor.get(f"{HERE}proof.zip"), tmp_path)
    spoil(folder)
    done = checked(folder)
    assert done.returncode == 1 and words in done.stdout, done.stdout


def _each(folder: Path, change) -> None:
    path = folder / "proofs.ndjson"
    path.write_bytes(b"".join(change(line) for line in path.read_bytes().splitlines(keepends=True)))


def test_a_checkpoint_of_the_same_size_that_differs_is_told(auditor: Client, trust: Organisation, tmp_path: Path, settings):
    compared(trust)
    folder = unpacked(auditor.get(f"{HERE}proof.zip"), tmp_path / "out")
    kept = tmp_path / "kept.txt"
    kept.write_text((folder / "checkpoint.txt").read_text())
    assert checked(folder, "--known", str(kept)).returncode == 0
    kept.write_text("not a note")
    assert checked(folder, "--known", str(kept)).returncode == 1


def test_a_ledger_that_cannot_be_sealed_gives_evidence_that_says_so(auditor: Client, trust: Organisation, tmp_path: Path, monkeypatch):
    compared(trust)
    sealing.seal(now=NOW)

    def stopped(**_: object) -> None:
        raise sealing.SealingStopped(["it does not go on"])

    monkeypatch.setattr("careward.evidence.ledger.bundles.seal", stopped)
    closed(unused(trust, "Ben Done"))
    done = checked(unpacked(auditor.get(f"{HERE}proof.zip"), tmp_path))
    assert done.returncode == 1 and "no sealed entry here vouches for cases.csv" in done.stdout


def test_one_case_is_taken_along_with_its_proof(auditor: Client, trust: Organisation, tmp_path: Path):
    compared(trust)
    closed(unused(trust, "Ben Done"))
    unused(trust, "Ada Open")
    case = FindingAccount.objects.order_by("pk").first()
    assert case is not None
    folder = unpacked(auditor.get(f"{HERE}{case.pk}/proof.zip"), tmp_path)
    assert "ben" in (folder / "cases.csv").read_text() and "ada" not in (folder / "cases.csv").read_text()
    assert checked(folder).returncode == 0


def test_asking_ahead_takes_nothing(auditor: Client, trust: Organisation):
    compared(trust)
    before = Entry.objects.count()
    ahead = (auditor.head(f"{HERE}proof.zip"), auditor.get(f"{HERE}proof.zip", headers={"Sec-Purpose": "prefetch"}))
    assert all(each.headers["Content-Type"] != "application/zip" for each in ahead)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(("address", "queries"), [(HERE, 15), (f"{HERE}in-order/", 16), ("{case}", 15)])
def test_what_the_pages_cost(address: str, queries: int, auditor: Client, trust: Organisation, django_assert_num_queries):
    compared(trust)
    for n in range(3):
        unused(trust, f"Given{n} Open")
    address = address.replace("{case}", f"{HERE}{FindingAccount.objects.order_by('pk').values_list('pk', flat=True)[0]}/")
    assert len(auditor.get(address).content) < 60_000
    with django_assert_num_queries(queries):
        auditor.get(address)
    for n in range(40):
        unused(trust, f"More{n} Open")
    auditor.get(address)
    with django_assert_num_queries(queries):
        assert len(auditor.get(address).content) < 60_000
