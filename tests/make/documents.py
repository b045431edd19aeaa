"""Reads a document back from what the house gave out of it, so that a test can hold the two equal."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from careward.core.packs.documents import Document
from careward.core.packs.reader import build
from careward.governance.procedures.exports import BODY, as_data
from careward.web.exports import BYTE_ORDER_MARK, STARTS_A_FORMULA


def from_data(data: Mapping[str, Any]) -> Document:
    """The document that as_data wrote. Raises PackError naming the field that cannot be read."""
    return cast(Document, build(Document, _dated(dict(data)), "document"))


def _dated(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _dated(v, k) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_dated(each) for each in value]
    return date.fromisoformat(value) if isinstance(value, str) and (key == "on" or key.endswith("_on")) else value


def from_csv(text: str, document: Document) -> Document:
    """The document with the header and control fields of a file of about_rows; its sections and clauses stay as they are."""
    whole = as_data(document)
    data: dict[str, Any] = {
        k: ([] if isinstance(v, list) and k not in BODY else v) for k, v in whole.items() if k in BODY or isinstance(v, list)
    }
    for line in csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")):
        field, value = line["Field"], _unguarded(line["Value"])
        if not line["Number"]:
            data[field] = value
        elif not line["Part"]:
            data.setdefault(field, []).append(value)
        else:
            rows = data.setdefault(field, [])
            rows.extend({} for _ in range(int(line["Number"]) - len(rows)))
            rows[int(line["Number"]) - 1][line["Part"]] = value
    return from_data(data)


def _unguarded(text: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it."""
    guarded = text.startswith("'") and text[1:].lstrip(" ").startswith(STARTS_A_FORMULA)
    return text[1:] if guarded else text
