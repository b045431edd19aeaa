"""A witness elsewhere is asked by the clock to cosign the newest checkpoint; what it cosigned last is kept beside the keys.

What is kept says since when the witness cosigns nothing and why, so that a page and the alarm need ask nobody. Where no witness is named,
nothing is asked, and the page of checkpoints says so.
"""

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from careward.evidence.ledger import rows, signed
from careward.evidence.ledger.heard import UNREADABLE, WitnessKept, keep, named, read_kept
from careward.evidence.ledger.queries import continuation_since
from careward.evidence.ledger.reading import moment
from careward.evidence.ledger.sealing import alarm_of_check
from careward.seal.notes import NoteError
from careward.seal.witness import CONFLICT, DONE, LONGEST_REQUEST, WitnessKey, request

ASKED_EVERY = timedelta(hours=1)
SILENT_AT_MOST = timedelta(days=1)  # a house rule: no procedure says how long
PATIENCE = 10  # seconds for a witness to answer: other timed jobs wait meanwhile

Post = Callable[[str, str, int], tuple[int, str]]


class NotCosigned(Exception):
    """The witness did not cosign. `refused`: it answered, and says that it has seen another ledger or does not know this one."""

    def __init__(self, why: str, *, refused: bool = False) -> None:
        self.refused = refused
        super().__init__(why)


def is_witness_address(url: str) -> bool:
    """Whether it is asked so that nobody between can answer: https, or a program on this machine."""
    where = urlsplit(url)
    return where.scheme == "https" or (where.scheme, where.hostname) in (("http", "localhost"), ("http", "127.0.0.1"))


def post(url: str, text: str, patience: int) -> tuple[int, str]:
    """One request to a witness, its status and answer; NotCosigned where it does not answer."""
    if not is_witness_address(url):
        raise NotCosigned(f"{url} is not an https address")
    asked = urllib.request.Request(f"{url.rstrip('/')}/add-checkpoint", text.encode(), method="POST")  # noqa: S310  (looked at above)
    try:
        with urllib.request.urlopen(asked, timeout=patience) as answer:  # noqa: S310
            return answer.status, answer.read(LONGEST_REQUEST).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(LONGEST_REQUEST).decode("utf-8", "replace")
    except OSError as error:
        raise NotCosigned(f"it does not answer: {error}") from error


def have_cosigned(url: str, *, patience: int = PATIENCE, send: Post = post) -> str:
    """The newest checkpoint with the witness's cosignature, which whoever asked must still hold against its key."""
    asked = _request(0)
    status, body = send(url, asked, patience)
    if status == CONFLICT and body.strip().isdigit():  # it has seen some of it before
        asked = _request(int(body))
        status, body = send(url, asked, patience)
    if status != DONE:
        refused = 400 <= status < 500
        raise NotCosigned(f"it refused ({status}): {body.strip()[:200]}" if refused else f"it answered {status}", refused=refused)
    return asked.partition("\n\n")[2] + body


def _request(old_size: int) -> str:
    try:
        path, newest = continuation_since(old_size)
    except (IndexError, NoteError) as error:
        raise NotCosigned(f"no proof can be made from {old_size:,} entries on, which it has seen: {error}", refused=True) from error
    return request(old_size=old_size, path=path, note=newest)


def ask_the_witness(*, now: datetime, send: Post = post) -> bool:
    """Has the named witness cosign the newest checkpoint and keeps its note; False where none is named, or nothing is sealed.

    Raises NotCosigned, after it has kept why. What the witness refuses is an alarm at once: it has seen another ledger than this.
    """
    if not settings.WITNESS or rows.newest_checkpoint() is None:
        return False
    kept = read_kept()
    try:
        note = have_cosigned(settings.WITNESS, send=send)
        _must_be_by_the_witness(note)
    except NotCosigned as silent:
        why = str(silent)
        if silent.refused and why != kept.why:  # once: whoever explained it is not told the same each hour
            alarm_of_check([f"the witness did not cosign: {why}"], now=now)
        keep(replace(kept, failing_since=kept.failing_since or signed.moment(now), why=why))
        raise
    keep(WitnessKept(note, signed.moment(now)))
    return True


def _must_be_by_the_witness(note: str) -> None:
    try:
        WitnessKey.read(settings.WITNESS_KEY).cosigned_at(note)
    except NoteError as error:
        raise NotCosigned(f"what came back cannot be held against its key: {error}") from error


@dataclass(frozen=True, slots=True)
class WitnessSeen:
    """The named witness as a page shows it."""

    name: str
    size: int  # of the newest tree that it cosigned
    cosigned_at: datetime | None
    failing_since: datetime | None
    why: str
    is_asked: bool  # the settings of this program name it


def witness_seen() -> WitnessSeen | None:
    """How the named witness stands; None where none is named."""
    known = named()
    if not settings.WITNESS and known is None:
        return None
    kept = read_kept()
    size = next(iter(kept.note.split("\n")[1:2]), "")
    key = settings.WITNESS_KEY if settings.WITNESS else known.key if known else ""
    return WitnessSeen(
        key.partition("+")[0] or urlsplit(settings.WITNESS).hostname or settings.WITNESS,
        int(size) if size.isdigit() else 0,
        moment(kept.cosigned_at), moment(kept.failing_since), kept.why, bool(settings.WITNESS),
    )  # fmt: skip


def witness_alarm(*, now: datetime) -> str:
    """That the named witness has cosigned nothing for too long, in words; "" where it has, or none is named.

    Told from what lies beside the keys alone: no settings are needed, nothing is asked, and it makes no difference whether it ever was.
    """
    known, kept = named(), read_kept()
    if known is None or (now - known.silent_since <= SILENT_AT_MOST + ASKED_EVERY and kept.failing_since != UNREADABLE):
        return ""
    since = f"{signed.moment(known.silent_since)[:16].replace('T', ' ')}{'' if known.heard else ', when it was named'}"
    why = kept.why or "nobody has asked it since; Careward's worker does, where CAREWARD_WITNESS names it"
    return f"the witness {known.name} has cosigned no checkpoint since {since}: {why}"
