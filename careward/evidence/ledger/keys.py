"""The key that signs the ledger, and where the installation keeps it."""

import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from careward.evidence.ledger.notes import NoteError, Signer, Verifier

PRIVATE = "ledger.key"
PUBLIC = "ledger.vkey"
LATEST = "ledger.checkpoint"  # the newest checkpoint, kept outside the database


class KeyLost(RuntimeError):
    """Checkpoints exist and the key that signed them is gone."""


def home_folder() -> Path:
    """Where the installation keeps its keys."""
    return Path(settings.CAREWARD_HOME) / "keys"


def signer(folder: Path, *, may_make: bool) -> Signer:
    """The key of this installation from a folder, made there at first use; raises KeyLost when it must not be made.

    Two processes that start at once agree on one key. Only its owner can read the private file.
    """
    path = folder / PRIVATE
    if not path.exists():
        if not may_make:
            raise KeyLost(f"{PRIVATE} is gone, and the ledger has checkpoints signed with it; put it back from your backup")
        _make(path)
    name, encoded = path.read_text(encoding="utf-8").strip().split("+", 1)  # base64 may hold a +, a name never
    found = Signer(name, Ed25519PrivateKey.from_private_bytes(b64decode(encoded)))
    public = folder / PUBLIC
    if not public.exists():
        replace_file(public, found.verifier().vkey() + "\n", mode=0o644)
    return found


def verifier(folder: Path) -> Verifier:
    """The public key in a folder; raises NoteError when there is none or it is broken."""
    try:
        return Verifier.read((folder / PUBLIC).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoteError(f"{PUBLIC} is not there; put it back from your backup") from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seed = b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
    draft = _draft(path, f"careward.evidence.ledger/{secrets.token_hex(8)}+{seed}\n", 0o600)
    try:
        os.link(draft, path)
    except FileExistsError:  # another process was first: its key stands
        pass
    finally:
        draft.unlink()


def replace_file(path: Path, text: str, *, mode: int) -> None:
    """Writes a file whole or not at all."""
    _draft(path, text, mode).replace(path)


def _draft(path: Path, text: str, mode: int) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return draft
