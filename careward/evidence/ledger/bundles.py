"""A few entries with the proof that each stands in the signed ledger, and files that one of them vouches for: what an auditor takes along.

The whole ledger is for `export`, and holds the entries of every organisation; a bundle holds those of one, and of them what it is about.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from careward.core.room import DownloadRows
from careward.evidence.ledger import rows, rules
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Entry
from careward.evidence.ledger.proof import SCRIPT
from careward.evidence.ledger.sealing import SealingStopped, seal
from careward.seal.keys import KeyLost
from careward.seal.proofs import include_several

PROOFS, CHECKPOINT, HANDED = "proofs.ndjson", "checkpoint.txt", "handed.ndjson"
MADE_AT = (1980, 1, 1, 0, 0, 0)  # the same files make the same bundle


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is taken along: lists and texts by their names, and the entries that tell of them."""

    name: str
    lists: Mapping[str, DownloadRows]
    texts: Mapping[str, str]
    entries: Sequence[int]


def with_proofs(files: Mapping[str, bytes], *, entries: Sequence[int], organisation: str, now: datetime) -> BytesIO:
    """Files with the proofs of some entries, the last of which states the hash of each file: it is sealed first.

    Where the ledger cannot be sealed now, that entry has no proof yet, and the script says so.
    """
    with suppress(SealingStopped, KeyLost):  # an alarm stands then
        seal(now=now)
    proofs, note = _proofs(organisation, entries)
    return _zipped({**files, PROOFS: proofs, CHECKPOINT: note.encode(), **_of_the_keys(), SCRIPT.name: SCRIPT.read_bytes()})


def _proofs(organisation: str, entries: Sequence[int]) -> tuple[bytes, str]:
    """A line for each of these entries that is sealed, in the order of their places, and the newest checkpoint, to which all lead."""
    newest = rows.newest_checkpoint()
    ids = list(Entry.objects.filter(organisation=organisation, id__in=set(entries)).order_by().values_list("id", flat=True))
    places = rows.places(ids)
    if newest is None or not places:
        return b"", newest.note if newest else ""
    there = {entry: number for entry, (number, _) in places.items() if number < newest.size}
    paths = include_several(rows.hashes(below=newest.size), numbers=there.values(), size=newest.size)
    written = {row.id: rules.canonical(row) for row in rows.by_list(list(there), bodies=True)}
    lines = []
    for entry, number in sorted(there.items(), key=lambda each: each[1]):
        path = ",".join(f'"{b64encode(step).decode()}"' for step in paths[number])
        lines.append(b'{"entry":%b,"leaf":%d,"path":[%b]}\n' % (written[entry], number, path.encode()))
    return b"".join(lines), newest.note


def _of_the_keys() -> dict[str, bytes]:
    """The public key, and how it was handed over, where it was."""
    keys = ledger_keys()
    found = {keys.public.name: keys.public.read_bytes()} if keys.public.exists() else {}
    return found | ({HANDED: keys.handed.read_bytes()} if keys.handed.exists() else {})


def _zipped(files: Mapping[str, bytes]) -> BytesIO:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(ZipInfo(name, MADE_AT), content, ZIP_DEFLATED)
    out.seek(0)
    return out
