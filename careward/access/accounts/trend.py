"""How many cases were to put right at the end of each of twelve months, from the days on which they were found and ended.

Nothing is known of a day before the first comparison that is kept, and nothing is made up of it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date

from careward.access.accounts.clause_cases import every_case
from careward.access.accounts.finding_lines import Reach
from careward.access.accounts.measures import counts_here
from careward.access.accounts.models import Run
from careward.access.accounts.rules.months import CaseGroup, CaseSpan, CaseTrend, group_of, month_ends
from careward.core.rights import EVERYWHERE
from careward.evidence.tables import figures
from careward.people.staff.models import Assignment
from careward.systems.register.models import System

NOBODY = "Nobody’s, or not known"
BY = ("system", "directorate", "team")


def trend(organisation_id: int, clauses: Collection[str], *, today: date, since: date) -> CaseTrend:
    """The cases under some clauses: four queries, or none where nothing changed since they were last asked."""
    asked = ("trend", organisation_id, today, since, tuple(sorted(clauses)))
    return figures.figure(asked, lambda: _trend(organisation_id, clauses, today, since))


def _trend(organisation_id: int, clauses: Collection[str], today: date, since: date) -> CaseTrend:
    names, packs = _systems(organisation_id)
    rows = every_case(Reach(organisation_id, EVERYWHERE)).filter(clause__in=clauses).order_by()
    columns = ("account_id", "clause", "system_id", "finding__person_id", "found_on", "ended", "finding__due_on", "moved")
    spans = [span for span in map(CaseSpan._make, rows.values_list(*columns)) if counts_here(span.clause, packs[span.system_id])]
    runs = Run.objects.filter(organisation_id=organisation_id, finished_at__isnull=False, system_code="")
    first_on = runs.order_by("on_date").values_list("on_date", flat=True).first()
    posts = _posts(organisation_id)
    by: dict[str, Callable[[CaseSpan], str]] = {
        "system": lambda span: names[span.system_id],
        "directorate": lambda span: posts.get(span.person_id, (NOBODY, NOBODY))[0],
        "team": lambda span: posts.get(span.person_id, (NOBODY, NOBODY))[1],
    }
    ends = tuple((end, first_on is not None and end >= first_on) for end in month_ends(today))
    whole = group_of("", "All", spans, ends, since)
    groups = {kind: _grouped(spans, key, ends, since) for kind, key in by.items()}
    return CaseTrend(first_on, since, whole, groups)


def _grouped(
    spans: Iterable[CaseSpan], key: Callable[[CaseSpan], str], ends: tuple[tuple[date, bool], ...], since: date
) -> tuple[CaseGroup, ...]:
    """Most to put right first; those that have had nothing in all that time are left out."""
    parted: defaultdict[str, list[CaseSpan]] = defaultdict(list)
    for span in spans:
        parted[key(span)].append(span)
    groups = [group_of(title, title, those, ends, since) for title, those in parted.items()]
    return tuple(sorted(groups, key=lambda g: (-(g.now.to_put_right or 0), g.title)))


def _systems(organisation_id: int) -> tuple[dict[int, str], dict[int, str]]:
    rows = list(System.objects.filter(organisation_id=organisation_id).order_by("id").values_list("id", "name", "pack"))
    return {pk: name for pk, name, _ in rows}, {pk: pack for pk, _, pack in rows}


def _posts(organisation_id: int) -> dict[int | None, tuple[str, str]]:
    """The directorate and the team of everybody's main post, as they are now."""
    rows = Assignment.objects.filter(organisation_id=organisation_id, gone_on=None).order_by("is_primary", "start_on")
    found = rows.values_list("person_id", "directorate", "team__directorate", "team__name")
    return {person: (own or teams or NOBODY, team or NOBODY) for person, own, teams, team in found}
