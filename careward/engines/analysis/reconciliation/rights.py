"""What was authorised for whom, one row for each holder on each environment. Must agree with careward.access.authorisations.rules."""

from dataclasses import dataclass

import ibis
from ibis.expr.types import ArrayValue, DateValue, StringValue, Table, Value

from careward.engines.analysis.reconciliation.holding import FAR, crossed, day_after
from careward.engines.analysis.reconciliation.matching import plain, plain_number
from careward.engines.analysis.tables import looked_up, without

KINDS = ("normal", "admin")
DIMENSIONS = ("roles", "teams")
PLACE = ["system", "environment", "person_id"]
LINE_MANAGER = "line_manager"
TOLD_BY_POSTS = (LINE_MANAGER, "deputy")  # whose they are the posts of those they approve for tell
IN_A_ROLE = ["approver_role", "system", "approved_on", "by_key"]
FOR_SOMEBODY = [*IN_A_ROLE, "person_id"]


def several(authorisations: Table, on: DateValue) -> Table:
    """The places with more than one approval. A stage of its own: nearly every place has one, and few rows are left."""
    given = authorisations.filter(authorisations.approved_on <= on)
    return given.group_by(*PLACE).agg(rows=given.count()).filter(lambda g: g.rows > 1).select(*PLACE)


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff list: who is in it, and their posts; who holds the roles that the procedures name; who may act for a manager."""

    people: Table
    assignments: Table
    holders: Table
    acting: Table

    def by_number(self) -> Table:
        """Each employee number as it is compared, and from when whoever has it had left: every post ended, or listed no more."""
        a = self.assignments
        ends = ibis.least(day_after(a.end_on, ibis.interval(days=1)), a.gone_on)
        gone = a.group_by("person_id").agg(goes_on=ends.isnull().any(), last=ends.max())
        gone = gone.select("person_id", left_from=gone.goes_on.ifelse(None, gone["last"]))
        known = looked_up(self.people.select("person_id", by_key=plain_number(self.people)), gone, ["person_id"])
        found = known.group_by("by_key").agg(stays=known.left_from.isnull().any(), last=known.left_from.max())
        return found.select("by_key", left_from=found.stays.ifelse(None, found["last"]), listed=ibis.literal(True))

    def role_holders(self) -> Table:
        """Who holds each role, by the employee number as it is compared."""
        known = looked_up(self.holders, self.people.select("person_id", holder_key=plain_number(self.people)), ["person_id"])
        return known.select("role", "from_on", "to_on", "holder_key", on_system=known.system.fill_null(""))

    def supervisors(self) -> Table:
        """Whom a list named as the supervisor of each post, and from when up to but not including which day."""
        a = self.assignments.mutate(supervisor_key=plain(self.assignments.supervisor.fill_null("")))
        a = a.filter(a.supervised_since.notnull() & (a.supervisor_key != ""))
        until = ibis.least(day_after(a.end_on, ibis.interval(days=1)).fill_null(FAR), a.gone_on.fill_null(FAR))
        return a.select("person_id", "supervisor_key", led_from=ibis.greatest(a.supervised_since, a.start_on), led_until=until)

    def deputies(self) -> Table:
        """Who may act for which manager, by their employee numbers as they are compared."""
        numbers = self.people.select("person_id", key=plain_number(self.people))
        managers = numbers.select(manager_id=numbers.person_id, manager_key=numbers.key)
        deputies = numbers.select(deputy_id=numbers.person_id, deputy_key=numbers.key)
        return looked_up(looked_up(self.acting, managers, ["manager_id"]), deputies, ["deputy_id"])


def led(authorisations: Table, staff: Staff) -> Table:
    """Approvals given as line manager or deputy while a list named whose supervisor somebody is, each with that one's number.

    A stage of its own: few approvals are younger than the first list.
    """
    asked, posts = authorisations.filter(authorisations.approver_role.isin(TOLD_BY_POSTS)), staff.supervisors()
    asked = asked.mutate(by_key=plain(asked.approved_by.fill_null("")))
    found = asked.join(posts, ["person_id", posts.led_from <= asked.approved_on, asked.approved_on < posts.led_until])
    return found.select(*FOR_SOMEBODY, "supervisor_key").distinct()


def not_managers(led: Table, staff: Staff) -> Table:
    """Those of such approvals whose giver is known to have been neither the line manager nor the deputy on that day (FEEDS B2.8)."""
    acting, holders = staff.deputies(), staff.role_holders()
    own = led.group_by(*FOR_SOMEBODY).agg(own=(led.supervisor_key == led.by_key).any())
    then = [acting.from_on <= led.approved_on, led.approved_on < acting.to_on.fill_null(FAR)]
    of_manager = led.join(acting, [led.supervisor_key == acting.manager_key, *then])
    of_giver = led.join(acting, [led.by_key == acting.deputy_key, *then])
    beside = of_manager.select(*FOR_SOMEBODY, theirs=of_manager.deputy_key == of_manager.by_key).union(
        of_giver.select(*FOR_SOMEBODY, theirs=of_giver.manager_key == of_giver.supervisor_key)
    )
    known = looked_up(own, beside.group_by(*FOR_SOMEBODY).agg(acts=beside.theirs.any()), FOR_SOMEBODY)
    known = known.filter(~known.own & ~known.acts.fill_null(False) & ((known.approver_role == LINE_MANAGER) | known.acts.notnull()))
    return known.anti_join(holders, [
        known.approver_role == holders.role, known.by_key == holders.holder_key,
        (holders.on_system == "") | (holders.on_system == known.system),
        holders.from_on <= known.approved_on, known.approved_on < holders.to_on.fill_null(FAR),
    ]).select(*FOR_SOMEBODY, not_manager=ibis.literal(True))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approving:
    """Who may approve, by the packs; what is known of whoever did; and of which approvals the giver was no line manager."""

    accepted: Table
    staff: Staff
    not_managers: Table


def authority(authorisations: Table, several: Table, approving: Approving, on: DateValue) -> Table:
    """Of each person on each environment: how long accepted authorisations last, and what those in force give.

    `admin_given` says whether any was for administration; `<kind>_until` and `any_until` are the last days (null: none
    accepted), `<kind>_doubtful` and `any_doubtful` whether one of those contradicts itself; `<kind>_roles` and `<kind>_teams` join
    what those in force state (null: none states it). `refused` says of the last that is no authority why (FEEDS B2.8).
    """
    given = authorisations.filter(authorisations.approved_on <= on)
    alone = _said(given.anti_join(several, PLACE), approving, on)
    return alone.union(_joined(_said(given.semi_join(several, PLACE), approving, on)).select(*alone.columns))


def _said(given: Table, approving: Approving, on: DateValue) -> Table:
    """What each approval says, one row for each."""
    staff = approving.staff
    given = given.mutate(exceptional=given.exception_reason.fill_null("").strip() != "", until=given.expires_on.fill_null(FAR))
    accepted = approving.accepted.mutate(accepted=ibis.literal(True))
    t = looked_up(given, accepted, ["system", "environment", "approver_role", "exceptional"])  # PA-008, PA-009, PA-018
    t = looked_up(t, staff.people.select("person_id", holder=plain_number(staff.people)), ["person_id"])
    t = t.mutate(by_key=plain(t.approved_by.fill_null("")))
    t = looked_up(t, staff.by_number(), ["by_key"])
    t = looked_up(t, _not_theirs(t, staff.role_holders()), IN_A_ROLE)
    t = looked_up(t, approving.not_managers, FOR_SOMEBODY)
    why = _why_not(t)
    t = t.mutate(counts=why.isnull(), refused=(ibis.literal("the approval of ") + t.approved_on.cast("string") + " ") + why)
    t = t.mutate(doubtful=t.counts & crossed(t.approved_on, t.expires_on))
    said = {"refused": t.refused, "admin_given": t.kind == "admin", "any_until": t.counts.ifelse(t.until, None), "any_doubtful": t.doubtful}
    for kind in KINDS:
        own = t.counts & (t.kind == kind)
        said |= {f"{kind}_until": own.ifelse(t.until, None), f"{kind}_doubtful": t.doubtful & (t.kind == kind)}
        said |= {f"{kind}_{d}": (own & (t.until >= on)).ifelse(t[d], None) for d in DIMENSIONS}
    return t.select(*PLACE, **said)


def _not_theirs(given: Table, holders: Table) -> Table:
    """Of approvals given in a role, those whose giver is known not to have held it on that day: others did, or they held another."""
    asked = given.filter(given.approver_role.notin(TOLD_BY_POSTS))
    of_role = asked.semi_join(holders, asked.approver_role == holders.role).select(*IN_A_ROLE)
    of_giver = asked.semi_join(holders, asked.by_key == holders.holder_key).select(*IN_A_ROLE)
    told = of_role.union(of_giver, distinct=True)
    covers = [
        (told.approver_role == holders.role) | (told.by_key == holders.holder_key),
        (holders.on_system == "") | (holders.on_system == told.system),
        holders.from_on <= told.approved_on,
        told.approved_on < holders.to_on.fill_null(FAR),
    ]
    known = told.join(holders, covers)
    theirs = ((known.holder_key == known.by_key) & (known.role == known.approver_role)).any()
    found = known.group_by(*IN_A_ROLE).agg(theirs=theirs)
    return found.filter(~found.theirs).select(*IN_A_ROLE, not_theirs=ibis.literal(True))


def _why_not(t: Table) -> StringValue:
    """Why each approval is no authority; null where it is one. As persons: a staff number in other letters is the same one's."""
    own, unlisted = (t.by_key == t.holder) & (t.holder != ""), t.listed.isnull() | (t.by_key == "")
    by = ibis.literal("is by staff number ") + t.approved_by.fill_null("").strip()
    role = t.approver_role.replace("_", " ")
    return ibis.cases(
        (own.fill_null(False), "is the holder's own"),
        (unlisted & (t.by_key == ""), "is by nobody"),
        (unlisted, by + ", who is not in the staff list"),
        ((t.left_from <= t.approved_on).fill_null(False), by + ", who had left by then"),
        (
            t.accepted.isnull(),
            by + " as " + role + ", a role that the procedure does not accept for it",
        ),
        (
            t.not_theirs.fill_null(False) | t.not_manager.fill_null(False),
            by + " as " + role + ", a role that was not theirs on that day",
        ),
    )


def _joined(many: Table) -> Table:
    """One row a place. Nearly every place has one approval, which stands as it is and does not come here: joining texts takes memory."""
    days = {name: many[name].max() for name in many.columns if name.endswith("_until")}
    texts = {f"{kind}_{d}": many[f"{kind}_{d}"].group_concat(";") for kind in KINDS for d in DIMENSIONS}
    flags = {name: many[name].any() for name in many.columns if name.endswith("_doubtful")}
    return many.group_by(*PLACE).agg(refused=many.refused.max(), admin_given=many.admin_given.any(), **flags, **days, **texts)


def set_against(judged: Table) -> Table:
    """Each account's roles and teams, `<dimension>_seen`, with those authorised, `<dimension>_due`, and whether its export states any.

    Where both say the same both are null: exports are kept sorted, so that few are ever kept, and only real differences taken apart.
    """
    said: dict[str, Value] = {}
    for what in DIMENSIONS:
        seen, due = judged[what], (judged.kind == "admin").ifelse(judged[f"admin_{what}"], judged[f"normal_{what}"])
        said |= {f"{what}_seen": (seen != due).ifelse(seen, None), f"{what}_due": (seen != due).ifelse(due, None)}
        said[f"{what}_stated"] = seen.notnull()
    return without(judged.mutate(**said), *DIMENSIONS, *[f"{kind}_{what}" for kind in KINDS for what in DIMENSIONS])


def differences(judged: Table) -> Table:
    """Accounts whose roles or teams differ from those authorised: one row a dimension, with what is `extra` and `lacking`."""
    return ibis.union(*[_differing(judged, what) for what in DIMENSIONS])


def _differing(judged: Table, what: str) -> Table:
    t = judged.mutate(seen=judged[f"{what}_seen"], due=judged[f"{what}_due"])
    t = t.filter(t.seen != t.due).select("account_id", "seen", "due", topic=ibis.literal(what))
    t = t.mutate(seen_terms=_terms(t.seen), due_terms=_terms(t.due))
    t = t.mutate(seen_keys=t.seen_terms.map(lambda x: x.lower()), due_keys=t.due_terms.map(lambda x: x.lower()))
    return t.select("account_id", "topic", extra=_beyond(t.seen_terms, t.due_keys), lacking=_beyond(t.due_terms, t.seen_keys))


def _terms(text: StringValue) -> ArrayValue:
    return text.split(";").map(lambda x: x.strip()).filter(lambda x: x != "")


def _beyond(terms: ArrayValue, known: ArrayValue) -> StringValue:
    return terms.filter(lambda x: ~known.contains(x.lower())).unique().sort().join("; ")
