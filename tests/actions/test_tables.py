"""Whoever has the database and no key changes any table of evidence: it is found, and never absorbed by what is done later."""

from datetime import timedelta

import pytest
from django.db import connection, models, transaction

from careward.core.decision import Refused
from careward.evidence.ledger import actions as ledger
from careward.evidence.ledger.models import Entry
from careward.evidence.rows import bulk
from careward.evidence.tables import actions, proof
from careward.evidence.tables.kept import evidence_tables
from careward.evidence.tables.rules import IN_A_STRETCH
from careward.evidence.tables.watching import MANY
from careward.people.staff.models import Organisation, Person
from tests.actions.tables import NOW, fill, fill_all, models_of_evidence, outsider, touch

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = sorted(evidence_tables())
LOWEST = -(2**63)


def model_of(table: str) -> type[models.Model]:
    return next(m for m in models_of_evidence() if m._meta.db_table == table)


def act(row: models.Model, name: str = "") -> None:
    """Something that Careward does to a row."""
    with transaction.atomic():
        row.save()
        ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation="")


@pytest.fixture
def world():
    fill_all()
    report = proof.verify()
    assert report.ok, report.problems
    assert report.rows >= 3 * len(TABLES)


def whole(one, table: str) -> list[tuple]:
    return one.ask(f'SELECT * FROM "{table}" ORDER BY id')


def test_each_kind_of_change_of_each_table_is_found_named_and_never_absorbed(world):
    with outsider() as one:
        ids = {table: [row_id for (row_id,) in one.ask(f'SELECT id FROM "{table}" ORDER BY id')] for table in TABLES}
        _change_each_column(one, ids)
        _swap_two(one, ids)
        _put_one_in(one, ids)
        gone = {table: of[1] for table, of in ids.items()}
        _take_one_out(one, gone)
    _all_stay_found(gone)
    for model in models_of_evidence():  # whatever Careward does afterwards: to all rows that are left, and with new ones
        with transaction.atomic():
            touch_every_row(model)
            fill(model, 7)
            ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation="")
    _all_stay_found(gone)


def touch_every_row(model):
    for row in model._default_manager.all():
        assert touch(row)


def _all_stay_found(gone):
    report = proof.verify()
    assert sorted(report.wrong) == TABLES
    for table, row_id in gone.items():
        assert f"row {row_id} is gone" in report.wrong[table][0]


def _change_each_column(one, ids):
    """In each round one column of every table, until each was tried."""
    left = {
        table: [f for f in model_of(table)._meta.concrete_fields if f.column in evidence_tables()[table].columns[1:]] for table in TABLES
    }
    while any(left.values()):
        changed = {}
        for table in filter(left.get, TABLES):
            field, row_id = left[table].pop(), ids[table][1]
            ((before,),) = one.ask(f'SELECT "{field.column}" FROM "{table}" WHERE id = %s', row_id)
            if rewritten(one, table, field.column, other(field, before), row_id):  # else the database refuses it by itself
                changed[table] = (field, before, row_id)
        wrong = proof.verify().wrong
        assert wrong.keys() == changed.keys()
        for table, (field, before, row_id) in changed.items():
            assert f"row {row_id} was changed" in wrong[table][0], field
            back(one, table, field, before, row_id)
    assert proof.verify().ok


def other(field, before):
    if isinstance(field, models.DateTimeField):
        return NOW - timedelta(days=400)
    if isinstance(field, models.DateField):
        return "1999-12-31"
    if isinstance(field, models.BooleanField):
        return not before
    if isinstance(field, models.JSONField):
        return '{"forged": true}'
    if isinstance(field, models.BinaryField):
        return b"forged"
    if field.is_relation or isinstance(field, models.IntegerField):
        return 10_000 if before is None else before + 10_000
    return "forged"


def rewritten(one, table, column, new, row_id) -> bool:
    try:
        one.ask(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', new, row_id)
    except Exception as error:
        assert "constraint" in str(error).lower(), error
        return False
    return True


def back(one, table, field, value, row_id):
    if isinstance(field, models.JSONField) and connection.vendor == "postgresql" and value is not None:
        from psycopg.types.json import Jsonb

        value = Jsonb(value)
    one.ask(f'UPDATE "{table}" SET "{field.column}" = %s WHERE id = %s', value, row_id)


def renumber(one, table, *pairs):
    for old, new in pairs:
        one.ask(f'UPDATE "{table}" SET id = %s WHERE id = %s', new, old)


def _swap_two(one, ids):
    for table, (first, second, *_) in ids.items():
        renumber(one, table, (first, -5), (second, first), (-5, second))
    wrong = proof.verify().wrong
    assert all(f"row {first} was changed" in wrong[table][0] for table, (first, *_) in ids.items())
    for table, (first, second, *_) in ids.items():
        renumber(one, table, (first, -5), (second, first), (-5, second))
    assert proof.verify().ok


def _put_one_in(one, ids):
    for new in (0, -7, LOWEST, 2_000_000_000):
        for table, of in ids.items():
            number = -9 if new == LOWEST and model_of(table)._meta.pk.db_type(connection).startswith("integer") else new
            renumber(one, table, (of[2], number))
        wrong = proof.verify().wrong
        assert all(f"row {of[2]} is gone" in wrong[table][0] or "was put in" in wrong[table][0] for table, of in ids.items())
        for table, of in ids.items():
            number = -9 if new == LOWEST and model_of(table)._meta.pk.db_type(connection).startswith("integer") else new
            renumber(one, table, (number, of[2]))
    assert proof.verify().ok


def _take_one_out(one, gone):
    if connection.vendor == "sqlite":
        one.ask("PRAGMA foreign_keys = OFF")
    for table, row_id in gone.items():
        one.ask(f'DELETE FROM "{table}" WHERE id = %s', row_id)


@pytest.mark.parametrize("table", ["people_roleheld", "mfa_authenticator", "accounts_finding"])
def test_a_change_is_not_absorbed_by_an_act_on_the_same_row(world, table):
    model = model_of(table)
    row = model._default_manager.order_by("pk").first()
    with outsider() as one:
        column = {"people_roleheld": "role", "mfa_authenticator": "type", "accounts_finding": "detail"}[table]
        (before,) = one.ask(f'SELECT "{column}" FROM "{table}" WHERE id = %s', row.pk)[0]
        one.ask(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', "forged", row.pk)
    assert touch(row) and touch(row)
    assert f"not as they had been left: row {row.pk}" in " ".join(proof.verify().problems)
    model._default_manager.filter(pk=row.pk).update(**{column: before})  # and when Careward itself puts the row right again
    assert list(proof.verify().wrong) == [table]


def test_a_row_put_back_with_its_mark_is_not_absorbed_by_the_next_act_on_it(world):
    """The mark then tells nothing: only the sum knows that another row was left there."""
    row = model_of("accounts_finding")._default_manager.order_by("pk").first()
    of_row = ("accounts_finding", row.pk // IN_A_STRETCH)
    with outsider() as one:
        (before,) = one.ask("SELECT detail FROM accounts_finding WHERE id = %s", row.pk)[0]
        (marks,) = one.ask("SELECT marks FROM tables_stretch WHERE name = %s AND number = %s", *of_row)[0]
        row.detail = "seen later"
        act(row)
        assert proof.verify().ok
        one.ask("UPDATE accounts_finding SET detail = %s WHERE id = %s", before, row.pk)
        one.ask("UPDATE tables_stretch SET marks = %s WHERE name = %s AND number = %s", marks, *of_row)
    row.detail = "later still"
    act(row)
    assert list(proof.verify().wrong) == ["accounts_finding"]


def test_a_table_that_was_put_back_to_an_earlier_state_or_emptied_is_found(world):
    with outsider() as one:
        earlier = {table: (whole(one, table), one.ask("SELECT * FROM tables_tablesum WHERE name = %s", table)) for table in TABLES}
        marks = one.ask("SELECT id, name, number, marks FROM tables_stretch")
        for model in models_of_evidence():
            act(fill(model, 9))
        assert proof.verify().ok
        for table, (rows, sums) in earlier.items():
            restore(one, table, rows, sums, [mark for mark in marks if mark[1] == table])
        assert sorted(proof.verify().wrong) == TABLES
        for model in models_of_evidence():
            act(fill(model, 11))
        report = proof.verify()
        assert sorted(report.wrong) == TABLES
        assert all("not each number comes once" in " ".join(words) for words in report.wrong.values())
        for table in TABLES:
            one.ask(f'DELETE FROM "{table}"')
        assert sorted(proof.verify().wrong) == TABLES


def restore(one, table, rows, sums, marks):
    """Everything that says something of the table, as it was, but for the ledger."""
    one.ask(f'DELETE FROM "{table}" WHERE id > %s', rows[-1][0])
    one.ask("DELETE FROM tables_stretch WHERE name = %s", table)
    for mark in marks:
        one.ask("INSERT INTO tables_stretch (id, name, number, marks) VALUES (%s, %s, %s, %s)", *mark)
    one.ask("DELETE FROM tables_tablesum WHERE name = %s", table)
    one.ask(f"INSERT INTO tables_tablesum VALUES ({', '.join(['%s'] * len(sums[0]))})", *sums[0])


def test_an_act_that_writes_no_entry_gets_one(world):
    before = Entry.objects.count()
    Organisation.objects.filter(pk=Organisation.objects.first().pk).update(contact="4400")
    entry = Entry.objects.order_by("-id").first()
    assert (Entry.objects.count(), entry.verb, entry.body["changed"]) == (before + 1, "rows.changed", {"people_organisation": 1})
    assert proof.verify().ok


def test_what_was_taken_back_leaves_nothing(world):
    with pytest.raises(RuntimeError), transaction.atomic():
        fill(Organisation, 20)
        raise RuntimeError
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            fill(Organisation, 21)
            raise RuntimeError
        fill(Organisation, 22)
    assert proof.verify().ok


def test_what_happened_is_explained_by_a_named_person_and_stays_told(world):
    with outsider() as one:
        one.ask("UPDATE people_roleheld SET role = %s", "forged")
    report = proof.verify()
    entry = actions.explain(what="A restore went wrong, says the log", now=NOW, by="user/7")
    after = proof.verify()
    assert not report.ok and after.ok, after.problems
    assert str(entry) in " ".join(after.explained)
    assert Entry.objects.get(pk=entry).body["problems"] == list(report.problems)
    with outsider() as one:
        one.ask("UPDATE people_roleheld SET role = %s", "forged again")
    assert not proof.verify().ok


def test_nothing_is_explained_where_nothing_is_wrong_or_nothing_is_said(world):
    before = Entry.objects.count()
    for what, code in (("A restore went wrong, says the log", "alarm.missing"), ("   hm   ", "explanation.too_short")):
        with pytest.raises(Refused) as refused:
            actions.explain(what=what, now=NOW, by="user/7")
        assert [r.code for r in refused.value.decision.reasons] == [code]
    assert Entry.objects.count() == before


def many(count: int) -> list[int]:
    """Rows of staff added at once, with their entry."""
    trust = Organisation.objects.create(ods_code="RX3", name="A trust")
    rest = bulk.defaults(Person, but=("organisation_id", "employee_number"))
    with transaction.atomic():
        ids = list(bulk.Ids().take("people_person", count))
        rows = [(n, trust.pk, f"E{n}") for n in ids]
        bulk.insert("people_person", ("organisation_id", "employee_number", *rest), [(*row, *rest.values()) for row in rows])
        ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation="")
    return ids


def test_many_rows_changed_by_one_statement_are_bound_and_a_change_past_careward_among_them_is_never_absorbed():
    ids = many(2 * MANY)
    assert proof.verify().ok
    with outsider() as one:
        one.ask(f"UPDATE people_person SET first_name = 'Mallory' WHERE id = {ids[70]}")
    with transaction.atomic():
        bulk.update("people_person", ("last_name",), [(ids[3], "Before")])  # a few, then among them many, then one of those again
        bulk.update("people_person", ("last_name",), [(n, f"L{n}") for n in ids if n % 97])
        bulk.update("people_person", ("last_name",), [(ids[5], "After")])
        Person.objects.filter(pk=ids[-1]).delete()
        ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation="")
    report = proof.verify()
    assert list(report.wrong) == ["people_person"]
    with outsider() as one:
        one.ask(f"UPDATE people_person SET first_name = '' WHERE id = {ids[70]}")
    assert not proof.verify().ok  # also where it is put back: what the act met there is in the sum for good


def test_many_rows_added_and_changed_in_one_act_and_taken_back_to_a_savepoint_are_bound():
    ids = many(2 * MANY)
    with transaction.atomic():
        sid = transaction.savepoint()
        bulk.update("people_person", ("last_name",), [(n, "Never") for n in ids])
        transaction.savepoint_rollback(sid)
        Person.objects.filter(pk=ids[1]).update(last_name="Once")
        bulk.update("people_person", ("last_name",), [(n, "Twice") for n in ids[: MANY + 1]])
        ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation="")
    report = proof.verify()
    assert report.ok, report.problems
    assert Person.objects.filter(last_name="Twice").count() == MANY + 1
