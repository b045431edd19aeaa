"""Identifiers as spreadsheets leave them: a bent one cannot be told any more, and marks put around others come off (FEEDS B2.2)."""

import re
from collections.abc import Sequence

from careward.core.ids import UNSEEN

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = f"(?:{'|'.join([*_MONTHS, *(m[:3] for m in _MONTHS), 'sept'])})"
_STARTS = frozenset(m[:3] for m in _MONTHS)
_FIGURES = frozenset("0123456789+-")
_BETWEEN = "[-/\u2010-\u2015\u2212]"
# What the digits were cannot be told from any of these: 20000001 became 2.0E+07, MAR1 became 01-Mar.
_BENT = (
    (
        "is a figure: a spreadsheet has shortened it",
        re.compile(r"[+-]?(?:[0-9]+E[+-][0-9]+|[0-9]+[.,][0-9]+E[+-]?[0-9]+|[0-9]+[.,]0+)", re.IGNORECASE),
    ),
    (
        "has thousands marks: a spreadsheet has made a figure of it",
        re.compile("[0-9]+(?:,[0-9]+)+|[0-9]{1,3}(?:([.'\u2019\u00a0\u2009\u202f])[0-9]{3}(?:\\1[0-9]{3})+|[\u00a0\u2009\u202f][0-9]{3})"),
    ),
    (
        "is a day: a spreadsheet has made a date of it",
        re.compile(
            f"[0-9]{{1,2}}[.]?{_BETWEEN}{_MONTH}(?:{_BETWEEN}(?:[0-9]{{2}}|[0-9]{{4}}))?|{_MONTH}{_BETWEEN}(?:[0-9]{{2}}|[0-9]{{4}})"
            "|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+)?|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})(?: [0-9:.]+)?",
            re.IGNORECASE,
        ),
    ),
)
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_MAY = re.compile(f"^[+-]?(?:[0-9]+[-.,+/E]|{_MONTH}[-/][0-9])", re.IGNORECASE | re.MULTILINE)


def without_marks(cell: str) -> str:
    """A cell without characters that nobody sees and without the marks by which spreadsheets keep a number text: 'E001, ="E001"."""
    cell = UNSEEN.sub("", cell).strip()
    if whole := _FORMULA_TEXT.fullmatch(cell):
        cell = whole.group(1).strip()
    return cell[1:].lstrip() if cell.startswith("'") and cell != "'" else cell


def why_bent(cell: str) -> str:
    """What a spreadsheet has made of an identifier, in words; empty where it is whole."""
    return next((words for words, pattern in _BENT if pattern.fullmatch(cell)), "")


def may_be_bent(cells: Sequence[str], lines: str) -> bool:
    """Whether there may be such a cell, or one with marks, among some that also stand on a line each, quickly: nearly always none is."""
    if not lines.isascii() or "'" in lines or '="' in lines:
        return True
    if not any(mark in lines for mark in ".,-+/"):
        return False
    starts = {cell[:3] for cell in cells}
    return any(s[:1] in _FIGURES or s.lower() in _STARTS for s in starts if s) and _MAY.search(lines) is not None
