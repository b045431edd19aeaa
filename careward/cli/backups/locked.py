"""What a backup is encrypted to and opened with: the keys of age, or of SSH."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pyrage

from careward.core.decision import Refused, refuse

STARTS = b"age-encryption.org/v1\n"
STARTS_PRIVATE = "AGE-SECRET-KEY-"
AT_ONCE = 1 << 20


def new_key(path: Path) -> str:
    """Writes a new key into a file of its owner's alone, and returns the recipient to encrypt to."""
    key = pyrage.x25519.Identity.generate()
    recipient = str(key.to_public())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(f"# public key: {recipient}\n{key}\n")
    return recipient


def recipients_of(told: Iterable[str]) -> list[Any]:
    """Whom to encrypt to: each an age or SSH public key, or a file with one in each line. Raises Refused for what is neither."""
    return [_recipient(line) for text in told for line in _lines_of(text)]


def _lines_of(text: str) -> Sequence[str]:
    if text.startswith(("age1", "ssh-")) or not Path(text).is_file():
        return [text]
    return _keys_in(Path(text).read_text(encoding="utf-8", errors="replace"))


def _keys_in(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _recipient(text: str) -> Any:
    if text.startswith(STARTS_PRIVATE):
        words = "It was to be encrypted to a secret key, which belongs where the backup is opened and nowhere else"
        raise Refused(refuse("backup.recipient_secret", "house", words, "Give the public key that begins with age1"))
    with suppress(pyrage.RecipientError):
        return pyrage.ssh.Recipient.from_str(text) if text.startswith("ssh-") else pyrage.x25519.Recipient.from_str(text)
    words = f"{text[:40]} is no key that can be encrypted to"
    remedy = "Give a public key (age1... or ssh-ed25519 ...) or a file of such: careward backup-key makes a pair"
    raise Refused(refuse("backup.recipient_wrong", "house", words, remedy))


def identities_of(paths: Iterable[Path]) -> list[Any]:
    """The keys that open: those in each file, of age or one of SSH. Raises Refused for a file that holds none."""
    return [one for path in paths for one in _identities(path)]


def _identities(path: Path) -> list[Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        words = f"The key file {path} cannot be read ({error.strerror})"
        raise Refused(refuse("backup.key_unread", "house", words, "Name a file that is there and that you may read")) from error
    with suppress(pyrage.IdentityError):
        if b"PRIVATE KEY-----" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        return [pyrage.x25519.Identity.from_str(line) for line in _keys_in(content.decode(errors="replace"))]
    words = f"{path} holds no key that opens a backup"
    raise Refused(refuse("backup.key_wrong", "house", words, "Name the file that careward backup-key or age-keygen made, or an SSH key"))


@contextmanager
def closed(out: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    """Where to write what comes out encrypted; as it is where nobody is to be encrypted to."""
    if not recipients:
        yield out
        return
    read_end, write_end = os.pipe()
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(_through, lambda plain: pyrage.encrypt_io(plain, out, recipients), os.fdopen(read_end, "rb", AT_ONCE))
        try:
            with os.fdopen(write_end, "wb", AT_ONCE) as plain:
                yield plain
        except BrokenPipeError:  # whoever encrypts has stopped, and says why
            done.result()
            raise
        done.result()


def _through(work: Callable[[IO[bytes]], None], end: IO[bytes]) -> None:
    with end:
        work(end)


@contextmanager
def opened(path: Path, identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    """What a file holds, opened with one of the keys where it is encrypted. Raises Refused where none fits, or it was changed."""
    with file_at(path) as file:
        start = file.read(len(STARTS))
        file.seek(0)
        if start != STARTS:
            yield file
            return
        if not identities:
            remedy = "Name the file of the key that opens it: --key FILE"
            raise Refused(refuse("backup.key_missing", "house", "The backup is encrypted, and no key was named", remedy))
        read_end, write_end = os.pipe()
        with ThreadPoolExecutor(1) as beside:
            done = beside.submit(_through, lambda plain: pyrage.decrypt_io(file, plain, identities), os.fdopen(write_end, "wb", AT_ONCE))
            with _or_why(done), os.fdopen(read_end, "rb", AT_ONCE) as plain:
                yield plain


def file_at(path: Path) -> IO[bytes]:
    """A file to be read; Refused where it cannot be."""
    try:
        return path.open("rb")
    except OSError as error:
        words = f"{path} cannot be read ({error.strerror})"
        raise Refused(refuse("backup.unread", "house", words, "Name a backup that is there and that you may read")) from error


@contextmanager
def _or_why(done: Future[None]) -> Iterator[None]:
    """What whoever decrypts has found is the reason, before what came of it."""
    try:
        yield
    except Exception as error:
        if why := _why(done):
            raise why from error
        raise
    if why := _why(done):
        raise why


def _why(done: Future[None]) -> Refused | None:
    error = done.exception()
    if error is None or isinstance(error, BrokenPipeError):  # whoever read had enough
        return None
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        words, remedy = "The key does not open this backup", "Name the key that belongs to one it was encrypted to: --key FILE"
        return Refused(refuse("backup.key_does_not_open", "house", words, remedy))
    if isinstance(error, pyrage.DecryptError | OSError):
        words = f"The backup is not as it was written, so nothing was restored: {error}"
        return Refused(refuse("backup.not_whole", "house", words, "Copy it again from where it was kept, or take an earlier one"))
    raise error
