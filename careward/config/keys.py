"""The signing key of sessions and forms: named by the environment, or made once and kept private in CAREWARD_HOME."""

import os
import secrets
from pathlib import Path

_REMEDY = (
    "Put it back from your backup. If it is lost for good, write a long random text into it: "
    "everybody then signs in anew, and whoever uses an authenticator app needs it set up anew."
)


class SecretLost(RuntimeError):
    """The key is gone from a home that holds data: a new one would end every session and open no second factor any more."""


def secret_key(home: Path) -> str:
    """The key from CAREWARD_SECRET_KEY_FILE or CAREWARD_HOME/keys/secret; two processes starting at once agree on one.

    Raises SecretLost where it must not be made.
    """
    path = Path(os.environ.get("CAREWARD_SECRET_KEY_FILE", home / "keys" / "secret"))
    if not path.exists():
        if (home / "careward.sqlite3").exists() or any((home / "keys").glob("ledger.*")):
            raise SecretLost(f"{path} is gone, and this home holds data. {_REMEDY}")
        if (url := os.environ.get("CAREWARD_DATABASE_URL", "")) and _holds_data(url):
            raise SecretLost(f"{path} is gone, and the database that CAREWARD_DATABASE_URL names holds data. {_REMEDY}")
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _holds_data(url: str) -> bool:
    """Whether somebody has written to that database: asked only where there is no key, and a new one might be wrong."""
    import psycopg

    try:
        with psycopg.connect(url) as rows:
            there = rows.execute("SELECT to_regclass('ledger_entry')").fetchone()
            return bool(there and there[0] and rows.execute("SELECT 1 FROM ledger_entry LIMIT 1").fetchone())
    except psycopg.OperationalError as error:
        words = f"keys/secret is not there, and the database that would tell whether it is lost does not answer: {error}"
        raise SecretLost(f"{words} Start the database first.") from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"secret.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(64))
    try:
        os.link(draft, path)  # fails when another process was first, whose key then stands
    except FileExistsError:
        pass
    finally:
        draft.unlink()
