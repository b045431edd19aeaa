"""A document's header and control fields as JSON and CSV, and back again (PA-001, PA-006, PA-096 to PA-099)."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, cast

from careward.core.packs.documents import Document
from careward.governance.procedures.queries import Duty
from careward.web.words import out_of

ABOUT_HEADS = ("Field", "Number", "Part", "Value")
BODY = ("sections", "clauses")  # not control fields
CLAUSE_HEADS = (
    "Clause", "Section", "Duty", "Who acts", "In Careward", "How far", "What is not there yet", "Cases", "In order", "To put right", "Late",
    "Kept", "Covered by", "Tests", "Breaks",
)  # fmt: skip
IN_CAREWARD = {"done": "Covered", "partly": "Covered in part", "missing": "Not covered yet"}


def as_data(document: Document) -> dict[str, Any]:
    """Everything a document holds, in plain values; days as 2026-11-22."""
    return cast(dict[str, Any], _plain(asdict(document)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def about_rows(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """The header and control fields, one value to a line, under ABOUT_HEADS."""
    for field, value in as_data(document).items():
        if field in BODY or value is None:
            continue
        if not isinstance(value, list):
            yield field, "", "", value
            continue
        for number, each in enumerate(value, start=1):
            for part, words in each.items() if isinstance(each, dict) else [("", each)]:
                yield field, str(number), part, words


def clause_line(duty: Duty) -> tuple[object, ...]:
    """One clause as the CSV of a procedure has it."""
    m = duty.measured
    return (
        duty.clause.id, duty.clause.section, duty.clause.duty, duty.clause.actor, IN_CAREWARD[duty.state], duty.level, duty.partly,
        m.total if m else None, m.complies if m else None, duty.to_put_right if m else None, duty.late if m else None,
        out_of(m.complies, m.total) if m and m.total else "", "; ".join(p.at for p in duty.places), len(duty.tests),
        len(duty.breaks),
    )  # fmt: skip
