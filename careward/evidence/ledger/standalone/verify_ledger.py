#!/usr/bin/env python3
"""Checks an exported Careward ledger without Careward: needs Python 3.9 or later and the package `cryptography`, nothing else.

    python3 verify_ledger.py FOLDER [--json] [--vkey KEY] [--known NOTE_FILE ...] [--witness KEY]

FOLDER holds entries.ndjson (or entries.ndjson.gz), checkpoints.ndjson, ledger.vkey and, where the key was ever handed over to a new
one, handed.ndjson. Take the key and a checkpoint from someone you trust and give them as --vkey and --known: a folder that was forged
whole, key included, agrees with itself. The key may be an older one: each key signed the next. Where a witness cosigned the
checkpoint, give the key of the witness as --witness: then a checkpoint that it did not cosign counts for nothing.

A folder with proofs.ndjson instead is what somebody downloaded about one clause or one case: some entries, each with the hashes that
lead from it to the signed checkpoint in checkpoint.txt, and files of which one of these entries states the SHA-256. Every entry is then
led to that checkpoint, and every file held against what was sealed of it; nothing is said of entries that are not in the folder.

What is checked: every entry has the hash stated for it (RFC 6962 leaf over its JSON with sorted keys and no blanks) and is written in
that one way, so that no key comes twice; places run from 0 without a gap; every checkpoint is signed with the key that was in force
(C2SP signed note, Ed25519) and the tree at its size has its root, so that each continues the one before; no entry lies past the last
checkpoint.

What is not proved: that what was written down is true, that all that happened was written down, and what came after the newest
checkpoint that you have from somebody else than those who run Careward.

Exit status: 0 in order, 1 not in order, 2 the command was written wrongly.
"""

import argparse
import base64
import gzip
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST_SHOWN = 20
OWN_KEY = "The key is the folder's own. Give the one that you kept or were given by hand (--vkey): a forged folder brings its own key."
NOT_PROVED = "That what was written down is true, and that all that happened was, no ledger can prove."
WHOSE = {1: "public key", 4: "public key of the witness"}
PARTS = {"proofs.ndjson", "checkpoint.txt", "ledger.vkey", "handed.ndjson", "verify_ledger.py"}  # of a bundle; all else must be vouched for
KEYS = {"actor", "at", "body", "id", "organisation", "subject", "verb"}


class Bad(Exception):
    """Something that cannot be trusted."""


class Tree:
    """The roots of the full subtrees so far, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, leaf):
        rest = self.size
        while rest & 1:
            leaf = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest()
            rest >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        total = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            total = hashlib.sha256(b"\x01" + peak + total).digest()
        return total


def read_key(vkey, kind=1):
    """Name, key hash and public key of a vkey line; kind 4 is a witness's."""
    try:
        name, stated, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise Bad(f"the {WHOSE[kind]} is not written name+hash+base64") from error
    found = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] != kind or found.hex() != stated:
        raise Bad(f"the {WHOSE[kind]} is none, or does not fit its own hash; take it as its keeper gave it")
    return name, found, raw[1:]


def open_note(note, key):
    """The text of a note that the key has signed."""
    head, gap, tail = note.rpartition("\n\n")
    text = head + "\n"
    if not gap or not signed(text, tail, *key):
        raise Bad("carries no good signature of this key")
    return text


def read_chain(folder, vkey):
    """Every key from the one that is given to the newest, each with the size up to which it signed; the newest without end."""
    newest = read_key((folder / "ledger.vkey").read_text(encoding="utf-8"))
    chain, key = [], None
    for number, line in enumerate(lines_of(folder, "handed.ndjson") if has(folder, "handed.ndjson") else (), 1):
        try:
            note = json.loads(line)["note"]
            lines = note.split("\n")
            old, new, size = read_key(lines[3]), read_key(lines[4]), int(lines[1])
            text = open_note(note, old)
        except Bad as error:
            raise Bad(f"hand-over {number} of the key is not signed with the old key: it {error}") from error
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise Bad(f"hand-over {number} of the key cannot be read") from error
        if text.split("\n")[0] != old[0] + "/handed-over" or new[0] != old[0] or (key is not None and old != key):
            raise Bad(f"hand-over {number} does not go on from the key before it")
        chain.append((old, size))
        key = new
    if key is not None and key != newest:
        raise Bad("no hand-over leads to the key in ledger.vkey")
    chain.append((newest, None))
    if vkey and read_key(vkey) not in [each for each, _ in chain]:
        raise Bad("the folder is signed with another key than the one you gave, and no hand-over leads from yours to it")
    return chain


def has(folder, name):
    return (folder / name).exists() or (folder / (name + ".gz")).exists()


def read_checkpoint(note, chain):
    """Size and root of a checkpoint that a key of the ledger has signed while it was in force."""
    for key, last in chain[:-1]:
        try:
            size, root = read_signed_by(note, key)
        except Bad:  # then another key signed it, or none
            continue
        if size > last:
            raise Bad(f"is signed with a key that was handed over when there were {last} entries")
        return size, root
    return read_signed_by(note, chain[-1][0])


def read_signed_by(note, key):
    """The same of one key."""
    name, text = key[0], open_note(note, key)
    lines = text.split("\n")
    try:
        size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError) as error:
        raise Bad("has not the three lines of a checkpoint") from error
    if lines[0] != name or str(size) != lines[1] or size < 0 or len(root) != 32:
        raise Bad("is of another ledger, or written wrongly")
    return size, root


def signed(text, tail, name, key_id, public):
    for line in tail.split("\n"):
        mark, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if mark != "\u2014" or signer != name:
            continue
        try:
            raw = base64.b64decode(encoded, validate=True)
            if raw[:4] == key_id:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
                return True
        except (ValueError, InvalidSignature):
            return False
    return False


def cosigned(note, witness):
    """Whether a witness has cosigned a checkpoint (C2SP tlog-cosignature)."""
    name, key_id, public = witness
    head, _, tail = note.rpartition("\n\n")
    for line in tail.split("\n"):
        mark, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
            if mark == "\u2014" and signer == name and raw[:4] == key_id:
                text = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{head}\n"
                Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], text.encode())
                return True
        except (ValueError, InvalidSignature):
            return False
    return False


def lines_of(folder, name):
    """The lines of a file, plain or gzipped, one at a time."""
    plain, packed = folder / name, folder / (name + ".gz")
    if not plain.exists() and not packed.exists():
        raise Bad(f"there is no {name} in the folder")
    with plain.open("rb") if plain.exists() else gzip.open(packed, "rb") as lines:
        try:
            yield from lines
        except (EOFError, gzip.BadGzipFile) as error:
            raise Bad(f"{name}.gz is broken") from error


def read_signed(folder, key, known, witness, problems):
    """What every signed checkpoint says: size to a list of (where, root)."""
    said = {}
    for number, line in enumerate(lines_of(folder, "checkpoints.ndjson"), 1):
        add_signed(said, f"checkpoint {number}", lambda line=line: json.loads(line)["note"], key, problems)
    for path in known:
        add_signed(said, str(path), lambda path=path: kept_note(path, witness), key, problems)
    return said


def kept_note(path, witness):
    note = Path(path).read_text(encoding="utf-8")
    if witness and not cosigned(note, witness):
        raise Bad("carries no good cosignature of this witness")
    return note


def add_signed(said, where, read, key, problems):
    try:
        size, root = read_checkpoint(read(), key)
        said.setdefault(size, []).append((where, root))
    except Bad as error:
        problems.append((None, f"{where} {error}"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        problems.append((None, f"{where} cannot be read"))


def read_entry(line, expected):
    """Place, stated hash and id of one line, and what is wrong with it by itself."""
    try:
        found = json.loads(line)
        entry, stated, place = found["entry"], bytes.fromhex(found["hash"]), found["leaf"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return expected, bytes(32), None, f"the line of place {expected} cannot be read"
    if not isinstance(place, int) or len(stated) != 32:
        return expected, bytes(32), entry_id(entry), f"the line of place {expected} has no place or no hash"
    if not isinstance(entry, dict) or set(entry) != KEYS:
        return place, stated, entry_id(entry), f"the entry at place {place} is gone or not whole"
    try:
        data = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        data = b""
    written = b'{"entry":' + data + b',"hash":"' + found["hash"].encode() + b'","leaf":' + str(place).encode() + b"}"
    same = hashlib.sha256(b"\x00" + data).digest() == stated and line.rstrip(b"\n") == written  # else a key that comes twice would pass
    return place, stated, entry_id(entry), None if same else f"entry {entry_id(entry)} is not what was sealed at place {place}"


def entry_id(entry):
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, int) else None


def check_entries(folder, said, problems):
    """Goes through the entries in order; returns how many there were."""
    tree, fits, expected, last_size = Tree(), True, 0, max(said, default=0)
    last_id, good_id, jump_id = 0, 0, 0  # jump: the first id passed over since the last checkpoint that fitted
    for line in lines_of(folder, "entries.ndjson"):
        place, stated, found_id, wrong = read_entry(line, expected)
        if place != expected:  # every later root differs for this reason
            fits = False
            problems.append(out_of_order(place, expected, found_id, last_id))
        found_id = last_id + 1 if found_id is None else found_id
        jump_id = jump_id or (last_id + 1 if found_id != last_id + 1 else 0)
        last_id = found_id
        if wrong:
            problems.append((found_id, wrong))
        tree.add(stated)
        expected = max(place, expected) + 1
        if fits and tree.size in said:
            fits = compare(said[tree.size], tree.root(), good_id + 1, last_id, problems)
            good_id, jump_id = last_id, 0
    if expected < last_size:
        what = f"{last_size} entries were signed and {expected} are here: those missing came after entry {good_id}"
        problems.append((jump_id or last_id + 1, what))
    if expected > last_size:
        problems.append((None, f"{expected - last_size} entries lie past the last checkpoint and are not signed"))
    return tree.size


def out_of_order(place, expected, found_id, last_id):
    if place > expected:
        return last_id + 1, f"the entries at places {expected} to {place - 1} are gone"
    return (last_id + 1 if found_id is None else found_id), f"place {place} comes again or out of order"


def compare(said, root, first, last, problems):
    """Whether everything signed of the tree at one size has its root."""
    wrong = [where for where, stated in said if stated != root]
    problems += [(first, f"{where} does not fit: an entry from {first} to {last} was changed, dropped, put in or moved") for where in wrong]
    return not wrong


def climb(leaf, place, size, path):
    """The root that hashes lead to from a leaf (RFC 9162 2.1.3.2); None where there are too few of them, or too many."""
    here, last = place, size - 1
    for step in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            leaf = hashlib.sha256(b"\x01" + step + leaf).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            leaf = hashlib.sha256(b"\x01" + leaf + step).digest()
        here, last = here >> 1, last >> 1
    return None if last else leaf


def read_proven(line, number, size, root):
    """An entry that a line leads from to the checkpoint."""
    try:
        found = json.loads(line)
        entry, place, path = found["entry"], found["leaf"], [base64.b64decode(step, validate=True) for step in found["path"]]
        data = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        whole = set(entry) == KEYS and isinstance(entry["body"], dict) and line.startswith(b'{"entry":' + data + b',"leaf":')
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Bad(f"line {number} of proofs.ndjson cannot be read") from error
    if not whole or not isinstance(place, int) or not 0 <= place < size:
        raise Bad(f"line {number} of proofs.ndjson is not as Careward writes one")
    if climb(hashlib.sha256(b"\x00" + data).digest(), place, size, path) != root:
        raise Bad(f"entry {entry_id(entry)} is not what was sealed at place {place}")
    return entry


def check_bundle(folder, chain, known, witness, problems):
    """Leads each entry to the checkpoint and holds each file against what an entry states of it; returns how many entries there were."""
    size, root = read_checkpoint((folder / "checkpoint.txt").read_text(encoding="utf-8"), chain)
    for path in known:
        said = {}
        add_signed(said, str(path), lambda path=path: kept_note(path, witness), chain, problems)
        if said.get(size, [("", root)])[0][1] != root:
            problems.append((None, f"{path} and checkpoint.txt are of the same size and differ: the ledger was written anew"))
    entries = []
    for number, line in enumerate(lines_of(folder, "proofs.ndjson"), 1):
        try:
            entries.append(read_proven(line, number, size, root))
        except Bad as error:
            problems.append((None, str(error)))
    check_files(folder, entries, problems)
    return len(entries)


def check_files(folder, entries, problems):
    """Every file beside the proofs is the one of which an entry here states the hash, and none is missing."""
    stated = {}
    for entry in entries:
        files = entry["body"].get("files") if entry["verb"] == "list.exported" else None
        stated.update(files if isinstance(files, dict) else {})
    here = {path.name for path in folder.iterdir() if path.is_file()} - PARTS
    problems += [(None, f"{name} was sealed with this evidence and is not in the folder") for name in sorted(stated.keys() - here)]
    problems += [(None, f"no sealed entry here vouches for {name}") for name in sorted(here - stated.keys())]
    for name in sorted(here & stated.keys()):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != stated[name]:
            problems.append((None, f"{name} is not the file that was sealed"))


def check(folder, vkey, known, witness=None):
    """Everything wrong with a folder, and how many entries were looked at."""
    problems = []
    try:
        chain = read_chain(folder, vkey)
        if has(folder, "proofs.ndjson"):
            return check_bundle(folder, chain, known, read_key(witness, kind=4) if witness else None, problems), problems
        said = read_signed(folder, chain, known, read_key(witness, kind=4) if witness else None, problems)
        return check_entries(folder, said, problems), problems
    except (Bad, OSError, UnicodeDecodeError) as error:
        problems.append((None, str(error)))
        return 0, problems


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Checks an exported Careward ledger.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    parser.add_argument("--vkey", help="the public key as you know it, instead of the one in the folder")
    parser.add_argument("--known", action="append", default=[], metavar="NOTE_FILE", help="a checkpoint you kept; may be given again")
    parser.add_argument("--witness", metavar="KEY", help="the public key of the witness that cosigned the checkpoints you kept")
    chosen = parser.parse_args(arguments)
    checked, problems = check(chosen.folder, chosen.vkey, chosen.known, chosen.witness)
    first_bad = min((i for i, _ in problems if i is not None), default=None)
    if chosen.json:
        print(json.dumps({"ok": not problems, "checked": checked, "first_bad": first_bad, "problems": [what for _, what in problems]}))
    else:
        far = of_bundle if has(chosen.folder, "proofs.ndjson") else how_far
        tell(checked, first_bad, problems, far(checked, not chosen.vkey, chosen.known))
    return 1 if problems else 0


def how_far(checked, own_key, known):
    """How far that goes, in plain words."""
    if own_key:
        yield OWN_KEY
    if known:
        newest = max(int(Path(path).read_text(encoding="utf-8").split("\n")[1]) for path in known)
        yield f"Nothing of the first {newest:,} was changed, taken out or put in since the checkpoint that you gave was signed."
        if newest < checked:
            yield f"The {checked - newest:,} after them stand on the word of those who hold the key, until you keep a newer checkpoint."
    else:
        yield "You gave no checkpoint of your own (--known). Whoever holds the key could have written all of it anew, or left out its end."
    yield NOT_PROVED


def of_bundle(checked, own_key, known):
    """The same of a few entries with their files."""
    if own_key:
        yield OWN_KEY
    yield "Each file is the one that was sealed. Of entries that are not in this folder it says nothing: for these, take the whole export."
    yield NOT_PROVED


def tell(checked, first_bad, problems, far):
    if not problems:
        print(f"In order. {f'All {checked:,} entries are' if checked != 1 else 'The only entry is'} what was signed.")
        for words in far:
            print(f"- {words}")
        return
    bad = "not known" if first_bad is None else f"entry {first_bad}"
    print(f"Not in order. {checked:,} entries looked at; first bad row: {bad}.")
    for _, what in problems[:MOST_SHOWN]:
        print(f"- {what}")
    if len(problems) > MOST_SHOWN:
        print(f"- and {len(problems) - MOST_SHOWN:,} more")


if __name__ == "__main__":
    sys.exit(main())
