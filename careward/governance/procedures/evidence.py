"""The evidence of one clause for a period: what its page shows, and what an auditor takes along."""

from dataclasses import dataclass
from datetime import date

from careward.access.accounts import clause_cases, in_order
from careward.access.accounts.case_entries import entries_of
from careward.access.accounts.clause_cases import CaseFigures, CaseLine, CasePeriod
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.finding_pages import finding_history
from careward.core.packs.documents import Clause, Document
from careward.core.room import DownloadRows, Happening
from careward.evidence.ledger.bundles import Bundle
from careward.evidence.ledger.queries import EntryRow, entries_listed
from careward.evidence.tables import figures
from careward.governance.procedures.carried import clauses
from careward.web.words import day, plural

README = """Evidence of clause {clause}: {duty}.
{organisation}, {period}. {title}, version {version}.

{figures}

cases.csv      {cases}
{in_order}
How to check that nothing was changed since:

    python3 verify_ledger.py FOLDER --vkey KEY

FOLDER is where you unpacked this. KEY is the public key of the ledger as somebody you trust gave it to you; ledger.vkey here is only what
this folder says of itself. Take the script from them too. It needs Python 3.9 or later and the package cryptography.

proofs.ndjson holds the entries of the ledger that tell of these cases, each with the hashes that lead to the signed checkpoint in
checkpoint.txt: the comparisons of accounts that found a case and that found it no longer, and what was said of its task. The last entry
states the SHA-256 of each file here. What the proof cannot say is whether what was written down was true.
"""


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """A clause, and what was found under it in a period."""

    clause: Clause
    document: Document
    period: CasePeriod
    figures: CaseFigures
    in_order: int


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """One case with what happened and the entries of the ledger that tell of it."""

    clause: Clause
    document: Document
    line: CaseLine
    history: tuple[Happening, ...]
    entries: tuple[EntryRow, ...]


def clause_evidence(within: Reach, document: str, clause: str, *, period: CasePeriod, on: date) -> ClauseEvidence | None:
    """What the page opens with; None where no document has the clause."""
    known = clauses().get(clause)
    if known is None or known.document.code != document:
        return None
    here = known.document.systems
    there = figures.count(in_order.in_order(within, clause, here, on))
    return ClauseEvidence(known.clause, known.document, period, clause_cases.case_figures(within, clause, here, period), there)


def case_seen(within: Reach, document: str, clause: str, case_id: int, *, organisation: str) -> CaseSeen | None:
    """One case, open or put right, with its proof; None where it is not one of this clause that whoever asks may see."""
    known = clauses().get(clause)
    if known is None or known.document.code != document:
        return None
    rows = list(clause_cases.told(clause_cases.cases(within, clause, known.document.systems).filter(pk=case_id)))
    if not rows:
        return None
    entries = entries_listed(organisation=organisation, ids=entries_of(rows, organisation)[case_id])
    line = clause_cases.line_of_case(rows[0])
    return CaseSeen(known.clause, known.document, line, finding_history(line.finding_id), entries)


def bundle_of(within: Reach, found: ClauseEvidence, *, on: date, organisation: str, name: str) -> Bundle:
    """All cases of a period with the entries that tell of them, and what is in order where the period ends today."""
    rows = clause_cases.cases(within, found.clause.id, found.document.systems)
    lines = tuple(clause_cases.case_rows(clause_cases.in_period(rows, found.period), organisation))
    lists = {"cases": DownloadRows("cases", clause_cases.HEADS, lines)}
    if ends_today := found.period.to_on == on:
        there = in_order.in_order(within, found.clause.id, found.document.systems, on)
        lists["in-order"] = DownloadRows("accounts in order", in_order.HEADS, in_order.in_order_rows(there))
    words = _readme(found, len(lines), ends_today=ends_today, name=name)
    return Bundle(f"evidence {found.clause.id}", lists, {"read-me": words}, _numbers(lines))


def bundle_of_case(within: Reach, seen: CaseSeen, *, organisation: str, name: str) -> Bundle:
    """One case with its entries."""
    rows = clause_cases.cases(within, seen.clause.id, seen.document.systems).filter(pk=seen.line.id)
    lines = tuple(clause_cases.case_rows(rows, organisation))
    found = CasePeriod(seen.line.found_on, seen.line.ended_on or seen.line.found_on)
    figures = f"One case, found on {day(found.from_on)}" + (
        f" and put right on {day(found.to_on)}." if seen.line.ended_on and not seen.line.moved else "."
    )
    words = _written(seen.clause, seen.document, found.words, figures, "The case.", "", name)
    lists = {"cases": DownloadRows("cases", clause_cases.HEADS, lines)}
    return Bundle(f"case {seen.line.id} of {seen.clause.id}", lists, {"read-me": words}, [each.id for each in seen.entries])


def _numbers(lines: tuple[tuple[object, ...], ...]) -> list[int]:
    """The entries that the last column of the cases names."""
    return sorted({int(number) for line in lines for number in str(line[-1]).split("; ") if number})


def _readme(found: ClauseEvidence, cases: int, *, ends_today: bool, name: str) -> str:
    counts = found.figures
    said = f"{plural(counts.put_right, 'account')} put right in these days; {counts.to_put_right:,} to put right at their end."
    what = f"{plural(cases, 'case')}: each thing found on an account, with its days and how it was seen to be put right."
    order = f"in-order.csv   {plural(found.in_order, 'account')} in order on {day(found.period.to_on)}.\n" if ends_today else ""
    return _written(found.clause, found.document, found.period.words, said, what, order, name)


def _written(clause: Clause, document: Document, period: str, figures: str, cases: str, in_order: str, name: str) -> str:
    return README.format(
        clause=clause.id, duty=clause.duty, organisation=name, period=period, title=document.title, version=document.version,
        figures=figures, cases=cases, in_order=in_order,
    )  # fmt: skip
