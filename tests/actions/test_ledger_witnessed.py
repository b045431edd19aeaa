"""A witness elsewhere is asked by the clock: what it cosigned is kept, and what it does not is told, by an alarm after a day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from typer.testing import CliRunner

from careward.cli import proving, terms
from careward.core.decision import Refused
from careward.evidence.ledger import actions, explaining, links, proof, sealing, witnessed
from careward.evidence.ledger.heard import named, read_kept
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.witnessed import NotCosigned, ask_the_witness, witness_alarm
from careward.seal.outside import SignedFile
from careward.seal.witness import Witness
from careward.web.house import house
from tests.make.people import ready, signed_in

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Send = Callable[[str, str, int], tuple[int, str]]

pytestmark = pytest.mark.django_db


def write(count: int = 1) -> None:
    for number in range(count):
        with transaction.atomic():
            actions.record(at=NOW, actor="user/7", verb="account.locked", subject=f"account/{number}", organisation="RX3")
        links.bind_now()
    actions.seal(now=NOW)


@pytest.fixture
def witness(tmp_path: Path, settings) -> Witness:
    """One elsewhere that knows this ledger, and is named here."""
    write(3)
    found = Witness(tmp_path)
    found.know(ledger_keys().public.read_text(encoding="utf-8"))
    settings.WITNESS, settings.WITNESS_KEY = "https://witness.example", found.key().vkey()
    actions.seal(now=NOW)
    return found


def reached(witness: Witness, at: datetime = NOW) -> Send:
    def send(url: str, text: str, patience: int) -> tuple[int, str]:
        answer = witness.add_checkpoint(text, at)
        return answer.status, answer.body

    return send


def silent(url: str, text: str, patience: int) -> tuple[int, str]:
    raise NotCosigned("it does not answer: timed out")


def test_where_no_witness_is_named_nothing_is_asked_and_the_page_says_so(trust_page: Callable[[], str]) -> None:
    write()
    assert ask_the_witness(now=NOW, send=silent) is False
    assert witness_alarm(now=NOW + 9 * DAY) == "" and not (ledger_keys().folder / "ledger.witnessed").exists()
    assert "No witness is named" in trust_page()
    assert signed_in(ready("auditor")).get("/ledger/checkpoints/cosigned/download/").status_code == 404


@pytest.fixture
def trust_page(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)
    return lambda: signed_in(ready("auditor")).get("/ledger/checkpoints/").content.decode()


def test_each_hour_the_newest_checkpoint_is_cosigned_and_its_note_kept(witness: Witness, trust_page: Callable[[], str]) -> None:
    assert ask_the_witness(now=NOW, send=reached(witness))
    first = read_kept().note
    write(4)
    assert ask_the_witness(now=NOW + HOUR, send=reached(witness))
    assert [note.split("\n")[1] for note in (first, read_kept().note)] == ["3", "7"]
    assert witness.key().cosigned_at(read_kept().note) == int(NOW.timestamp())
    assert proof.verify(witnessed=[first, read_kept().note]).ok
    assert (ledger_keys().folder / "ledger.witnessed").stat().st_mode & 0o077 == 0
    page = trust_page()
    file = signed_in(ready("auditor")).get("/ledger/checkpoints/cosigned/download/")
    assert file.content.decode() == read_kept().note and "careward-cosigned-7.txt" in file.headers["Content-Disposition"]
    assert "<b>7 entries</b>" in page and "It cosigns nothing" not in page


def test_asked_again_with_nothing_new_it_cosigns_again_so_that_silence_shows(witness: Witness) -> None:
    for hours in range(3):
        assert ask_the_witness(now=NOW + hours * HOUR, send=reached(witness, NOW + hours * HOUR))
    assert read_kept().cosigned_at.startswith("2026-11-23T13:00")
    assert witness.key().cosigned_at(read_kept().note) == int((NOW + 2 * HOUR).timestamp())


def test_a_witness_that_is_silent_for_more_than_a_day_is_an_alarm_until_it_answers(witness: Witness, trust_page: Callable[[], str]) -> None:
    ask_the_witness(now=NOW, send=reached(witness))
    for hours in range(1, 26):
        with pytest.raises(NotCosigned):
            ask_the_witness(now=NOW + hours * HOUR, send=silent)
        assert witness_alarm(now=NOW + hours * HOUR) == ""
    later = NOW + DAY + 3 * HOUR
    assert "has cosigned no checkpoint since 2026-11-23 11:00: it does not answer: timed out" in witness_alarm(now=later)
    assert "It cosigns nothing since" in trust_page() and not sealing.alarms()  # it is no fault of the ledger
    assert ask_the_witness(now=later, send=reached(witness, later))
    assert witness_alarm(now=later + HOUR) == "" and read_kept().why == ""


def test_a_clock_that_asks_nobody_is_told_too(witness: Witness) -> None:
    ask_the_witness(now=NOW, send=reached(witness))
    assert "nobody has asked it since" in witness_alarm(now=NOW + 2 * DAY)


def test_silence_since_the_naming_is_an_alarm_also_where_the_first_request_never_happened(witness: Witness) -> None:
    assert witness_alarm(now=NOW + DAY + HOUR) == ""
    late = witness_alarm(now=NOW + DAY + 2 * HOUR)
    assert late.startswith(f"the witness {witness.key().name} has cosigned no checkpoint since 2026-11-23 11:00, when it was named: nobody")
    assert not (ledger_keys().folder / "ledger.witnessed").exists()


def test_it_is_silent_also_for_a_program_whose_settings_do_not_name_it(witness: Witness, settings, trust_page: Callable[[], str]) -> None:
    settings.WITNESS = settings.WITNESS_KEY = ""
    write()
    assert named() is not None and witness_alarm(now=NOW + 2 * DAY)
    assert "does not name it here any more" in trust_page()


def test_naming_it_again_or_another_does_not_begin_the_silence_anew(witness: Witness, settings, tmp_path: Path) -> None:
    other = Witness(tmp_path / "other")
    other.know(ledger_keys().public.read_text(encoding="utf-8"))
    lines = len(list(SignedFile(ledger_keys()).lines()))
    settings.WITNESS_KEY = other.key().vkey()
    actions.seal(now=NOW + DAY)
    actions.seal(now=NOW + DAY)
    assert len(list(SignedFile(ledger_keys()).lines())) == lines + 1
    assert f"{other.key().name} has cosigned no checkpoint since 2026-11-23 11:00" in witness_alarm(now=NOW + DAY + 2 * HOUR)
    assert any("in place of" in words for words in proof.verify().explained)
    assert ask_the_witness(now=NOW + 2 * DAY, send=reached(other, NOW + 2 * DAY))
    assert witness_alarm(now=NOW + 2 * DAY + HOUR) == ""


def test_what_is_kept_of_it_is_believed_for_its_own_signature_alone(witness: Witness) -> None:
    """Whoever may write beside the keys, and has no witness, cannot make it look as if it had been heard."""
    ask_the_witness(now=NOW, send=reached(witness))
    path = ledger_keys().folder / "ledger.witnessed"
    path.write_text(path.read_text(encoding="utf-8").replace("2026-11-23T11", "2026-12-03T11"), encoding="utf-8")
    assert witness_alarm(now=NOW + 10 * DAY)
    path.unlink()
    assert "when it was named" in witness_alarm(now=NOW + 2 * DAY)


def test_a_witness_whose_clock_runs_ahead_does_not_hide_its_silence(witness: Witness) -> None:
    ask_the_witness(now=NOW, send=reached(witness, NOW + 900 * DAY))
    assert witness_alarm(now=NOW + HOUR) == "" and witness_alarm(now=NOW + 2 * DAY)


def test_the_naming_is_carried_by_every_later_line_of_the_file(witness: Witness) -> None:
    write(2)
    sealing.alarm_of_check(["something"], now=NOW)
    explaining.explain(what="It was tried in a test.", now=NOW, by="user/7")
    write(2)
    assert {line.facts["kind"] for line in SignedFile(ledger_keys()).lines()} > {"witness named", "alarm", "explained"}
    assert witness_alarm(now=NOW + 2 * DAY) and proof.verify().ok


def test_where_nothing_was_sealed_nobody_is_named_and_nothing_is_made(settings) -> None:
    settings.WITNESS, settings.WITNESS_KEY = "https://witness.example", "k"
    actions.seal(now=NOW)
    assert named() is None and witness_alarm(now=NOW + 9 * DAY) == "" and not ledger_keys().private.exists()


def test_a_named_person_ends_the_silence_and_it_stays_in_the_evidence(witness: Witness, settings) -> None:
    with pytest.raises(Refused, match="no witness is silent"):
        explaining.explain_silence(what="The trust's witness was given up.", now=NOW, by="user/7")
    late = NOW + 2 * DAY
    with pytest.raises(Refused, match="says too little"):
        explaining.explain_silence(what="so", now=late, by="user/7")
    entry = explaining.explain_silence(what="The trust's witness was given up.", now=late, by="user/7")
    assert witness_alarm(now=late) == "" and "when it was named" in entry.body["problems"][0]
    actions.seal(now=late)  # the settings still name it, so it is named anew, and has another day
    assert witness_alarm(now=late + DAY) == "" and witness_alarm(now=late + 2 * DAY)
    settings.WITNESS = ""
    explaining.explain_silence(what="The trust's witness was given up.", now=late + 2 * DAY, by="user/7")
    write()
    report = proof.verify()
    assert witness_alarm(now=late + 90 * DAY) == "" and report.ok
    assert f"what was wrong until 2026-11-25 is in entry {entry.pk}, explained on 2026-11-25 by user/7" in report.explained


def test_the_alarm_stands_where_alarms_stand(witness: Witness, client, monkeypatch, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    ask_the_witness(now=NOW, send=reached(witness))
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW + 2 * DAY)
    assert [alarm.url for alarm in house().alarms()] == ["ledger:checkpoints"]
    assert client.get("/healthz").status_code == 503


def test_the_first_page_and_the_command_line_tell_it_though_nobody_was_ever_asked(witness: Witness, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    words = f"witness {witness.key().name} has cosigned no checkpoint since 2026-11-23 11:00, when it was named"
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW + 2 * DAY)
    assert words in signed_in(ready("auditor")).get("/", follow=True).content.decode()
    actions.seal(now=NOW)
    monkeypatch.setattr(proving, "open_house", lambda **how: None)
    for later, status in ((DAY, 0), (2 * DAY, 6)):
        monkeypatch.setattr(terms, "now", lambda at=NOW + later: at)
        told = CliRunner().invoke(proving.ledger, ["verify"])
        assert told.exit_code == status and (words in told.stderr) is (status == 6)


def test_what_the_witness_refuses_is_an_alarm_at_once_and_once_until_a_named_person_ends_it(witness: Witness, tmp_path: Path) -> None:
    """It has seen seven entries of another ledger under this key: a copy was put back, or somebody signs beside us."""
    ask_the_witness(now=NOW, send=reached(witness))

    def forked(url: str, text: str, patience: int) -> tuple[int, str]:
        return 409, "7\n"

    for hours in range(3):
        with pytest.raises(NotCosigned):
            ask_the_witness(now=NOW + hours * HOUR, send=forked)
    (alarm,) = sealing.alarms()
    assert alarm.startswith("the witness did not cosign: no proof can be made from 7 entries on, which it has seen")
    explaining.explain(what="Last night's backup was put back after the disk failed.", now=NOW, by="user/7")
    with pytest.raises(NotCosigned):
        ask_the_witness(now=NOW + 4 * HOUR, send=forked)
    assert not sealing.alarms() and witness_alarm(now=NOW + 2 * DAY)  # it goes on to cosign nothing, and that is told


@pytest.mark.parametrize("status", [403, 404, 422])
def test_each_refusal_is_one(witness: Witness, status: int) -> None:
    with pytest.raises(NotCosigned, match=f"it refused \\({status}\\)"):
        ask_the_witness(now=NOW, send=lambda url, text, patience: (status, "no\n"))
    assert f"it refused ({status}): no" in sealing.alarms()[0]


def test_a_witness_in_trouble_of_its_own_accuses_nobody(witness: Witness) -> None:
    with pytest.raises(NotCosigned):
        ask_the_witness(now=NOW, send=lambda url, text, patience: (503, "busy"))
    assert not sealing.alarms() and read_kept().why == "it answered 503"


def test_another_s_cosignature_is_not_kept_for_the_witness_s(witness: Witness, tmp_path: Path) -> None:
    other = Witness(tmp_path / "other")
    other.know(ledger_keys().public.read_text(encoding="utf-8"))
    with pytest.raises(NotCosigned, match="cannot be held against its key"):
        ask_the_witness(now=NOW, send=reached(other))
    assert read_kept().note == ""


@pytest.mark.parametrize("text", ["", "[]", '{"other": 1}', "\x00"])
def test_what_is_kept_and_cannot_be_read_is_told(witness: Witness, text: str) -> None:
    ask_the_witness(now=NOW, send=reached(witness))
    (ledger_keys().folder / "ledger.witnessed").write_text(text, encoding="utf-8")
    assert "ledger.witnessed cannot be read" in witness_alarm(now=NOW)


def test_only_https_is_asked_or_this_machine() -> None:
    with pytest.raises(NotCosigned, match="not an https address"):
        witnessed.post("http://witness.example", "old 0\n", 1)
