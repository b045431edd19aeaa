"""An index by which rows are found by how a text begins, large or small letters alike, on both databases."""

from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate, Upper
from django.db.models.indexes import IndexExpression

IndexExpression.register_wrappers(OrderBy, OpClass, Collate)  # as django.contrib.postgres does, which nothing else here needs


class BeginningIndex(models.Index):
    """Of some fields and, last, a text: what `istartswith` asks. Each database keeps it in its own way, and uses no other for that."""

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any) -> Statement:
        *first, text = self.fields
        vendor = schema_editor.connection.vendor
        how = OpClass(Upper(text), name="text_pattern_ops") if vendor == "postgresql" else Collate(text, "NOCASE")
        index = models.Index(*(models.F(name) for name in first), how, name=self.name, condition=self.condition)
        return index.create_sql(model, schema_editor, using, **kwargs)
