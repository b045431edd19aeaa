"""Somebody's access over two years: when they had each account, and when somebody's approval stood behind it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from careward.access.accounts.models import Account
from careward.access.authorisations.models import Authorisation
from careward.core.days import ONE_DAY
from careward.core.rights import Systems
from careward.systems.register.queries import within_systems
from careward.web.pictures import PictureSpan, SpanPicture, span_picture
from careward.web.words import day

SHOWN = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class AccessStretch:
    """An account, or an approval, from one day to another; None: nobody knows since when, or it is not over."""

    system: str
    what: str  # "Account cdewhurst", "Approved"
    begins: date | None
    ends: date | None
    kind: str  # of PictureSpan

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """As the table says it."""
        return self.system, self.what, day(self.begins) if self.begins else "Not told", day(self.ends) if self.ends else "Goes on"


@dataclass(frozen=True, slots=True)
class AccessOverTime:
    picture: SpanPicture
    stretches: tuple[AccessStretch, ...]
    begins: date
    ends: date


def access_over_time(*, organisation_id: int, person_id: int, within: Systems, today: date) -> AccessOverTime | None:
    """Two queries; None where there is nothing to draw."""
    begins = today - SHOWN
    accounts = Account.objects.filter(within_systems(within), organisation_id=organisation_id, person_id=person_id, environment="live")
    accounts = accounts.filter(Q(gone_on=None) | Q(gone_on__gte=begins)).select_related("system").order_by("system__name", "kind", "pk")
    given = Authorisation.objects.filter(within_systems(within), organisation_id=organisation_id, person_id=person_id, environment="live")
    given = given.filter(Q(expires_on=None) | Q(expires_on__gte=begins), gone_on=None, approved_on__lte=today)
    stretches = (
        *map(_of_account, accounts),
        *(AccessStretch(g.system.name, "Approved", g.approved_on, g.expires_on, "is-line") for g in given.select_related("system")),
    )
    lanes: defaultdict[str, list[PictureSpan]] = defaultdict(list)
    for each in sorted(stretches, key=lambda s: s.system):
        lanes[each.system].append(PictureSpan(each.begins, each.ends, each.kind))
    return AccessOverTime(span_picture(list(lanes.items()), begins=begins, ends=today), stretches, begins, today) if stretches else None


def _of_account(account: Account) -> AccessStretch:
    """One that is locked or closed is hollow, for its list does not say since when."""
    kind = "is-bar" if account.status == "active" else "is-hollow"
    ends = account.gone_on - ONE_DAY if account.gone_on else None
    state = "" if account.status == "active" else f", {account.status} now"
    return AccessStretch(account.system.name, f"Account {account.username}{state}", account.created_on or account.seen_on, ends, kind)
