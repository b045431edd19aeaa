"""The ledger: written in the acting transaction, never changed, sealed into a signed tree, and checked by others."""

import ast
import gzip
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from careward.cli.main import app
from careward.evidence.ledger import actions, links, proof, queries, rows, rules, sealing
from careward.evidence.ledger.keys import ledger_keys
from careward.evidence.ledger.models import Checkpoint, Entry, Leaf
from careward.evidence.ledger.rules import Deed, EntryError
from careward.evidence.ledger.sealing import SealingStopped
from careward.seal import notes, tree, walk
from careward.seal.keys import KeyLost
from careward.seal.outside import SignedFile

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
SCRIPT = proof.SCRIPT
SIGNER = notes.Signer("ledger.example/1", notes.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"  # of the C2SP signed-note document


def write(count: int = 1, **changed: object) -> list[Entry]:
    """Some entries, each in its own transaction."""
    out = []
    for number in range(count):
        given = {
            "at": NOW,
            "actor": "user/7",
            "verb": "account.locked",
            "subject": f"account/{number}",
            "organisation": "RX3",
            "why": "not used",
        }
        with transaction.atomic():
            out.append(actions.record(**given | changed))  # type: ignore[arg-type]
        links.bind_now()  # as the commit does, which most tests have none of
    return out


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


# --- writing down ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        actions.record(at=NOW, actor="user/7", verb="account.locked", subject="account/1", organisation="RX3")
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        actions.record_many(at=NOW, actor="user/7", organisation="RX3", deeds=[])
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_the_change_it_describes() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.record(at=NOW, actor="user/7", verb="account.locked", subject="account/1", organisation="RX3")
        1 / 0
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_entry_says_when_who_what_and_on_what() -> None:
    (entry,) = write(on=date(2026, 11, 22), roles={"b", "a"})
    kept = Entry.objects.get(pk=entry.pk)
    assert (kept.at, kept.actor, kept.verb, kept.subject, kept.organisation) == (NOW, "user/7", "account.locked", "account/0", "RX3")
    assert kept.body == entry.body == {"why": "not used", "on": "2026-11-22", "roles": ["a", "b"]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"at": datetime(2026, 11, 22)}, "moment with its zone"),
        ({"verb": "Locked the account"}, "not a ledger verb"),
        ({"verb": "lock"}, "not a ledger verb"),
        ({"actor": ""}, "names its actor"),
        ({"subject": ""}, "names its actor"),
        ({"subject": "account/\ud800"}, "printable"),
        ({"organisation": "RX3\0"}, "printable"),
        ({"why": object()}, "plain JSON"),
        ({"why": float("nan")}, "plain JSON"),
        ({"why": "\ud800"}, "plain JSON"),
    ],
)
def test_what_cannot_be_kept_is_refused(changed: dict[str, object], why: str) -> None:
    with pytest.raises(EntryError, match=why):
        write(**changed)


@pytest.mark.django_db
def test_many_things_are_written_down_at_once() -> None:
    deeds = [Deed("account.locked", f"account/{n}", {"n": n}) for n in range(5)]
    assert actions.record_many(at=NOW, actor="job/reconcile", organisation="RX3", deeds=iter(deeds)) == 5
    assert [e.body["n"] for e in Entry.objects.order_by("id")] == [0, 1, 2, 3, 4]


@pytest.mark.django_db
def test_one_bad_deed_refuses_them_all() -> None:
    with pytest.raises(EntryError):
        actions.record_many(
            at=NOW, actor="a", organisation="", deeds=[Deed("account.locked", "account/1", {}), Deed("bad", "account/2", {})]
        )
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.save(),
        lambda e: e.delete(),
        lambda e: Entry.objects.filter(pk=e.pk).update(actor="user/8"),
        lambda e: Entry.objects.filter(pk=e.pk).delete(),
        lambda e: Entry.objects.bulk_update([e], ["actor"]),
        lambda e: Entry.objects.bulk_create([e], update_conflicts=True, unique_fields=["id"], update_fields=["actor"]),
        lambda e: Entry.objects.update_or_create(pk=e.pk, defaults={"actor": "user/8"}),
        lambda e: Leaf.objects.update(number=1),
        lambda e: Checkpoint.objects.all().delete(),
    ],
)
def test_what_was_written_down_is_never_changed(change: Callable[[Entry], object]) -> None:
    (entry,) = write()
    entry.actor = "user/8"
    with pytest.raises(RuntimeError, match=r"never (changed|deleted)"):
        change(entry)
    assert Entry.objects.get(pk=entry.pk).actor == "user/7"


@pytest.mark.django_db
def test_an_entry_cannot_be_written_over_by_its_id() -> None:
    (entry,) = write()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry(id=entry.pk, at=NOW, actor="user/8", verb="a.b", subject="c", organisation="", body={}).save()
    assert Entry.objects.get(pk=entry.pk).actor == "user/7"


# --- bytes of an entry ----------------------------------------------------------------------------------------------


def test_the_bytes_of_an_entry_are_fixed_for_ever() -> None:
    row = rules.Row(
        5, "RX3", "2026-11-22T10:31:00.000000Z", "user/7", "account.locked", "account/1", '{"why": "caf\\u00e9", "a": [1, 2.5, null]}'
    )
    expected = (
        '{"actor":"user/7","at":"2026-11-22T10:31:00.000000Z","body":{"a":[1,2.5,null],"why":"café"},"id":5,'
        '"organisation":"RX3","subject":"account/1","verb":"account.locked"}'
    )
    assert rules.canonical(row) == expected.encode()
    assert rules.leaf(row) == tree.leaf_hash(expected.encode())


json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="utf-8")),
    lambda v: st.lists(v) | st.dictionaries(st.text(st.characters(codec="utf-8")), v),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), json_value, max_size=3))
def test_the_bytes_do_not_depend_on_how_the_database_keeps_the_body(body: dict[str, object]) -> None:
    row = rules.Row(1, "", "2026-11-22T10:31:00.000000Z", "a", "b.c", "d", json.dumps(body))
    other = row._replace(body=json.dumps(dict(reversed(body.items())), ensure_ascii=False, indent=2))
    assert rules.canonical(row) == rules.canonical(other)
    assert json.loads(rules.canonical(row))["body"] == body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW, "2026-11-22T10:31:00.000000Z"),
        (NOW.replace(microsecond=120), "2026-11-22T10:31:00.000120Z"),
        (datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2026-06-30T23:30:00.000000Z"),
    ],
)
def test_a_moment_is_sealed_in_utc_with_microseconds(at: datetime, text: str) -> None:
    write(at=at)
    (row,) = rows.unsealed(above=0, limit=9)
    assert row.at == text


# --- sealing --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_empty_ledger_has_no_checkpoint_and_is_in_order(tmp_path: Path) -> None:
    assert actions.seal(now=NOW, keys_folder=tmp_path) is None
    assert proof.verify(keys_folder=tmp_path) == walk.Report(True, 0, None, (), 0)


@pytest.mark.django_db
def test_the_first_sealing_makes_the_key_where_the_installation_keeps_its_keys() -> None:
    write()
    assert actions.seal(now=NOW) and (Path(settings.CAREWARD_HOME) / "keys" / "ledger.key").exists()
    assert proof.verify().ok


@pytest.mark.django_db
def test_a_checkpoint_signs_the_tree_over_the_rows(tmp_path: Path) -> None:
    write(7)
    data = [rules.canonical(row) for row in rows.unsealed(above=0, limit=99)]
    sealed = actions.seal(now=NOW, keys_folder=tmp_path)
    assert sealed and sealed.root == tree.root(tree.leaf_hash(d) for d in data)
    signed = notes.read_checkpoint(sealed.note, ledger_keys(tmp_path).verifier())
    assert (signed.size, signed.root) == (7, sealed.root)
    assert [(leaf.number, leaf.entry_id) for leaf in Leaf.objects.order_by("number")] == list(
        enumerate(Entry.objects.order_by("id").values_list("id", flat=True))
    )
    (line,) = SignedFile(ledger_keys(tmp_path)).lines()
    assert line.facts["note"] == sealed.note and (line.number, sealed.line) == (1, 1)
    assert line.facts["ids"] == [[Leaf.objects.get(number=n).entry_id for n in (0, 6)]]


@pytest.mark.django_db
def test_sealing_in_pieces_gives_the_tree_of_sealing_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SEAL_AT_ONCE", 3)
    for count in (1, 7, 0, 2):
        write(count)
        actions.seal(now=NOW, keys_folder=tmp_path)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 4, 7, 8, 10]
    assert bytes(Checkpoint.objects.latest("size").root) == tree.root(rows.hashes(below=99))
    assert proof.verify(keys_folder=tmp_path) == walk.Report(True, 10, None, (), 0)


@pytest.mark.django_db
def test_sealing_with_nothing_new_adds_nothing(tmp_path: Path) -> None:
    write(2)
    first = actions.seal(now=NOW, keys_folder=tmp_path)
    again = actions.seal(now=NOW + timedelta(days=1), keys_folder=tmp_path)
    assert first and again and (again.size, again.note) == (first.size, first.note) and Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_sealing_refuses_to_go_on_under_another_key(tmp_path: Path) -> None:
    write()
    actions.seal(now=NOW, keys_folder=tmp_path)
    ledger_keys(tmp_path).private.unlink()
    write()
    with pytest.raises(KeyLost, match="put it back from your backup"):
        actions.seal(now=NOW, keys_folder=tmp_path)
    assert proof.verify(keys_folder=tmp_path).unsealed == 1


@pytest.mark.django_db
def test_entries_not_yet_sealed_are_counted_and_not_faulted(tmp_path: Path) -> None:
    write(3)
    actions.seal(now=NOW, keys_folder=tmp_path)
    write(2)
    assert proof.verify(keys_folder=tmp_path) == walk.Report(True, 3, None, (), 2, oldest="2026-11-22T10:31:00.000000Z")


# --- verifying ------------------------------------------------------------------------------------------------------

UPDATE = "UPDATE ledger_entry SET {} WHERE id = %s"


def newest_note(folder: Path) -> str:
    """The newest checkpoint that was signed."""
    return str([*SignedFile(ledger_keys(folder)).lines()][-1].facts["note"])


def _swap(one: int, two: int) -> None:
    """Changes two rows over, every column but the id."""
    for table, key, columns in (("ledger_entry", "id", "subject, body"),):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key}, {columns} FROM {table} WHERE {key} IN (%s, %s) ORDER BY {key}", (one, two))
            (_, *first), (_, *second) = cursor.fetchall()
            for key_value, values in ((one, second), (two, first)):
                cursor.execute(f"UPDATE {table} SET subject = %s, body = %s WHERE {key} = %s", (*values, key_value))


def _swap_leaves(one: int, two: int) -> None:
    """Changes the places of two leaves over, hashes and all."""
    for old, new in ((one, -9), (two, one), (-9, two)):
        sql("UPDATE ledger_leaf SET number = %s WHERE number = %s", new, old)


def _reseal(entry_id: int) -> None:
    """Changes a row and its leaf hash as well: what someone with the whole database could do."""
    sql(UPDATE.format("actor = 'user/8'"), entry_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM ledger_leaf WHERE entry_id = %s", (entry_id,))
        number = cursor.fetchone()[0]
    changed = next(p for p in rows.placed(below=99) if p.number == number)
    assert changed.row
    sql("UPDATE ledger_leaf SET hash = %s WHERE number = %s", rules.leaf(changed.row), number)


def _insert(entry_id: int) -> None:
    sql(
        "INSERT INTO ledger_entry (id, organisation, at, actor, verb, subject, body) "
        "SELECT %s, organisation, at, actor, verb, subject, body FROM ledger_entry WHERE id = %s",
        entry_id,
        entry_id + 1,
    )


def _drop(entry_id: int, *, leaf: bool) -> None:
    sql("DELETE FROM ledger_entry WHERE id = %s", entry_id)
    if leaf:
        sql("DELETE FROM ledger_leaf WHERE entry_id = %s", entry_id)


def _renumber() -> None:
    """Drops a row and its leaf and closes the gap, so that the numbers run through."""
    _drop(ID[4], leaf=True)
    for number in range(5, 10):
        sql("UPDATE ledger_leaf SET number = %s WHERE number = %s", number - 1, number)


ID: list[int] = []  # ids of the ten entries of the `sealed` fixture, in order

TAMPERINGS: dict[str, tuple[Callable[[], object], int | None]] = {
    "actor changed": (lambda: sql(UPDATE.format("actor = 'user/8'"), ID[4]), 4),
    "moment changed": (lambda: sql(UPDATE.format("at = '2026-11-22 10:31:00.000001+00'"), ID[0]), 0),
    "verb changed": (lambda: sql(UPDATE.format("verb = 'account.closed'"), ID[9]), 9),
    "subject changed": (lambda: sql(UPDATE.format("subject = 'account/99'"), ID[4]), 4),
    "organisation changed": (lambda: sql(UPDATE.format("organisation = 'RX4'"), ID[4]), 4),
    "body changed": (lambda: sql(UPDATE.format('body = \'{"why": "left"}\''), ID[4]), 4),
    "two rows changed": (lambda: (sql(UPDATE.format("actor = 'x'"), ID[7]), sql(UPDATE.format("actor = 'x'"), ID[2])), 2),
    "rows changed over": (lambda: _swap(ID[3], ID[6]), 3),
    "row dropped": (lambda: _drop(ID[4], leaf=False), 4),
    "row and leaf dropped": (lambda: _drop(ID[4], leaf=True), 4),
    "row and leaf dropped and renumbered": (lambda: _renumber(), 4),
    "tail dropped": (lambda: [_drop(i, leaf=True) for i in ID[8:]], 8),
    "row and hash changed": (lambda: _reseal(ID[5]), 4),  # between the checkpoints at 4 and 10: the fifth to the tenth
    "leaf hash changed": (lambda: sql("UPDATE ledger_leaf SET hash = %s WHERE number = 4", bytes(32)), 4),
    "places changed over": (lambda: _swap_leaves(5, 8), 4),
}


@pytest.fixture
def sealed(tmp_path: Path, db: None) -> Path:
    """Ten entries sealed under checkpoints at 4 and 10, in ids with room between them."""
    folder = tmp_path / "keys"
    ID[:] = [e.pk for e in write(4)]
    actions.seal(now=NOW, keys_folder=folder)
    ID.extend(e.pk for e in write(6))
    actions.seal(now=NOW, keys_folder=folder)
    return folder


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_the_first_bad_row_named(name: str, sealed: Path) -> None:
    assert proof.verify(keys_folder=sealed).ok
    tamper, first = TAMPERINGS[name]
    tamper()
    report = proof.verify(keys_folder=sealed)
    assert not report.ok and report.problems
    assert report.first_bad == (None if first is None else ID[first])


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_stand_alone_script_finds_the_same_in_an_export(name: str, sealed: Path, tmp_path: Path) -> None:
    tamper, first = TAMPERINGS[name]
    tamper()
    proof.export(tmp_path / "out", keys_folder=sealed)
    checked, problems = standalone().check(tmp_path / "out", None, [])
    assert problems and min(i for i, _ in problems if i is not None) == (None if first is None else ID[first])
    assert checked == Leaf.objects.count()


def test_a_row_put_in_among_the_sealed_is_found(sealed: Path) -> None:
    _drop(ID[4], leaf=True)
    _insert(ID[4])
    report = proof.verify(keys_folder=sealed)
    assert not report.ok and report.first_bad == ID[4]
    assert any("nothing that binds it" in p for p in report.problems)


def test_a_body_that_is_no_longer_json_is_found(sealed: Path) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL itself refuses a body that is not JSON")
    sql("PRAGMA ignore_check_constraints = ON")
    for place, body in ((2, "{"), (5, "[" * 100_000), (7, '"\\ud800"'), (8, "NaN")):
        sql(UPDATE.format("body = %s"), body, ID[place])
    sql("PRAGMA ignore_check_constraints = OFF")
    report = proof.verify(keys_folder=sealed)
    assert list(report.problems) == [f"entry {ID[n]} is not what was sealed at place {n}" for n in (2, 5, 7, 8)]


def test_a_checkpoint_that_was_changed_is_found(sealed: Path) -> None:
    sql("UPDATE ledger_checkpoint SET root = %s WHERE size = 4", bytes(32))
    whats = list(proof.verify(keys_folder=sealed).problems)
    assert any("at 4 was changed" in w for w in whats) and any("at 4 does not fit" in w for w in whats)


def test_a_checkpoint_signed_by_someone_else_is_found(sealed: Path) -> None:
    last = Checkpoint.objects.latest("size")
    forged = SIGNER.sign(notes.TreeHead(SIGNER.name, last.size, bytes(last.root)).text())
    sql("UPDATE ledger_checkpoint SET note = %s WHERE size = 10", forged)
    assert list(proof.verify(keys_folder=sealed).problems) == [
        "the checkpoint at 10 is not what was signed in line 2",
        "the checkpoint at 10 cannot be trusted: it carries no signature of this key",
    ]


def test_hashes_for_going_on_that_were_changed_are_found(sealed: Path) -> None:
    frontier = json.dumps({"peaks": ["00" * 32, "00" * 32], "settled": ID[9]})
    sql("UPDATE ledger_checkpoint SET frontier = %s WHERE size = 10", frontier)
    assert list(proof.verify(keys_folder=sealed).problems) == [
        "the checkpoint at 10 is not what was signed in line 2",
        "the hashes kept with the checkpoint at 10 for going on were changed",
    ]


def test_a_lost_public_key_leaves_nothing_to_be_trusted(sealed: Path) -> None:
    ledger_keys(sealed).public.unlink()
    report = proof.verify(keys_folder=sealed)
    assert not report.ok and "ledger.vkey is not there" in report.problems[0]


def test_a_tail_cut_off_with_its_checkpoint_is_found_by_the_copy_outside(sealed: Path) -> None:
    kept = newest_note(sealed)
    for entry_id in ID[4:]:
        _drop(entry_id, leaf=True)
    sql("DELETE FROM ledger_checkpoint WHERE size = 10")
    report = proof.verify(keys_folder=sealed)
    assert not report.ok and report.first_bad == ID[4] and any("10 entries were signed and 4 are here" in p for p in report.problems)
    with pytest.raises(SealingStopped):
        actions.seal(now=NOW, keys_folder=sealed)
    SignedFile(ledger_keys(sealed)).path.unlink()
    assert "ledger.signed is gone" in proof.verify(keys_folder=sealed).problems[0]
    assert not proof.verify(keys_folder=sealed, witnessed=[kept]).ok


def test_a_past_rewritten_with_the_key_is_found_by_a_witnessed_checkpoint(sealed: Path) -> None:
    """Someone with database, key and the file beside it rewrites an entry and signs everything anew: only what others kept can show it."""
    kept = Checkpoint.objects.get(size=4).note
    sql(UPDATE.format("actor = 'user/8'"), ID[1])
    sql("DELETE FROM ledger_leaf")
    sql("DELETE FROM ledger_checkpoint")
    assert not proof.verify(keys_folder=sealed).ok
    SignedFile(ledger_keys(sealed)).path.unlink()
    rows.clear_lanes()
    links.add("RX3", list(rows.by_ranges([(ID[0], ID[9])])))
    actions.seal(now=NOW, keys_folder=sealed)
    assert proof.verify(keys_folder=sealed).ok
    report = proof.verify(keys_folder=sealed, witnessed=[kept])
    assert not report.ok and "a witnessed checkpoint does not fit" in report.problems[0]
    assert not proof.verify(keys_folder=sealed, witnessed=["nonsense"]).ok


def test_the_command_finds_yesterdays_copy_put_back_by_a_checkpoint_somebody_kept(tmp_path: Path, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.CAREWARD_HOME = tmp_path
    write(4)
    actions.seal(now=NOW)
    yesterday, (number, hashed) = SignedFile(ledger_keys()).path.read_bytes(), rows.lanes()["RX3"]
    later = [e.pk for e in write(6)]
    actions.seal(now=NOW)
    kept = tmp_path / "kept.txt"
    kept.write_text(newest_note(ledger_keys().folder), encoding="utf-8")
    told = CliRunner().invoke(app, ["ledger", "verify", "--known", str(kept)])
    assert (told.exit_code, "10 sealed entries checked: all as they were written" in told.output) == (0, True)
    for entry_id in later:
        _drop(entry_id, leaf=True)
    sql("DELETE FROM ledger_checkpoint WHERE size = 10")
    rows.leave_lane("RX3", number, hashed)
    assert CliRunner().invoke(app, ["ledger", "verify"]).exit_code == 1  # the file beside the keys speaks of them
    SignedFile(ledger_keys()).path.write_bytes(yesterday)
    assert CliRunner().invoke(app, ["ledger", "verify"]).exit_code == 0  # nothing left here speaks of them
    told = CliRunner().invoke(app, ["ledger", "verify", "--known", str(kept)])
    assert told.exit_code == 1 and "10 entries were signed and 4 are here" in told.output
    assert CliRunner().invoke(app, ["ledger", "verify", "--known", str(tmp_path / "none")]).exit_code == 2


def test_very_many_problems_are_counted_and_not_all_told(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST_PROBLEMS", 3)
    sql("UPDATE ledger_entry SET actor = 'user/8'")
    report = proof.verify(keys_folder=sealed)
    assert len(report.problems) == 4 and report.problems[-1] == "and 7 more" and report.first_bad == ID[0]


# --- the export and the stand-alone script --------------------------------------------------------------------------


def standalone():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("verify_ledger", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known(folder: Path) -> Path:
    """A checkpoint that somebody kept."""
    kept = folder.parent / "kept.txt"
    kept.write_text(newest_note(folder), encoding="utf-8")
    return kept


def run_script(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", SCRIPT, *map(str, arguments)], capture_output=True, text=True, cwd="/", timeout=60)


def test_the_script_needs_the_standard_library_and_cryptography_alone() -> None:
    tree = ast.parse(SCRIPT.read_text())
    plain = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    used = plain | {str(n.module).split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert used - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("compress", [False, True])
def test_an_export_checks_out_offline(compress: bool, sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write()
    assert proof.export(folder, keys_folder=sealed, compress=compress) == 10
    assert sorted(p.name for p in folder.iterdir()) == [
        "checkpoints.ndjson",
        "entries.ndjson" + ".gz" * compress,
        "ledger.vkey",
        "verify_ledger.py",
    ]
    done = run_script(folder)
    assert (done.returncode, done.stdout.split("\n")[0], done.stderr) == (0, "In order. All 10 entries are what was signed.", "")
    assert "The key is the folder's own" in done.stdout and "You gave no checkpoint of your own" in done.stdout
    done = run_script(folder, "--json", "--vkey", ledger_keys(sealed).verifier().vkey(), "--known", known(sealed))
    assert (done.returncode, json.loads(done.stdout)) == (0, {"ok": True, "checked": 10, "first_bad": None, "problems": []})


def test_the_script_names_the_first_bad_row(sealed: Path, tmp_path: Path) -> None:
    proof.export(tmp_path, keys_folder=sealed)
    spoil(tmp_path, lambda lines: [*lines[:5], lines[5].replace(b"account/", b"account/9"), *lines[6:]])
    done = run_script(tmp_path)
    assert (
        done.returncode == 1
        and f"first bad row: entry {ID[5]}." in done.stdout
        and f"- entry {ID[5]} is not what was sealed" in done.stdout
    )
    done = run_script(tmp_path, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["checked"], told["first_bad"]) == (1, False, 10, ID[5])


def spoil(folder: Path, change: Callable[[list[bytes]], list[bytes]], name: str = "entries.ndjson") -> None:
    path = folder / name
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def _forge_hash(line: bytes) -> bytes:
    """An entry changed together with its stated hash."""
    found = json.loads(line)
    found["entry"]["actor"] = "user/8"
    data = json.dumps(found["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return json.dumps(found | {"hash": tree.leaf_hash(data).hex()}).encode() + b"\n"


SPOILT: dict[str, tuple[str, Callable[[list[bytes]], list[bytes]]]] = {
    "entry dropped": ("entries.ndjson", lambda ls: [*ls[:4], *ls[5:]]),
    "entries changed over": ("entries.ndjson", lambda ls: [*ls[:4], ls[5], ls[4], *ls[6:]]),
    "entry repeated": ("entries.ndjson", lambda ls: [*ls[:5], ls[4], *ls[5:]]),
    "entry and hash changed": ("entries.ndjson", lambda ls: [*ls[:4], _forge_hash(ls[4]), *ls[5:]]),
    "tail cut off": ("entries.ndjson", lambda ls: ls[:8]),
    "entries added": ("entries.ndjson", lambda ls: [*ls, ls[-1].replace(b'"leaf":9', b'"leaf":10')]),
    "not JSON": ("entries.ndjson", lambda ls: [*ls[:4], b"{\n", *ls[5:]]),
    "not an entry": ("entries.ndjson", lambda ls: [*ls[:4], b'{"entry":[],"hash":"00","leaf":4}\n', *ls[5:]]),
    "nested without end": ("entries.ndjson", lambda ls: [*ls[:4], b"[" * 100_000 + b"\n", *ls[5:]]),
    "all entries gone": ("entries.ndjson", lambda ls: []),
    "checkpoint changed": ("checkpoints.ndjson", lambda ls: [ls[0].replace(b"\\n4\\n", b"\\n5\\n"), ls[1]]),
    "last checkpoint gone": ("checkpoints.ndjson", lambda ls: ls[:1]),
    "checkpoint not JSON": ("checkpoints.ndjson", lambda ls: [b"?\n", *ls]),
    "key of someone else": ("ledger.vkey", lambda ls: [EXAMPLE_KEY.encode()]),
    "key broken": ("ledger.vkey", lambda ls: [b"?"]),
    "key empty": ("ledger.vkey", lambda ls: []),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_script_finds_an_export_that_was_spoilt(name: str, sealed: Path, tmp_path: Path) -> None:
    proof.export(tmp_path, keys_folder=sealed)
    assert standalone().check(tmp_path, None, []) == (10, [])
    spoil(tmp_path, SPOILT[name][1], SPOILT[name][0])
    assert standalone().main([str(tmp_path)]) == 1


@pytest.mark.parametrize("name", ["entries.ndjson", "checkpoints.ndjson", "ledger.vkey"])
def test_the_script_says_which_file_is_missing(name: str, sealed: Path, tmp_path: Path) -> None:
    proof.export(tmp_path, keys_folder=sealed)
    (tmp_path / name).unlink()
    _, problems = standalone().check(tmp_path, None, [])
    assert name in problems[0][1]


def test_the_script_says_when_a_packed_file_is_cut(sealed: Path, tmp_path: Path) -> None:
    proof.export(tmp_path, keys_folder=sealed, compress=True)
    packed = tmp_path / "entries.ndjson.gz"
    packed.write_bytes(packed.read_bytes()[:-20])
    _, problems = standalone().check(tmp_path, None, [])
    assert ("entries.ndjson.gz is broken") in [what for _, what in problems]


def test_a_folder_forged_whole_is_found_by_the_key_and_checkpoint_one_has(sealed: Path, tmp_path: Path) -> None:
    honest_key, kept = ledger_keys(sealed).verifier().vkey(), known(sealed)
    proof.export(tmp_path / "out", keys_folder=sealed)
    forged = SIGNER.sign(notes.TreeHead(SIGNER.name, 0, tree.EMPTY_ROOT).text())
    (tmp_path / "out" / "entries.ndjson").write_text("")
    (tmp_path / "out" / "checkpoints.ndjson").write_text(json.dumps({"note": forged}) + "\n")
    (tmp_path / "out" / "ledger.vkey").write_text(SIGNER.verifier().vkey())
    assert standalone().main([str(tmp_path / "out")]) == 0
    assert standalone().main([str(tmp_path / "out"), "--vkey", honest_key]) == 1
    assert standalone().main([str(tmp_path / "out"), "--known", str(kept)]) == 1


def test_an_export_without_a_key_is_refused(tmp_path: Path, db: None) -> None:
    with pytest.raises(notes.NoteError, match=r"ledger\.vkey is not there"):
        proof.export(tmp_path / "out", keys_folder=tmp_path)


def test_an_export_twice_is_the_same_bytes(sealed: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        proof.export(tmp_path / name, keys_folder=sealed, compress=True)
    one, two = (gzip.decompress((tmp_path / n / "entries.ndjson.gz").read_bytes()) for n in ("one", "two"))
    assert one == two and (tmp_path / "one" / "checkpoints.ndjson").read_bytes() == (tmp_path / "two" / "checkpoints.ndjson").read_bytes()


# --- reading back ---------------------------------------------------------------------------------------------------


def test_one_entry_is_shown_to_stand_in_the_signed_ledger(sealed: Path) -> None:
    (last,) = write()
    for number, entry_id in enumerate(ID):
        found = queries.inclusion(organisation="RX3", entry_id=entry_id)
        assert found and (found.number, found.size) == (number, 10)
        signed = notes.read_checkpoint(found.note, ledger_keys(sealed).verifier())
        assert tree.includes(root=signed.root, size=signed.size, index=found.number, leaf=found.leaf, proof=found.path)
    assert queries.inclusion(organisation="RX3", entry_id=last.pk) is None
    assert queries.inclusion(organisation="RX4", entry_id=ID[0]) is None
