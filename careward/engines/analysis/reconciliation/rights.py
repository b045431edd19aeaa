"""What was authorised for whom, one row for each holder on each environment. Must agree with careward.access.authorisations.rules."""

import ibis
from ibis.expr.types import ArrayValue, DateValue, StringValue, Table

from careward.engines.analysis.reconciliation.holding import FAR
from careward.engines.analysis.reconciliation.matching import plain
from careward.engines.analysis.tables import looked_up

KINDS = ("normal", "admin")
DIMENSIONS = ("roles", "teams")
PLACE = ["system", "environment", "person_id"]


def authority(authorisations: Table, approvers: Table, people: Table, on: DateValue) -> Table:
    """Of each person on each environment: how long accepted authorisations last, and what those in force give.

    `admin_given` says whether any was for administration; `<kind>_until` and `any_until` are the last days (null: none
    accepted); `<kind>_roles` and `<kind>_teams` join what those in force state (null: none states it).
    """
    given = authorisations.filter(authorisations.approved_on <= on)
    given = given.mutate(exceptional=given.exception_reason.fill_null("").strip() != "", until=given.expires_on.fill_null(FAR))
    accepted = approvers.mutate(accepted=ibis.literal(True))
    t = looked_up(given, accepted, ["system", "environment", "approver_role", "exceptional"])  # PA-008, PA-009, PA-018
    t = looked_up(t, people.select("person_id", holder=plain(people.employee_number)), ["person_id"])
    own_word = (plain(t.approved_by) == t.holder) & (t.holder != "")  # as persons: a staff number in other letters is the same one's
    t = t.mutate(counts=t.accepted.fill_null(False) & ~own_word.fill_null(False))
    said = {"admin_given": t.kind == "admin", "any_until": t.counts.ifelse(t.until, None)}
    for kind in KINDS:
        own = t.counts & (t.kind == kind)
        said[f"{kind}_until"] = own.ifelse(t.until, None)
        said |= {f"{kind}_{d}": (own & (t.until >= on)).ifelse(t[d], None) for d in DIMENSIONS}
    return _joined(t.select(*PLACE, **said))


def _joined(said: Table) -> Table:
    """One row a place. Nearly every place has one approval, which then stands as it is: joining texts is what takes memory."""
    several = said.group_by(*PLACE).agg(rows=said.count()).filter(lambda s: s.rows > 1)
    many = said.semi_join(several, PLACE)
    days = {name: many[name].max() for name in many.columns if name.endswith("_until")}
    texts = {f"{kind}_{d}": many[f"{kind}_{d}"].group_concat(";") for kind in KINDS for d in DIMENSIONS}
    joined = many.group_by(*PLACE).agg(admin_given=many.admin_given.any(), **days, **texts)
    return said.anti_join(several, PLACE).union(joined.select(*said.columns))


def differences(judged: Table) -> Table:
    """Accounts whose roles or teams differ from those authorised: one row a dimension, with what is `extra` and `lacking`.

    The text as a whole is compared first: where exports are kept sorted, only real differences are ever taken apart.
    """
    return ibis.union(*[_differing(judged, what) for what in DIMENSIONS])


def _differing(judged: Table, what: str) -> Table:
    t = judged.mutate(seen=judged[what], due=(judged.kind == "admin").ifelse(judged[f"admin_{what}"], judged[f"normal_{what}"]))
    t = t.filter(t.seen != t.due).select("account_id", "seen", "due", topic=ibis.literal(what))
    t = t.mutate(seen_terms=_terms(t.seen), due_terms=_terms(t.due))
    t = t.mutate(seen_keys=t.seen_terms.map(lambda x: x.lower()), due_keys=t.due_terms.map(lambda x: x.lower()))
    return t.select("account_id", "topic", extra=_beyond(t.seen_terms, t.due_keys), lacking=_beyond(t.due_terms, t.seen_keys))


def _terms(text: StringValue) -> ArrayValue:
    return text.split(";").map(lambda x: x.strip()).filter(lambda x: x != "")


def _beyond(terms: ArrayValue, known: ArrayValue) -> StringValue:
    return terms.filter(lambda x: ~known.contains(x.lower())).unique().sort().join("; ")
