"""What stands around the rows of an export and is none of them: titles, rules, counts, totals, ends, headings again (FEEDS B2.13).

Asked only of a line that cannot stand as a row, so that nobody of that name is ever left out.
"""

import re
from collections.abc import Sequence

from careward.core.ids import plain
from careward.engines.connectors.csv.headings import normal

MOST_BEFORE = 50  # lines looked through for the heading
_RULE = re.compile(r"[-=_*+|~.\s\u2013\u2014]*")
_COUNTED = re.compile(
    r"\(?\s*(no|\d[\d,. ]*)\s*(rows?|records?|lines?|results?)"
    r"\s*((were )?(affected|selected|returned|found|in set|processed|listed).*)?\)?\.?"
)
_TOTAL = re.compile(
    r"((grand|sub|report|overall)[ -]?)?totals?\b.*"
    r"|(number|count) of (rows|records|users|accounts|staff)\b.*"
    r"|(row|record)s?( count)?\s*[:=]?\s*[\d,. ]*"
)
_END = re.compile(r"\W*(end( of (the )?(file|report|list|data|extract|export|document))?|eof|page \d+( of \d+)?)\W*")
_SEPARATOR = re.compile(r"sep=.?")
_FIGURE = re.compile(r"[\d.,:%()\s]*")


def stands_around(cells: Sequence[str]) -> bool:
    """Whether a line that is no row is one of those that exports put around them."""
    said = [plain(cell) for cell in cells if cell.strip(" \t\r\n\x1a")]
    if all(map(_RULE.fullmatch, said)):  # an end of file of long ago (Ctrl-Z) among them
        return True
    first, rest = said[0], said[1:]
    if _TOTAL.fullmatch(first):
        return all(map(_FIGURE.fullmatch, rest))
    return not rest and any(form.fullmatch(first) for form in (_COUNTED, _END, _SEPARATOR))


def heading_at(records: Sequence[Sequence[str]], must: frozenset[str]) -> int | None:
    """Which of the first records is the heading: the first that names every column there must be, titles standing before it."""
    return next((i for i, cells in enumerate(records[:MOST_BEFORE]) if must and must <= set(map(normal, cells))), None)
