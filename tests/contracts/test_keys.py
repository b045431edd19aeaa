"""The session key of a home: made with the home, and never again where data is."""

from pathlib import Path

from tests.contracts.test_command import careward


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
