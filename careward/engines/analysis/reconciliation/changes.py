"""What a comparison changes of the accounts themselves: whose each is now, and how many there are of each sort."""

from ibis.expr.types import Table

from careward.engines.analysis.reconciliation.figures import LIVE
from careward.engines.analysis.tables import MATCHES, SORTS

SORT = tuple(name for name in SORTS.names if name != "accounts")


def moved(judged: Table) -> Table:
    """The accounts that are somebody else's, or fit more or fewer persons, than was written down."""
    same = judged.person_id.identical_to(judged.was_person_id) & judged.fits.identical_to(judged.was_fits)
    return judged.filter(~same).select(*MATCHES.names)


def sorts(opened: Table) -> Table:
    """How many open accounts there are of each sort."""
    sort = {
        "pack": opened.pack,
        "live": opened.environment == LIVE,
        "kind": opened.kind,
        "active": opened.status == "active",
        "matched": opened.fits == 1,
        "use_known": opened.last_used_on.notnull() | opened.created_on.notnull(),
        "roles_stated": opened.roles_stated,
        "teams_stated": opened.teams_stated,
    }
    return opened.select(**sort).group_by(*SORT).agg(accounts=lambda t: t.count())
