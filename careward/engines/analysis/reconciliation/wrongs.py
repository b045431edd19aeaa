"""The rules, each a table of accounts in and a table of lines out. Must agree with careward.access.accounts.rules.

`judged` has one row for each open account: its own columns, the figures of its system, whose it is, and what was authorised.
"""

import ibis
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, StringValue, Table, Value

from careward.engines.analysis.reconciliation.figures import LIVE
from careward.engines.analysis.reconciliation.holding import FAR, crossed, day_after
from careward.engines.analysis.reconciliation.matching import given, plain, plain_username, ways
from careward.engines.analysis.tables import looked_up

OF_A_PERSON = ("normal", "admin")  # one named person signs in with it
SAME = ["person_id", "system", "environment", "kind"]  # where one account is enough


def inactive(judged: Table, answered: Table, on: DateValue) -> Table:
    """PA-033, PA-035, EL-035, EL-037: locked and closed after so long without use, with notice where the pack gives it.

    EL-059: what was said to be needed locks later.
    """
    told = answered.filter(answered.answer != "nobody").select("account_id", "answer", kept=answered.until)
    t = looked_up(judged.filter(judged.kind != "service"), told, ["account_id"])
    t = t.mutate(used=ibis.greatest(t.last_used_on, t.created_on), answer=t.answer.fill_null(""))
    t = t.mutate(idle=on.delta(t.used, unit="day"), figure=day_after(t.used, t.lock_days.as_interval("D")))
    kept = (t.answer == "still_needed").ifelse(day_after(t.kept, ibis.interval(days=1)), t.figure)
    t = t.mutate(lock=ibis.greatest(t.figure, kept))
    left = t["lock"].delta(on, unit="day")
    active = (t.status == "active") & (t.lock_days > 0)  # a figure of 0 means never
    t = t.mutate(
        step=ibis.cases(
            ((t.close_days > 0) & (t.idle >= t.close_days), "close"),
            (t.answer.isin(("not_needed", "gone")), None),
            (active & (left <= 0), "lock"),
            (active & (left <= t.notice_days), "warn"),
        )
    )
    t = t.filter(t.step.notnull() & t.used.notnull())  # `greatest` passes over what is unknown
    since = ibis.cases(
        (t.last_used_on == t.used, "Last used on "),
        (t.last_used_on.isnull(), "Never used since it was created on "),
        else_="Not used since it was created on ",
    ) + t.used.cast("string")
    what = ibis.cases(
        (t.step == "close", ibis.literal("closes at ") + _days(t.close_days)),
        (t.step == "lock", ibis.literal("locks at ") + _days(t.lock_days)),
        else_=ibis.literal("locks on ") + t["lock"].cast("string") + " unless it is used",
    )
    moved = (t.step != "close") & (t["lock"] > t.figure)
    until = moved.fill_null(False).ifelse(ibis.literal("; said to be needed until ") + t.kept.cast("string"), "")
    detail = since + ", " + _days(t.idle) + " ago; " + what + until
    duty, begun = ibis.literal("account.inactive/") + t.step, day_after(t.used, t.first_asked_days.as_interval("D"))
    return lines(t, "account.inactive", t.step, detail, duty=duty, since=begun)


def _days(number: IntegerValue) -> StringValue:
    return (number == 1).ifelse("1 day", number.cast("string") + " days")


def use_unknown(judged: Table) -> Table:
    """EL-058: a system that cannot say when accounts were used is named, not passed over."""
    unknown = judged.last_used_on.isnull() & judged.created_on.isnull() & ((judged.lock_days > 0) | (judged.close_days > 0))
    t = judged.filter(unknown & (judged.kind != "service"))
    return lines(t, "account.use_unknown", "ask", "The export gives neither a last use nor a day of creation")


def contradicted(judged: Table) -> Table:
    """House: where the rows of one account disagree on whether it is open, the open one counts, and somebody looks."""
    t = judged.filter(judged.contradicted.fill_null(False))
    return lines(t, "account.contradicted", "ask", "Its list has it open in one row and closed in another; it counts as open")


def unmatched(judged: Table, answered: Table) -> Table:
    """EL-009: every account of a person is known to be somebody's."""
    t = _not_nobodys(judged.filter(judged.kind.isin(OF_A_PERSON) & (judged.fits == 0)), answered)
    t = t.mutate(named=given(t))
    nothing = "The export gives no employee number, smartcard or e-mail address for it"
    return lines(t, "account.unmatched", "ask", (t.named == "").ifelse(nothing, ibis.literal("Nobody fits by ") + t.named))


def _not_nobodys(judged: Table, answered: Table) -> Table:
    return judged.anti_join(answered.filter(answered.answer == "nobody"), "account_id")


def ambiguous(judged: Table, answered: Table) -> Table:
    """EL-048: nothing acts on an ambiguous match; a person decides."""
    t = _not_nobodys(judged.filter(judged.fits > 1), answered)
    return lines(t, "account.ambiguous", "ask", ibis.literal("Two or more people fit, by ") + ways(t))


def doubled(judged: Table) -> Table:
    """Where one person has several accounts of one kind. A stage of its own: nearly everyone has one, and few rows are left."""
    t = personal(judged.select(*SAME))
    return t.group_by(*SAME).agg(rows=t.count()).filter(lambda s: s.rows > 1).select(*SAME)


def duplicate(judged: Table, doubled: Table) -> Table:
    """EL-028, EL-029: one normal account, and at most one for administration, on any one environment."""
    t = judged.select("account_id", "username", "created_on", *SAME).semi_join(doubled, SAME)
    oldest = ibis.window(group_by=SAME, order_by=[t.created_on.fill_null(FAR), t.username, t.account_id])
    t = t.mutate(place=ibis.row_number().over(oldest), first=t.username.first().over(oldest), begun=t.created_on.first().over(oldest))
    t = t.filter(t.place > 0)
    since = (ibis.literal(", created on ") + t.begun.cast("string")).fill_null("")
    return lines(t, "account.duplicate", "ask", ibis.literal("A second account; the first is ") + t["first"] + since)


def generic_unapproved(judged: Table, generic: Table, on: DateValue) -> Table:
    """EL-027: a shared account stands only on an approval by information governance, with an owner and an end."""
    g = generic.mutate(username_key=plain(generic.username), ends=generic.expires_on.fill_null(FAR))
    begun, doubtful = (g.approved_on <= on).fill_null(False), crossed(g.approved_on, g.expires_on)
    rows = g.group_by("system", "username_key").agg(
        listed_until=g.ends.max(), begun_until=g.ends.max(where=begun), begins=g.approved_on.min(),
        listed_doubtful=doubtful.any(), begun_doubtful=(doubtful & begun).any(),
    )  # fmt: skip
    t = judged.filter(judged.kind.isin(("generic", "service"))).mutate(username_key=plain_username(judged))
    t = looked_up(t, rows, ["system", "username_key"])
    t = t.mutate(service=t.kind == "service")
    doubtful = t.service.ifelse(t.listed_doubtful, t.begun_doubtful).fill_null(False)
    t = t.mutate(ends=t.service.ifelse(t.listed_until, t.begun_until), doubtful=doubtful)
    t = t.filter(t.ends.isnull() | (t.ends < on))
    detail = ibis.cases(
        (t.ends.notnull(), ibis.literal("Its approval ran out on ") + t.ends.cast("string") + _crossed(t.doubtful)),
        (t.begins.notnull(), ibis.literal("Its approval begins only on ") + t.begins.cast("string")),
        (t.service, "No owner and end are on record"),
        else_="No approval by information governance is on record",
    )
    step = (t.doubtful | t.service).ifelse("ask", "lock")
    return lines(t, "account.generic_unapproved", step, detail, since=_after(t.ends))


def owner_left(judged: Table, generic: Table, leavers: Table, on: DateValue) -> Table:
    """EL-027: whoever answers for a shared account is still here; by the approvals in force, else by those that have run out."""
    shared = judged.filter(judged.kind.isin(("generic", "service"))).mutate(username_key=plain_username(judged))
    g = generic.select("system", "approved_on", "expires_on", "owner_id", username_key=plain(generic.username))
    t = shared.select("account_id", "kind", "system", "username_key").join(g, ["system", "username_key"])
    t = t.filter((t.kind == "service") | (t.approved_on <= on))
    gone = leavers.select("last", owner_id="person_id", over="since", left=ibis.literal(True))
    t = looked_up(t, gone, ["owner_id"])
    t = t.mutate(stands=t.expires_on.fill_null(FAR) >= on, here=t.left.isnull())
    found = t.group_by("account_id", "stands").agg(here=t.here.any(), last=t["last"].max(), over=t.over.max())
    running = found.filter(found.stands)
    speaking = running.union(found.filter(~found.stands).anti_join(running, "account_id"))
    t = speaking.filter(~speaking.here)
    told = ibis.literal("Its owner has left") + (ibis.literal("; the last day was ") + t["last"].cast("string")).fill_null("")
    return lines(t, "account.owner_left", "ask", told, since=t.over)


def _crossed(doubtful: BooleanValue) -> StringValue:
    return doubtful.ifelse("; an approval ends before it was given", "")


def leaver(judged: Table, leavers: Table) -> Table:
    """PA-029, EL-041: who has left keeps no account."""
    t = judged.join(leavers, "person_id")
    return lines(t, "account.leaver", t.step, t.detail, since=t.since)


def absent(judged: Table, away: Table, answered: Table) -> Table:
    """EL-033: whether it is needed during a long-term absence is for the manager to say; one said not to be needed is locked as that."""
    t = personal(judged).join(away, ["person_id", "pack"])
    t = t.filter((t.absence_step == "lock") | (t.status == "active"))
    given_up = answered.filter(answered.answer == "not_needed").select("account_id", given_up=ibis.literal(True))
    t = looked_up(t, given_up, ["account_id"])
    t = t.filter((t.absence_step == "lock") | t.given_up.isnull())
    return lines(t, "account.absent", t.absence_step, t.detail, since=t.since)


def untrained(judged: Table, gaps: Table) -> Table:
    """PA-011, PA-012, PA-013: each course the pack asks for is passed, still good, and declared where that is asked."""
    t = personal(judged).select("account_id", "person_id", "pack").join(gaps, ["person_id", "pack"])
    return lines(t, t.code, "ask", t.detail, topic=t.course, clause=t.clause, since=t.since)


def unregistered(judged: Table, people: Table, on: DateValue) -> Table:
    """House: who uses a clinical system is still on the professional register."""
    ended = people.filter(people.registration_expires_on < on).select("person_id", "registration_expires_on")
    t = personal(judged).filter(lambda j: j.system_kind == "clinical").join(ended, "person_id")
    detail = ibis.literal("Professional registration ran out on ") + t.registration_expires_on.cast("string")
    return lines(t, "registration.lapsed", "ask", detail, since=_after(t.registration_expires_on))


def admin_unapproved(judged: Table) -> Table:
    """EL-029: administrator rights are given for themselves."""
    t = personal(judged).filter(lambda j: (j.kind == "admin") & ~j.admin_given.fill_null(False))
    return lines(t, "account.admin_unapproved", "ask", "Nobody has authorised administrator rights here")


def unauthorised(judged: Table, on: DateValue) -> Table:
    """PA-008, EL-017: a live account rests on the authority of somebody the procedure accepts, not run out."""
    t = personal(judged).filter(lambda j: j.environment == LIVE)
    admin = t.kind == "admin"
    last = admin.ifelse(t.admin_until.coalesce(t.any_until), t.normal_until)
    any_doubtful = t.admin_until.notnull().ifelse(t.admin_doubtful, t.any_doubtful)
    t = t.mutate(last=last, doubtful=admin.ifelse(any_doubtful, t.normal_doubtful).fill_null(False))
    t = t.filter(t["last"].isnull() | (t["last"] < on))
    missing = t["last"].isnull()
    ran_out = ibis.literal("Its approval ran out on ") + t["last"].cast("string") + _crossed(t.doubtful)
    detail = missing.ifelse(ibis.literal("Nobody whom the procedure accepts has authorised it") + _refused(t), ran_out)
    code = missing.ifelse("authorisation.missing", "authorisation.expired")
    return lines(t, code, (missing | t.doubtful).ifelse("ask", "lock"), detail, since=_after(t["last"]))


def environment(judged: Table, on: DateValue) -> Table:
    """PA-018, PA-019: a non-live account is authorised for that environment, by the role the pack names."""
    t = personal(judged).filter(lambda j: j.environment != LIVE)
    admin = t.kind == "admin"
    doubtful = admin.ifelse(t.any_doubtful, t.normal_doubtful).fill_null(False)
    t = t.mutate(last=admin.ifelse(t.any_until, t.normal_until), doubtful=doubtful)
    t = t.filter(t["last"].isnull() | (t["last"] < on))
    ran_out = ibis.literal("Its approval for ") + t.environment + " ran out on " + t["last"].cast("string") + _crossed(t.doubtful)
    nobody = ibis.literal("Nobody whom the procedure names has authorised it for ") + t.environment + _refused(t)
    detail = t["last"].isnull().ifelse(nobody, ran_out)
    return lines(t, "environment.unauthorised", t.doubtful.ifelse("ask", "lock"), detail, since=_after(t["last"]))


def _refused(t: Table) -> StringValue:
    """Why the last approval that is no authority is none, behind what is wrong; empty where there is none such."""
    return (ibis.literal(": ") + t.refused).fill_null("")


def entitlement(differences: Table) -> Table:
    """PA-025, PA-026, EL-018: roles and teams are those authorised, no more and no less."""
    word = (differences.topic == "roles").ifelse("Roles", "Teams")
    team = (differences.topic == "teams").ifelse("_team", "")
    d = differences.mutate(word=word, team=team)
    extra, lacking = d.filter(d.extra != ""), d.filter(d.lacking != "")
    return ibis.union(
        lines(
            extra,
            "entitlement.excess",
            "amend",
            extra.word + " nobody authorised: " + extra.extra,
            topic=extra.topic,
            duty=ibis.literal("entitlement.excess") + extra.team,
        ),
        lines(
            lacking,
            "entitlement.missing",
            "amend",
            lacking.word + " authorised but not given: " + lacking.lacking,
            topic=lacking.topic,
            duty=ibis.literal("entitlement.missing") + lacking.team,
        ),
    )


def personal(judged: Table) -> Table:
    """The accounts that are surely one person's own: rules about the holder run on no others."""
    return judged.filter(judged.person_id.notnull() & judged.kind.isin(OF_A_PERSON))


def _after(last: DateValue) -> DateValue:
    """The day after a last day that has passed; null where there is none."""
    return day_after(last, ibis.interval(days=1))


def lines(
    t: Table,
    code: Value | str,
    step: Value | str,
    detail: Value | str,
    *,
    topic: Value | str = "",
    duty: Value | str | None = None,
    clause: Value | None = None,
    since: DateValue | None = None,
) -> Table:
    said = {"code": code, "step": step, "duty": code if duty is None else duty, "clause": ibis.null("string") if clause is None else clause}
    said |= {"topic": topic, "detail": detail, "since": ibis.null("date") if since is None else since}
    values = {name: ibis.literal(v, "string") if isinstance(v, str) else v for name, v in said.items()}
    return t.select("account_id", **values)
