"""A file of unknown form is looked at by the process with bounds that reads all files: what it does there harms nobody here."""

import signal
import time
from datetime import date

import pytest

from careward.core.mapping import MappingFacts
from careward.engines.connectors.csv import aside
from careward.engines.connectors.csv.looking import LookAsked, look_at
from careward.engines.connectors.csv.trying import HowRead, first_facts, look, try_out

ON, THERE, HERE = date(2026, 11, 23), HowRead(apart=True), HowRead(apart=False)


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "list.csv"
    made.write_text("Login;State;Created\nabell;Enabled;30/11/2020\nbcole;Odd;01/02/2020\n", encoding="utf-8")
    return made


def test_what_is_seen_and_tried_apart_is_what_would_be_here(path):
    asked = LookAsked(path, "Users.csv", "accounts")
    seen = look(asked, THERE)
    assert seen == look_at(asked) and seen.rows == 2
    said = first_facts(seen, "accounts", "paris")
    assert try_out(path, "Users.csv", said, seen, ON, THERE) == try_out(path, "Users.csv", said, seen, ON, HERE)


def test_a_file_that_takes_too_long_or_too_much_is_told_and_not_waited_for(tmp_path):
    made = tmp_path / "list.csv"
    made.write_text('a","\n' * 400_000, encoding="utf-8")
    begun = time.monotonic()
    seen = look(LookAsked(made, "list.csv", "accounts"), HowRead(apart=True, times=0.1))
    assert time.monotonic() - begun < 60
    assert seen.problem and seen.problem.file == "list.csv" and seen.problem.remedy and seen.columns == ()


def test_a_process_that_is_ended_from_outside_is_told(path, monkeypatch):
    begun = aside._started

    def ended(theirs):
        process = begun(theirs)
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        return process

    monkeypatch.setattr(aside, "_started", ended)
    seen = look(LookAsked(path, "list.csv", "accounts"), THERE)
    assert seen.problem and seen.problem.remedy


def test_an_error_of_ours_is_loud(path, monkeypatch):
    monkeypatch.setattr(aside, "APART", "tests.contracts.reading_that_breaks")
    with pytest.raises(aside.ReadingBroke):
        look(LookAsked(path, "list.csv", "accounts"), THERE)
    with pytest.raises(aside.ReadingBroke):
        try_out(path, "list.csv", MappingFacts("accounts", "x", columns={"username": "Login", "status": "State"}), look_at(
            LookAsked(path, "list.csv", "accounts")), ON, THERE)  # fmt: skip
