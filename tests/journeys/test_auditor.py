"""The auditor's day: from a clause to the proof of one of its cases, taken along and checked without Careward."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download

from careward.evidence.ledger.proof import SCRIPT
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 5


class Clicks:
    """Counts what a person clicks; typing is no click."""

    def __init__(self, window: Visitor) -> None:
        self.window, self.count = window, 0

    def follow(self, words: str, **options: object) -> None:
        self.count += 1
        self.window.follow(words, **options)

    def take(self, words: str) -> Download:
        self.count += 1
        with self.window.page.expect_download() as waiting:
            self.window.follow(words)
        return waiting.value


def given_a_clause_with_cases(window: Visitor) -> None:
    window.go("/procedures/paris/PA-033/")


def when_they_open_its_first_case(window: Visitor, clicks: Clicks) -> None:
    clicks.count += 1
    window.main.get_by_role("table").get_by_role("rowheader").get_by_role("link").first.click()


def then_it_checks_out_without_careward(taken: Download, key: str, into: Path) -> str:
    folder = into / taken.suggested_filename.removesuffix(".zip")
    taken.save_as(into / taken.suggested_filename)
    zipfile.ZipFile(into / taken.suggested_filename).extractall(folder)
    done = subprocess.run([sys.executable, "-I", SCRIPT, folder, "--vkey", key], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith("In order."), done.stdout
    return (folder / "cases.csv").read_text(encoding="utf-8-sig")


@pytest.mark.clause("PA-033")
def test_an_auditor_takes_a_clause_and_one_case_along(visit: Callable[..., Visitor], house: House, script: bool, tmp_path: Path):
    key = (house.home / "keys" / "ledger.vkey").read_text(encoding="utf-8").strip()  # as somebody gave it to them by hand
    auditor = visit("auditor", script=script, accept_downloads=True)
    given_a_clause_with_cases(auditor)
    clicks = Clicks(auditor)
    clicks.follow("Evidence")
    auditor.sees("Evidence: An account not used for 90 days is locked")
    assert re.search(r"Now [\d,]+ (is|are) in order\.", auditor.main.inner_text())
    everything = then_it_checks_out_without_careward(clicks.take("Download with proof"), key, tmp_path)
    when_they_open_its_first_case(auditor, clicks)
    auditor.sees("What happened", "Written down in the ledger", "Accounts compared")
    case = auditor.page.url.rstrip("/").rsplit("/", 1)[1]
    one = then_it_checks_out_without_careward(clicks.take("Download its proof"), key, tmp_path)
    assert clicks.count <= MOST_CLICKS, clicks.count
    assert f"\n{case}," in everything and one.splitlines()[1].startswith(f"{case},")
    auditor.go("/ledger/")
    auditor.sees("List exported", "List evidence PA-033")
