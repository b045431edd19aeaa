"""The session key of a home: made with the home, and never again where data is."""

import shutil
from pathlib import Path

from tests.contracts.test_command import careward
from tests.make.postgres import postgres_server


def test_a_lost_session_key_is_said_and_not_made_anew(tmp_path: Path):
    home = tmp_path / "home"
    run = careward(home)
    assert run("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
    secret = home / "keys" / "secret"
    kept = secret.read_text(encoding="ascii")
    secret.unlink()
    for words in (("organisation", "RX3", "Another name"), ("serve", "--port", "1"), ("work",)):
        said = run(*words)
        assert said.returncode == 1 and "keys/secret is gone, and this home holds data" in said.stderr and "Traceback" not in said.stderr
        assert "from your backup" in said.stderr and not secret.exists()
    secret.write_text(kept, encoding="ascii")
    assert run("organisation", "RX3", "Another name").returncode == 0


def test_where_the_rows_lie_elsewhere_a_lost_home_is_said_too(tmp_path: Path):
    with postgres_server() as url:
        run = careward(tmp_path / "home", CAREWARD_DATABASE_URL=url)
        assert run("organisation", "RX3", "Northmere", "--pack", "tewv").returncode == 0
        shutil.rmtree(tmp_path / "home")
        said = run("serve", "--port", "1")
        assert said.returncode == 1 and "names holds data" in said.stderr and "Traceback" not in said.stderr, said.stderr
        assert list((tmp_path / "home").rglob("*")) == []
    said = run("organisation", "RX3", "Northmere")
    assert said.returncode == 1 and "Start the database first" in said.stderr and list((tmp_path / "home").rglob("*")) == []
