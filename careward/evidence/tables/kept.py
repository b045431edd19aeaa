"""Which tables are evidence: each one that no room says is passing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db.models import BinaryField

from careward.web.house import house


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """A table whose rows are held against the ledger, with the columns that are."""

    name: str
    columns: tuple[str, ...]  # id first
    bytes_in: frozenset[str] = frozenset()


@cache
def evidence_tables() -> Mapping[str, EvidenceTable]:
    """Every table of evidence by its name, in their order."""
    passing = {each.table: frozenset(each.columns) for each in house().passing}
    found: dict[str, EvidenceTable] = {}
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.db_table
        if not model._meta.managed or passing.get(name) == frozenset():
            continue
        fields = {str(f.column): f for f in model._meta.concrete_fields if f.column not in passing.get(name, ())}
        rest = sorted(column for column in fields if column != "id")
        found[name] = EvidenceTable(name, ("id", *rest), frozenset(c for c, f in fields.items() if isinstance(f, BinaryField)))
    return dict(sorted(found.items()))
