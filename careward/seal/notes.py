"""Signed checkpoints, as C2SP's signed-note and tlog-checkpoint lay them down: pure."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
DASH = "\u2014 "  # each signature line begins with it: the format says so


class NoteError(ValueError):
    """A checkpoint or key that cannot be trusted; the message says why."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: this log, at this size, has this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key, as its vkey line gives it."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @classmethod
    def read(cls, vkey: str) -> "Verifier":
        """Reads `name+hash+base64`; raises NoteError."""
        try:
            name, stated, encoded = vkey.strip().split("+", 2)
            raw = b64decode(encoded, validate=True)
        except (ValueError, Base64Error) as error:
            raise NoteError("a public key is written name+hash+base64") from error
        if raw[:1] != ED25519 or len(raw) != 33 or not _is_name(name):
            raise NoteError("this public key is not of the kind Ed25519")
        found = cls(name, raw[1:])
        if found.id.hex() != stated:
            raise NoteError("the hash in this public key does not fit its name and key")
        return found

    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class KeyChain:
    """The keys of one log: the newest, and those before it, oldest first, each with the size of the tree when it was handed over.

    A key that was handed over speaks for what the log was until then, and for nothing after.
    """

    newest: Verifier
    earlier: tuple[tuple[Verifier, int], ...] = ()

    @property
    def name(self) -> str:
        return self.newest.name

    def verifiers(self) -> tuple[Verifier, ...]:
        return (*(verifier for verifier, _ in self.earlier), self.newest)

    def read(self, note: str) -> TreeHead:
        """What a checkpoint says that is signed with one of them; raises NoteError."""
        for verifier, last in self.earlier:
            if is_signed_by(note, verifier):
                said = read_checkpoint(note, verifier)
                if said.size > last:
                    raise NoteError(f"it is signed with a key that was handed over when the log had {last}")
                return said
        return read_checkpoint(note, self.newest)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key pair; its name is also the origin of the log."""

    name: str
    private: Ed25519PrivateKey

    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, text: str) -> str:
        """A note: the text, an empty line, and one signature line."""
        signature = b64encode(self.verifier().id + self.private.sign(text.encode())).decode()
        return f"{text}\n{DASH}{self.name} {signature}\n"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def open_note(note: str, verifier: Verifier) -> str:
    """The text of a note that carries a good signature of this key; raises NoteError."""
    text, gap, signatures = note.rpartition("\n\n")
    text += "\n"
    if not gap or not signatures.endswith("\n"):
        raise NoteError("it is not a signed note")
    for line in signatures[:-1].split("\n"):
        name, raw = _signature(line)
        if name == verifier.name and raw[:4] == verifier.id:
            try:
                Ed25519PublicKey.from_public_bytes(verifier.public).verify(raw[4:], text.encode())
            except InvalidSignature as error:
                raise NoteError("its signature is not good") from error
            return text
    raise NoteError("it carries no signature of this key")


def is_signed_by(note: str, verifier: Verifier) -> bool:
    """Whether a note carries a good signature of a key."""
    try:
        open_note(note, verifier)
    except NoteError:  # then it is another's
        return False
    return True


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    try:
        raw = b64decode(encoded, validate=True)
    except (ValueError, Base64Error) as error:
        raise NoteError("a signature line is broken") from error
    if not line.startswith(DASH) or not _is_name(name) or len(raw) < 5:
        raise NoteError("a signature line is broken")
    return name, raw


def read_checkpoint(note: str, verifier: Verifier) -> TreeHead:
    """What a signed checkpoint of this log says; raises NoteError."""
    lines = open_note(note, verifier).split("\n")
    try:
        origin, size, root = lines[0], lines[1], b64decode(lines[2], validate=True)
    except (IndexError, ValueError, Base64Error) as error:
        raise NoteError("it has not the three lines of a checkpoint") from error
    if origin != verifier.name:
        raise NoteError("it is of another log")
    if not (size.isascii() and size.isdigit() and str(int(size)) == size and len(root) == 32):
        raise NoteError("its size or root is not written as a checkpoint's")
    return TreeHead(origin, int(size), root)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)
