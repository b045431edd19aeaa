"""The key that signs a log, and the folder that holds it."""

import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from careward.seal.notes import NoteError, Signer, Verifier


class KeyLost(RuntimeError):
    """Checkpoints exist and the key that signed them is gone."""


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of one log in a folder, in files called after the log; only their owner can read the private one."""

    folder: Path
    log: str  # "ledger"

    @property
    def private(self) -> Path:
        return self.folder / f"{self.log}.key"

    @property
    def public(self) -> Path:
        return self.folder / f"{self.log}.vkey"

    @property
    def earlier(self) -> Path:
        """The newest checkpoint as earlier versions kept it outside the database; now a file that only grows does (outside.py)."""
        return self.folder / f"{self.log}.checkpoint"

    @property
    def lanes(self) -> Path:
        """The key that binds what waits to be sealed."""
        return self.folder / f"{self.log}.lanes"

    @property
    def handed(self) -> Path:
        """How the key was handed over, from each to the next; public."""
        return self.folder / f"{self.log}.handed"

    @property
    def next(self) -> Path:
        """The key that is about to take the place of the one that signs."""
        return self.folder / f"{self.log}.key.next"

    def make_next(self) -> Signer:
        """A new key under the same name."""
        self.next.unlink(missing_ok=True)
        _put(self.next, f"{self.read(self.private).name}+{_new_seed()}\n")
        return self.read(self.next)

    def read(self, path: Path) -> Signer:
        """The key that a private file holds."""
        name, encoded = path.read_text(encoding="utf-8").strip().split("+", 1)  # base64 may hold a +, a name never
        return Signer(name, Ed25519PrivateKey.from_private_bytes(b64decode(encoded)))

    def hidden(self) -> list[str]:
        """What lies here and cannot be read by whoever asks; the private key need not be."""
        if self.folder.exists() and not os.access(self.folder, os.R_OK | os.X_OK):
            return [f"the folder {self.folder.name}"]
        asked = (self.public, self.handed, self.earlier, self.lanes, self.folder / f"{self.log}.signed")
        return [path.name for path in asked if path.exists() and not os.access(path, os.R_OK)]

    def lane_key(self, *, may_make: bool) -> bytes:
        """That key, made at first use; b"" where it is gone and must not be made again."""
        if not self.lanes.exists():
            if not may_make:
                return b""
            _put(self.lanes, secrets.token_hex(32))
        return self.lanes.read_bytes().strip()

    def signer(self, *, may_make: bool) -> Signer:
        """The key, made at first use; raises KeyLost when it must not be made. Two processes that start at once agree on one."""
        if not self.private.exists():
            if not may_make:
                raise KeyLost(
                    f"{self.private.name} is gone, and the {self.log} has checkpoints signed with it; put it back from your backup"
                )
            _make(self.private, self.log)
        found = self.read(self.private)
        if not self.public.exists():
            replace_file(self.public, found.verifier().vkey() + "\n", mode=0o644)
        return found

    def verifier(self) -> Verifier:
        """The public key; raises NoteError when there is none or it is broken."""
        try:
            return Verifier.read(self.public.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NoteError(f"{self.public.name} is not there; put it back from your backup") from error


def _make(path: Path, log: str) -> None:
    _put(path, f"careward.{log}/{secrets.token_hex(8)}+{_new_seed()}\n")


def _new_seed() -> str:
    return b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def _put(path: Path, text: str) -> None:
    """Makes a private file, whole, unless another process was first: then its file stands."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, text, 0o600)
    try:
        os.link(draft, path)
    except FileExistsError:
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
