"""Backups are put back whole or refused with the reason and the remedy, and nothing is left half done."""

import gzip
import os
import random
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careward.cli.backups import file as backup_file
from careward.cli.backups.locked import identities_of, new_key, recipients_of
from careward.cli.backups.restoring import restore
from careward.config.home import MARK, HomeCutOff, open_home
from careward.core.decision import Refused
from tests.contracts.test_command import careward

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
SWEEP = os.environ.get("CAREWARD_SWEEP") == "1"
PLACES = range(20) if SWEEP else range(0, 20, 5)  # of twenty, where it is killed


class Made:
    """A home with some things in it that must survive, and two backups of it."""

    def __init__(self, folder: Path) -> None:
        self.home, self.open, self.locked = folder / "home", folder / "open.backup", folder / "locked.backup"
        self.key, self.other = folder / "key", folder / "other-key"
        recipient = new_key(self.key)
        new_key(self.other)
        run = careward(self.home)
        assert run("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
        for name in ("profiles/own.toml", "uploads/3/staff.csv", "mail/letter", "packs/ours/pack.toml", "tomorrow/thing"):
            (self.home / name).parent.mkdir(parents=True, exist_ok=True)
            (self.home / name).write_text(name, encoding="ascii")
        (self.home / "cache").mkdir(exist_ok=True)
        (self.home / "cache" / "x").write_text("made anew", encoding="ascii")
        (self.home / "looks.waiting").write_text(f'["user/7", 1, "RX3", "{datetime.now(UTC).isoformat()}"]\n', encoding="ascii")
        with closing(sqlite3.connect(self.home / "careward.sqlite3")) as rows, rows:
            rows.execute("INSERT INTO django_session VALUES ('s', 'd', '2030-01-01')")
        (self.home / "packs" / "ours" / "pack.toml").unlink()  # a broken pack would be told by each command
        told = run("backup", str(self.open))
        assert told.returncode == 0 and "It is not encrypted, and it holds the keys" in told.stderr, told.stderr
        told = run("backup", str(self.locked), "--to", recipient)
        assert told.returncode == 0 and "not encrypted" not in told.stderr, told.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("made"))


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CAREWARD_DATABASE_URL", raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


def refused(path: Path, home: Path, *keys: Path) -> str:
    """Why it was refused; and nothing was made."""
    before = sorted(home.parent.rglob("*"))
    with pytest.raises(Refused) as told:
        restore(path, home, identities_of(keys), now=NOW, by=lambda: "cli/test")
    assert sorted(home.parent.rglob("*")) == before
    (reason,) = told.value.decision.reasons
    assert reason.remedy and reason.clause
    return f"{reason.code}: {reason.detail}"


def files(home: Path) -> dict[str, bytes]:
    return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}


def test_all_that_must_survive_comes_back_its_owners_alone_and_sessions_end(made: Made, tmp_path: Path):
    home = tmp_path / "home"
    told = careward(home)("restore", str(made.locked), "--home", str(home), "--key", str(made.key))
    assert told.returncode == 0 and "all as they were left" in told.stdout and "Everybody signs in anew" in told.stdout, told.stderr
    before, now = files(made.home), files(home)
    for name in (
        "profiles/own.toml",
        "uploads/3/staff.csv",
        "mail/letter",
        "tomorrow/thing",
        "keys/secret",
        "keys/ledger.key",
        "keys/ledger.lanes",
    ):
        assert now[name] == before[name], name
    assert b"user/7" in now["looks.waiting"] and "cache/x" not in now and MARK not in now
    assert [p for p in [home, *home.rglob("*")] if p.stat().st_mode & 0o077] == []
    with closing(sqlite3.connect(home / "careward.sqlite3")) as rows:
        assert rows.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        assert rows.execute("SELECT verb FROM ledger_entry ORDER BY id DESC LIMIT 1").fetchone() == ("backup.restored",)
    assert made.open.stat().st_mode & 0o777 == made.locked.stat().st_mode & 0o777 == made.key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("locked", [False, True])
def test_one_that_was_cut_off_is_refused_wherever_it_was(locked: bool, made: Made, tmp_path: Path):
    whole = (made.locked if locked else made.open).read_bytes()
    cut = tmp_path / "cut.backup"
    places = [0, 5, 12, 40, 300, len(whole) // 2, len(whole) - 1]
    for place in [*places, *(random.Random(7).randrange(len(whole)) for _ in range(60 if SWEEP else 10))]:
        cut.write_bytes(whole[:place])
        assert refused(cut, tmp_path / "home", made.key).startswith("backup.not_whole" if place >= 40 else "backup.not_"), place


@pytest.mark.parametrize("locked", [False, True])
def test_one_that_was_changed_is_refused_wherever_it_was(locked: bool, made: Made, tmp_path: Path):
    whole = (made.locked if locked else made.open).read_bytes()
    changed, unseen = tmp_path / "changed.backup", []
    places = [4, 8, 9, 30, len(whole) - 9, *(random.Random(8).randrange(200, len(whole)) for _ in range(60 if SWEEP else 10))]
    for place in places:
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        try:
            told = backup_file.read(changed, identities_of([made.key]))
        except Refused:
            assert refused(changed, tmp_path / "home", made.key).startswith("backup."), place
        else:  # compressed data ends with bits that say nothing
            unseen.append(place)
            assert told == backup_file.read(made.locked if locked else made.open, identities_of([made.key]))
    assert set(unseen) <= {len(whole) - 9}, unseen


def test_a_part_that_is_another_is_named_though_the_file_is_whole(made: Made, tmp_path: Path):
    """As somebody would leave it who unpacks it, changes one part, and packs it again."""
    for how, said in (
        ("change", "keys/secret is not as it was written"),
        ("drop", "is not as it was written"),
        ("add", "it holds"),
        ("last", "it holds"),
    ):
        packed = tmp_path / f"{how}.backup"
        with (
            packed.open("wb") as out, gzip.GzipFile("", "wb", 3, out, mtime=0) as pressed, tarfile.open(fileobj=pressed, mode="w|") as tar,
            tarfile.open(made.open) as old,
        ):  # fmt: skip
            members = [m for m in old if how != "drop" or m.name != "keys/secret"]
            last = [m.name for m in members][-2]
            for member in members:
                data = old.extractfile(member).read()  # type: ignore[union-attr]
                if how == "change" and member.name == "keys/secret":
                    data = data[:-1] + b"!"
                if how == "last" and member.name == last:
                    continue
                for name in [member.name, *(["keys/more"] if how == "add" and member.name == last else [])]:
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    tar.addfile(info, backup_file.BytesIO(data))
        assert said in refused(packed, tmp_path / "home"), how


def test_a_part_may_not_leave_the_home(tmp_path: Path):
    for name in ("../away", "/away", "a/../../away"):
        path = tmp_path / "leaves.backup"
        with backup_file.writing(path, []) as written:
            written.add_bytes(name, b"x")
            written.finish({"database": "sqlite", "applied": [], "version": "0", "at": NOW.isoformat()})
        assert "is no name of a part" in refused(path, tmp_path / "home")
        path.unlink()


def test_what_is_no_backup_is_told(made: Made, tmp_path: Path):
    strange = tmp_path / "strange"
    for data in (b"", b"employee_number,first_name\n", gzip.compress(b"x" * 99, mtime=1), b"PK\x03\x04" + bytes(99), bytes(5000)):
        strange.write_bytes(data)
        assert refused(strange, tmp_path / "home").startswith(("backup.not_ours", "backup.not_whole"))
    strange.write_bytes(b"employee_number,first_name\n")
    assert refused(strange, tmp_path / "home") == "backup.not_ours: The file is no backup of Careward"
    assert refused(tmp_path / "nowhere", tmp_path / "home").startswith("backup.unread")


def test_keys_that_do_not_open_are_told(made: Made, tmp_path: Path):
    assert refused(made.locked, tmp_path / "home").startswith("backup.key_missing")
    assert refused(made.locked, tmp_path / "home", made.other).startswith("backup.key_does_not_open")
    for content, code in (("nonsense", "backup.key_wrong"), (None, "backup.key_unread")):
        path = tmp_path / "k"
        path.unlink(missing_ok=True)
        if content:
            path.write_text(content, encoding="ascii")
        with pytest.raises(Refused) as told:
            identities_of([path])
        assert told.value.decision.reasons[0].code == code
    public = next(line.split()[-1] for line in made.key.read_text(encoding="ascii").splitlines() if "public" in line)
    (tmp_path / "several").write_text(f"# ours\n{public}\n{public}\n", encoding="ascii")
    assert len(recipients_of([str(tmp_path / "several"), public])) == 3
    for wrong, code in (
        ("age1x", "backup.recipient_wrong"),
        (str(made.key), "backup.recipient_secret"),
        ("ssh-ed25519 AAAA", "backup.recipient_wrong"),
    ):
        with pytest.raises(Refused) as told:
            recipients_of([wrong])
        assert told.value.decision.reasons[0].code == code


def test_a_later_one_and_one_for_another_database_are_refused(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def written(database: str, applied: list[list[str]]) -> Path:
        path = tmp_path / f"{database}.backup"
        with backup_file.writing(path, []) as out:
            out.finish({"database": database, "applied": applied, "version": "9", "at": NOW.isoformat()})
        return path

    assert refused(written("postgresql", []), tmp_path / "home").startswith("database.of_another_kind")
    assert refused(written("sqlite", [["errands", "9999_from_the_future"]]), tmp_path / "home").startswith("backup.later")
    monkeypatch.setattr(backup_file, "FORMAT", "careward backup 2")
    path = written("sqlite", [])
    monkeypatch.undo()
    assert refused(path, tmp_path / "home").startswith("backup.later")
    monkeypatch.setenv("CAREWARD_DATABASE_URL", "postgresql://careward@nowhere.invalid/careward")
    assert refused(made.open, tmp_path / "home").startswith("database.of_another_kind")
    assert refused(written("postgresql", []), tmp_path / "home").startswith("database.away")


def test_a_home_that_holds_something_is_never_written_over(made: Made, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter").write_text("mine", encoding="ascii")
    assert refused(made.open, home).startswith("home.not_empty")
    assert refused(made.open, tmp_path / "no" / "where").startswith("home.nowhere")


def test_a_backup_is_refused_where_it_would_be_lost_or_would_write_over_another(made: Made, tmp_path: Path):
    run = careward(made.home)
    there = tmp_path / "there"
    there.write_bytes(b"an earlier one")
    for path, said in ((there, "is there already"), (made.home / "b", "is lost with it"), (tmp_path / "no" / "where", "is no folder")):
        told = run("backup", str(path))
        assert told.returncode == 5 and said in told.stderr, told.stderr
    assert there.read_bytes() == b"an earlier one" and not (made.home / "b").exists()
    (tmp_path / "whole").mkdir()
    assert run("backup", str(tmp_path / "whole" / "b"), "--to", "nonsense").returncode == 5
    assert list((tmp_path / "whole").iterdir()) == []


KILLED = """
import os, signal, sys
from careward.cli.backups import restoring
after, put_below = int(sys.argv[1]), restoring.put_below
def killing(folder):
    put = put_below(folder)
    def one(name, stream):
        global after
        after -= 1
        if after < 0:
            stream.read(10)
            os.kill(os.getpid(), signal.SIGKILL)
        put(name, stream)
    return one
restoring.put_below = killing
sys.argv = ["careward", "restore", sys.argv[2], "--home", sys.argv[3]]
from careward.cli.main import main
main()
"""


@pytest.mark.parametrize("place", PLACES)
def test_a_restore_that_was_killed_is_said_and_done_again(place: int, made: Made, tmp_path: Path):
    with tarfile.open(made.open) as tar:
        parts = len(tar.getnames()) - 2
    home = tmp_path / "home"
    command = [sys.executable, "-c", KILLED, str(place * parts // 20), str(made.open), str(home)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CAREWARD_")}
    assert subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=120).returncode == -9
    with pytest.raises(HomeCutOff, match="Put it back again"):
        open_home(home)
    if place == PLACES[-1]:
        said = careward(home)("ledger", "verify")
        assert said.returncode == 1 and "was cut off" in said.stderr and "Traceback" not in said.stderr
        assert careward(home)("restore", str(made.open), "--home", str(home)).returncode == 0
        assert careward(home)("ledger", "verify", "--tables").returncode == 0 and not (home / MARK).exists()


def test_one_that_fails_leaves_the_folder_as_it_was(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from careward.cli.backups import restoring

    def full(manifest: object, home: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "_fill", full)
    monkeypatch.setenv("CAREWARD_HOME", "unchanged")
    (tmp_path / "there").mkdir()
    for home in (tmp_path / "there", tmp_path / "new"):
        with pytest.raises(OSError, match="No space"):
            restore(made.open, home, [], now=NOW, by=lambda: "cli/test")
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "there"]
