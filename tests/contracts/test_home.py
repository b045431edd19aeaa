"""The home is its owner's alone, and so is all that is made in it."""

import os
import subprocess
from pathlib import Path

import pytest

from careward.config.home import HomeOpen, open_home
from tests.contracts.test_command import careward


def test_a_home_that_others_could_open_is_shut_and_so_is_all_that_is_made_in_it(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    assert careward(home)("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
    open_to_others = [p for p in [home, *home.rglob("*")] if p.stat().st_mode & 0o077 and p.name != "ledger.vkey"]  # that one is public
    assert (home / "careward.sqlite3").exists() and open_to_others == []


def test_a_copy_that_nobody_can_write_is_left_as_it_is(tmp_path: Path):
    tmp_path.chmod(0o555)
    assert open_home(tmp_path) == tmp_path.resolve()
    assert tmp_path.stat().st_mode & 0o777 == 0o555


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that is another's")
def test_a_home_of_somebody_else_that_is_open_is_refused(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    tmp_path.chmod(0o755)
    code = f"from pathlib import Path; from careward.config.home import open_home; open_home(Path({str(home)!r}))"
    # as somebody else, who may write there and may not shut it
    here = Path(__file__).resolve().parents[2]
    command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "python3", "-c", code]
    os.chown(home, 65534, 65534)
    said = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert said.returncode == 1 and f"{HomeOpen.__name__}: {home}" in said.stderr and "chmod 700" in said.stderr
