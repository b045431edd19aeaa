"""Acts at random, and somebody with the database and no key between them: each change of theirs is found at once and after whatever is done
later; and where nobody changed anything nothing is ever said to be wrong."""

import os
import random
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, models, transaction

from careward.evidence.ledger import actions as ledger
from careward.evidence.rows import bulk
from careward.evidence.tables import actions, proof
from careward.evidence.tables.kept import evidence_tables
from careward.people.staff.models import Organisation, Team
from tests.actions.tables import NOW, fill, fill_all, models_of_evidence, outsider, touch

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("CAREWARD_SEED", "20261128"))
SWEEP = os.environ.get("CAREWARD_SWEEP") == "1"
TIMES = {"sqlite": 1_000 if SWEEP else 60, "postgresql": 100 if SWEEP else 20}[connection.vendor]
AFTERWARDS = 3  # acts after each change


class Careward:
    """Acts on any table, in any of the ways in which the house does."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.number = dice, 100

    def act(self) -> None:
        how = self.dice.choice(
            (self._save, self._save_many, self._add, self._add_and_drop, self._bulk, self._taken_back, self._without_entry)
        )
        with suppress(_Again):
            how()

    def _model(self) -> type[models.Model]:
        return self.dice.choice(models_of_evidence())

    def _row(self, model: type[models.Model]) -> models.Model:
        found = list(model._default_manager.order_by("pk"))
        if not found:
            raise _Again
        return self.dice.choice(found)

    def _record(self) -> None:
        ledger.record(at=NOW, actor="user/7", verb="rows.saved", subject="tables", organisation=self.dice.choice(("", "RX3", "RX4")))

    def _save(self) -> None:
        with transaction.atomic():
            touch(self._row(self._model()))
            self._record()

    def _save_many(self) -> None:
        with transaction.atomic():
            self._record()
            for _ in range(5):
                touch(self._row(self._model()))
            self._record()

    def _add(self) -> None:
        if not Organisation.objects.exists():  # the outsider took the last one out
            raise _Again
        self.number += 1
        with transaction.atomic():
            row = fill(Team, self.number)
            self._record()
            touch(row)

    def _add_and_drop(self) -> None:
        if not Organisation.objects.exists():  # the outsider took the last one out
            raise _Again
        self.number += 1
        with transaction.atomic():
            row = fill(Team, self.number)
            touch(row)
            fill(Team, self.number + 10_000).delete()
            if self.dice.random() < 0.5:
                row.delete()
            self._record()

    def _bulk(self) -> None:
        self.number += 300
        organisation = self._row(Organisation)
        with transaction.atomic():
            ids = bulk.Ids().take("people_team", 200)
            rows = [(n, organisation.pk, f"bulk {self.number + k}", f"name {k}", "") for k, n in enumerate(ids)]
            bulk.insert("people_team", ("organisation_id", "code", "name", "directorate"), rows)
            bulk.update("people_team", ("name",), [(n, f"renamed {n}") for n in self.dice.sample(list(ids), 50)])
            Team.objects.filter(pk__in=ids[50:]).delete()
            self._record()

    def _taken_back(self) -> None:
        with transaction.atomic():
            with suppress(RuntimeError), transaction.atomic():
                touch(self._row(self._model()))
                self._record()
                raise RuntimeError
            touch(self._row(self._model()))

    def _without_entry(self) -> None:
        touch(self._row(self._model()))


class _Again(Exception):
    """There is no row of that kind any more."""


def strike(dice: random.Random, one) -> tuple[str, str]:
    """One change past Careward: what, and of which table; ("", "") where the database itself refuses it, or nothing is another."""
    table = dice.choice(sorted(evidence_tables()))
    ids = [row_id for (row_id,) in one.ask(f'SELECT id FROM "{table}" ORDER BY id')]
    if not ids:
        return "", ""
    row_id = dice.choice(ids)
    texts = [
        f.column for m in models_of_evidence() if m._meta.db_table == table for f in m._meta.concrete_fields if type(f) is models.TextField
    ]
    how = dice.choice(("change", "gone", "moved")) if texts else dice.choice(("gone", "moved"))
    try:
        if how == "change":
            column = dice.choice(texts)
            one.ask(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', f"forged {dice.random()}", row_id)
        elif how == "gone":
            one.ask(f'DELETE FROM "{table}" WHERE id = %s', row_id)
        else:
            new = dice.choice((0, -3, 1_999_999_999))
            if new == row_id:  # it was moved there before
                return "", ""
            one.ask(f'UPDATE "{table}" SET id = %s WHERE id = %s', new, row_id)
    except Exception as error:
        assert "constraint" in str(error).lower(), error
        return "", ""
    return how, table


def cover(dice: random.Random, one) -> None:
    """Sometimes whoever did it also bends what might tell of it."""
    some = "id - (id / 3) * 3 = %s"
    match dice.choice(("", "", "marks", "lost", "number", "sum")):
        case "marks":
            one.ask(f"UPDATE tables_stretch SET marks = %s WHERE {some}", bytes(256), dice.randrange(3))
        case "lost":
            one.ask(f"DELETE FROM tables_stretch WHERE {some}", dice.randrange(3))
        case "number":
            one.ask("UPDATE tables_tablesum SET number = number - 1 WHERE number > 1 AND rows > %s", dice.randrange(4))
        case "sum":
            one.ask("UPDATE tables_tablesum SET total = %s WHERE rows > %s", dice.randbytes(32), dice.randrange(4))


def test_nothing_is_said_to_be_wrong_where_nobody_changed_anything():
    dice = random.Random(SEED)
    fill_all()
    careward = Careward(dice)
    for number in range(TIMES):
        careward.act()
        if number % 5 == 0 or number > TIMES - 3:
            report = proof.verify()
            assert report.ok, (number, report.problems)


def test_each_change_past_careward_is_found_at_once_and_after_all_that_is_done_later():
    dice = random.Random(SEED + 1)
    fill_all()
    careward = Careward(dice)
    struck: set[str] = set()
    with outsider() as one:
        if connection.vendor == "sqlite":
            one.ask("PRAGMA foreign_keys = OFF")
        for number in range(TIMES // 2):
            how, table = strike(dice, one)
            cover(dice, one)
            assert not table or table in proof.verify().wrong, (number, how, table)
            for _ in range(AFTERWARDS):
                with suppress(DatabaseError):  # the database may refuse what names a row that is gone
                    careward.act()
            report = proof.verify()
            assert not table or table in report.wrong, (number, how, table)
            if not report.ok:
                actions.explain(what="Somebody was at the database", now=NOW, by="user/7")
                assert proof.verify().ok
            struck.add(table)
    assert len(struck) > 5
