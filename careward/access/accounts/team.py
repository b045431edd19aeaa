"""What accounts and findings tell of the people of a manager, for the page of their team."""

from collections.abc import Collection, Mapping
from typing import Any

from careward.access.accounts import wording
from careward.access.accounts.models import Finding
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.core.roles import ROLES
from careward.people.staff.my_team import ToPutRight
from careward.web.permission import Viewer
from careward.web.words import written_out


def team(*, viewer: Viewer, key: Collection[int], asked: Mapping[str, Any]) -> Mapping[int, ToPutRight]:
    """What is to be put right of each of some people: one query, for any number of them."""
    rows = Finding.objects.filter(organisation_id=viewer.organisation_id, person_id__in=key, closed_on=None, state__in=TO_PUT_RIGHT)
    found: dict[int, list[Finding]] = {}
    for finding in rows.select_related("system", "manager").order_by("due_on", "id"):
        found.setdefault(finding.person_id or 0, []).append(finding)
    return {person: _told(theirs, viewer) for person, theirs in found.items()}


def _told(findings: list[Finding], viewer: Viewer) -> ToPutRight:
    first = findings[0]
    where = f"{first.system.name}: " if first.system else ""
    late = sum(1 for f in findings if f.due_on < viewer.today)
    return ToPutRight(len(findings), late, first.due_on, f"{where}{written_out(first.detail)}", _who(first))


def _who(finding: Finding) -> str:
    if finding.who == "line_manager" and finding.manager:
        return finding.manager.name
    if finding.who == "system_administrator" and finding.system and finding.system.administrator_title:
        return finding.system.administrator_title
    return ROLES[finding.who].title if finding.who in ROLES else wording.title(finding.code)
