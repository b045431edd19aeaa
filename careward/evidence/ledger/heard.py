"""Which witness is named, since when, and when it was last heard: so that its silence shows also where nobody ever asked it.

The naming stands in the file beside the keys, which only grows, and every later line carries it: it is as hard to clear as what was
sealed. Naming another does not begin the silence anew, which lasts until one that is named cosigns.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from careward.evidence.ledger import signed
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.reading import moment
from careward.evidence.ledger.signed import LastSigned
from careward.seal.handing import chain_of
from careward.seal.keys import LogKeys, replace_file
from careward.seal.notes import NoteError, Signer
from careward.seal.outside import SignedFile
from careward.seal.witness import WitnessKey

UNREADABLE = signed.moment(datetime.fromtimestamp(0, UTC))  # since when a witness fails of whom nothing can be read


@dataclass(frozen=True, slots=True)
class WitnessKept:
    """What is kept of the witness. Moments as they are sealed; "" for never."""

    note: str = ""  # the newest that it cosigned
    cosigned_at: str = ""
    failing_since: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class NamedWitness:
    """The witness that what is signed names: `silent_since` it was heard last, or named, whichever came later."""

    key: str
    silent_since: datetime
    heard: bool

    @property
    def name(self) -> str:
        return self.key.partition("+")[0]


def _path(keys: LogKeys) -> Path:
    return keys.folder / f"{keys.log}.witnessed"


def keep(kept: WitnessKept) -> None:
    """Keeps what the witness answered, beside the keys."""
    replace_file(_path(ledger_keys()), json.dumps(asdict(kept), indent=1), mode=0o600)


def read_kept(keys: LogKeys | None = None) -> WitnessKept:
    """What is kept of the witness; what somebody made of it that cannot be read counts as nothing cosigned, and says so."""
    path = _path(keys or ledger_keys())
    try:
        return WitnessKept(**{name: str(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()})
    except FileNotFoundError:
        return WitnessKept()
    except (OSError, ValueError, TypeError, AttributeError):
        return WitnessKept(failing_since=UNREADABLE, why=f"{path.name} cannot be read")


def named(keys: LogKeys | None = None) -> NamedWitness | None:
    """The witness that the last line of the file names; None where it names none, or cannot be believed, which is an alarm of its own."""
    keys = keys or ledger_keys()
    tail = SignedFile(keys).tail()
    return None if tail.fault or tail.newest is None else _named(tail.newest.facts.get("witness"), keys)


def _named(said: dict[str, str] | None, keys: LogKeys) -> NamedWitness | None:
    if said is None:
        return None
    since, heard = signed.read_moment(said["since"]), _heard_at(said["key"], keys)
    return NamedWitness(said["key"], max(since, heard or since), heard is not None)


def _heard_at(key: str, keys: LogKeys) -> datetime | None:
    """When the witness cosigned what is kept of it, as its own signature says; never later than it was kept."""
    kept = read_kept(keys)
    try:
        at = datetime.fromtimestamp(WitnessKey.read(key).cosigned_at(kept.note), UTC)
        chain_of(keys).read(kept.note)
    except (NoteError, ValueError, OverflowError, OSError):
        return None
    kept_at = moment(kept.cosigned_at)
    return min(at, kept_at) if kept_at else at


def name_witness(file: SignedFile, signer: Signer, *, now: datetime) -> bool:
    """Signs which witness is named by the settings, where that is another than was named; for a sealer whose turn it is.

    Where the settings name none, what was named stays: a program without them must not end what others wait for.
    """
    tail = file.tail()
    if not settings.WITNESS or tail.fault or tail.newest is None:
        return False
    head = signed.head_of(tail.newest, chain_of(file.keys))
    before = _named(tail.newest.facts.get("witness"), file.keys)
    if before and before.key == settings.WITNESS_KEY:
        return False
    since = signed.moment(before.silent_since if before else now)
    file.append(tail, signer, _line(replace(head, witness={"key": settings.WITNESS_KEY, "since": since}), now))
    return True


def _line(head: LastSigned, now: datetime) -> dict[str, object]:
    return {**head.facts(), "kind": signed.NAMED, "at": signed.moment(now)}
