"""A document's header and control fields as JSON and CSV, and back again (PA-001, PA-006, PA-096 to PA-099)."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, cast

from careward.core.packs.documents import Document
from careward.core.packs.reader import build
from careward.governance.procedures.queries import Duty
from careward.web.exports import BYTE_ORDER_MARK, STARTS_A_FORMULA, csv_lines
from careward.web.words import out_of

ABOUT_HEADS = ("Field", "Number", "Part", "Value")
BODY = ("sections", "clauses")  # not control fields
CLAUSE_HEADS = (
    "Clause", "Section", "Duty", "Who acts", "In Careward", "What is not there yet", "Cases", "In order", "To put right", "Late", "Kept",
    "Carried by", "Tests",
)  # fmt: skip
IN_CAREWARD = {"done": "Carried", "partly": "Carried in part", "missing": "Not carried yet"}


def as_data(document: Document) -> dict[str, Any]:
    """Everything a document holds, in plain values; days as 2026-11-22."""
    return cast(dict[str, Any], _plain(asdict(document)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def from_data(data: Mapping[str, Any]) -> Document:
    """The document that as_data wrote. Raises PackError naming the field that cannot be read."""
    return cast(Document, build(Document, _dated(dict(data)), "document"))


def _dated(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _dated(v, k) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_dated(each) for each in value]
    return date.fromisoformat(value) if isinstance(value, str) and (key == "on" or key.endswith("_on")) else value


def about_csv(document: Document) -> str:
    """The header and control fields, one value to a line."""
    return "".join(csv_lines(ABOUT_HEADS, _about_rows(as_data(document))))


def _about_rows(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for field, value in data.items():
        if field in BODY or value is None:
            continue
        if not isinstance(value, list):
            yield field, "", "", value
            continue
        for number, each in enumerate(value, start=1):
            for part, words in each.items() if isinstance(each, dict) else [("", each)]:
                yield field, str(number), part, words


def about_from_csv(text: str, document: Document) -> Document:
    """The document with the header and control fields of a file that about_csv wrote; its sections and clauses stay as they are."""
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


def clause_line(duty: Duty) -> tuple[object, ...]:
    """One clause as the CSV of a procedure has it."""
    m = duty.measured
    return (
        duty.clause.id, duty.clause.section, duty.clause.duty, duty.clause.actor, IN_CAREWARD[duty.state], duty.partly,
        m.total if m else None, m.complies if m else None, duty.to_put_right if m else None, duty.late if m else None,
        out_of(m.complies, m.total) if m and m.total else "", "; ".join(p.at for p in duty.places), len(duty.tests),
    )  # fmt: skip
