"""The home is its owner's alone, and so is all that is made in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from careward.config.home import HomeOpen, open_home
from tests.contracts.test_command import careward

ROOT = Path(__file__).resolve().parents[2]
STATIC = "from careward.cli import ready; ready.open_house(); ready.gather_static()"


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_a_new_home_is_shut_and_so_is_all_that_is_made_in_it(umask: int, tmp_path: Path):
    home = tmp_path / "home"
    (home / "packs").mkdir(parents=True)  # of somebody who puts their own there first
    home.chmod(0o777)
    before = os.umask(umask)
    try:
        assert careward(home)("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
        environment = {**os.environ, "CAREWARD_HOME": str(home), "CAREWARD_DATABASE_URL": ""}
        subprocess.run([sys.executable, "-c", STATIC], cwd=ROOT, env=environment, check=True)
    finally:
        os.umask(before)
    (home / "packs").rmdir()
    open_to_others = [p for p in [home, *home.rglob("*")] if p.stat().st_mode & 0o077 and p.name != "ledger.vkey"]  # that one is public
    assert (home / "careward.sqlite3").exists() and any((home / "static").iterdir()) and open_to_others == []


@pytest.mark.parametrize("data", ["careward.sqlite3", "keys"])
@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o777])
def test_a_home_with_data_in_it_that_others_could_open_is_refused(mode: int, data: str, tmp_path: Path):
    (tmp_path / data).touch()
    tmp_path.chmod(mode)
    with pytest.raises(HomeOpen, match=f"can be opened by others of this machine.*chmod -R go= {tmp_path.resolve()}"):
        open_home(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == mode
    tmp_path.chmod(0o700)
    assert open_home(tmp_path) == tmp_path.resolve()


def test_each_command_refuses_it_and_makes_nothing(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "keys").mkdir()
    home.chmod(0o755)
    for words in (("organisation", "RX3", "Northmere"), ("serve", "--port", "1"), ("ledger", "verify"), ("backup", str(tmp_path / "b"))):
        said = careward(home)(*words)
        assert said.returncode == 1 and "chmod -R go=" in said.stderr and "Traceback" not in said.stderr, said.stderr
    assert [p.name for p in home.iterdir()] == ["keys"] and not (tmp_path / "b").exists()


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
    command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "python3", "-c", code]
    os.chown(home, 65534, 65534)
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 1 and f"{HomeOpen.__name__}: {home}" in said.stderr and "chmod 700" in said.stderr
