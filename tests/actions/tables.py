"""What the tests of tables share: rows in every table of evidence, and somebody with a session of the database of their own."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from careward.evidence.ledger import actions as ledger
from careward.evidence.tables.kept import evidence_tables

NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
KNOWN = {
    ("systems_system", "kind"): "clinical",
    ("accounts_account", "status"): "active",
    ("work_task", "state"): "open",
    ("accounts_accountanswer", "ended_at"): NOW,  # one that stands is the only one of its account
}


def models_of_evidence() -> list[type[models.Model]]:
    """Those whose rows others name come first."""
    left = [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in evidence_tables()]
    found: list[type[models.Model]] = []
    while left:
        for model in left:
            wants = {f.related_model for f in model._meta.concrete_fields if f.is_relation and not f.null} - {model}
            if not wants & set(left):
                found.append(model)
                left.remove(model)
                break
        else:
            raise AssertionError(f"{left} name each other")
    return found


def value(model: type[models.Model], field: models.Field, number: int) -> Any:
    """A value of its own for each row."""
    known = KNOWN.get((model._meta.db_table, field.column))
    if known:
        return known
    if field.is_relation:
        rows = list(field.related_model._default_manager.order_by("pk").values_list("pk", flat=True))
        if not rows:  # all struck out: a row that named one would be refused
            raise IntegrityError(f"{model._meta.db_table} has nothing to name in {field.column}")
        second = [f for f in model._meta.concrete_fields if f.related_model is field.related_model].index(field)
        return rows[(min(number, len(rows) - 1) + second) % len(rows)]  # a new row names the newest, which no other names yet
    if isinstance(field, models.DateTimeField):
        return NOW + timedelta(minutes=number)
    if isinstance(field, models.DateField):
        return date(2026, 1, 1) + timedelta(days=number)
    if isinstance(field, models.BooleanField):
        return number % 2 == 0
    if isinstance(field, models.JSONField):
        return {"number": number}
    if isinstance(field, models.IntegerField):
        return number
    if isinstance(field, models.BinaryField):
        return f"bytes {number}".encode()
    return f"{field.column} {number}"


def fill(model: type[models.Model], number: int) -> models.Model:
    """One row, saved."""
    given = {
        f.attname: value(model, f, number)
        for f in model._meta.concrete_fields
        if not f.primary_key
        and (not f.null or (model._meta.db_table, f.column) in KNOWN or isinstance(f, models.BinaryField))
        and (not f.has_default() or isinstance(f, models.BinaryField))
    }
    return model._default_manager.create(**given)


def fill_all(each: int = 3) -> None:
    for model in models_of_evidence():
        with transaction.atomic():
            for number in range(each):
                fill(model, number)
            ledger.record(at=NOW, actor="user/7", verb="rows.made", subject="tables", organisation="")


def touch(row: models.Model) -> int:
    """Changes one field of a row to something else."""
    asked = repr(
        [c.deconstruct() for c in row._meta.constraints if isinstance(c, models.CheckConstraint)]
    )  # the database may refuse another value of these
    fields = [
        f for f in row._meta.concrete_fields if not f.is_relation and not f.primary_key and not f.unique and f"'{f.name}" not in asked
    ]
    field = next((f for f in reversed(fields) if isinstance(f, models.BooleanField | models.JSONField)), fields[-1])
    now = getattr(row, field.attname)
    if isinstance(field, models.BooleanField):
        new: Any = not now
    elif isinstance(field, models.JSONField):
        new = {"number": (now or {}).get("number", 0) + 1}
    elif isinstance(field, models.DateTimeField):
        new = (now or NOW) + timedelta(minutes=1)
    elif isinstance(field, models.DateField):
        new = (now or NOW.date()) + timedelta(days=1_000)
    elif isinstance(field, models.IntegerField):
        new = (now or 0) + 1
    elif isinstance(field, models.BinaryField):
        new = bytes(now or b"") + b"x"
    else:
        new = f"{now}x"
    return type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: new})


class Outsider:
    """Somebody with the database and no key."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        sql = sql if connection.vendor == "postgresql" else sql.replace("%s", "?")
        cursor = self.driver.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def outsider():
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=30)) as driver:
            yield Outsider(driver)
    else:
        import psycopg

        given = {k: v for k, v in connection.get_connection_params().items() if k in ("dbname", "user", "password", "host", "port")}
        with psycopg.connect(**given, autocommit=True) as driver:
            driver.execute("SET session_replication_role = replica")  # whoever owns the database asks no foreign key
            yield Outsider(driver)
