"""What is wrong with holders, person by person and pack by pack: gone, away, not trained.

Must agree with careward.people.staff.rules.
Each table here is about people, not accounts, so it is small however many accounts a person has.
"""

import ibis
from ibis.expr.types import BooleanValue, DateValue, IntervalValue, Table

from careward.engines.analysis.reconciliation.matching import plain
from careward.engines.analysis.tables import looked_up, without

FAR = ibis.date("9999-12-31")  # a blank end means no end
LONG_AGO = ibis.date("0001-01-01")


def day_after(start: DateValue, length: IntervalValue) -> DateValue:
    """The day some days or months on; DuckDB makes a moment of such a sum, and Ibis does not know it."""
    return (start + length).cast("timestamp").cast("date")


def leavers(assignments: Table, on: DateValue) -> Table:
    """PA-029, EL-041: persons whose every assignment has ended, and the last day known."""
    a = assignments.mutate(ended=_ended(assignments, on), last_day=_last_day(assignments, on), over_from=_over_from(assignments, on))
    a = a.mutate(doubtful=crossed(a.start_on, a.end_on) & (a.gone_on.fill_null(FAR) > on))
    found = a.group_by("person_id").agg(
        rows=a.count(), over=a.ended.sum(), last=a.last_day.max(), since=a.over_from.max(), doubtful=a.doubtful.any()
    )
    told = (ibis.literal("This person has left; their last day was ") + found.last.cast("string")).fill_null(
        "The staff list says that this person has left"
    )
    told += found.doubtful.ifelse("; the staff list has an end before the start", "")
    step = found.doubtful.ifelse("ask", "close")
    return found.filter(found.rows == found.over).select("person_id", "since", "last", step=step, detail=told)


def crossed(begins: DateValue, ends: DateValue) -> BooleanValue:
    """Whether a row contradicts itself: what it tells of ends before it begins."""
    return (ends < begins).fill_null(False)


def _ended(a: Table, on: DateValue) -> BooleanValue:
    return (
        ((a.status.fill_null("") == "terminated") & a.end_on.isnull()) | (a.end_on.fill_null(FAR) < on) | (a.gone_on.fill_null(FAR) <= on)
    )


def _last_day(a: Table, on: DateValue) -> DateValue:
    return ibis.cases((a.end_on < on, a.end_on), (a.gone_on <= on, a.gone_on))


def _over_from(a: Table, on: DateValue) -> DateValue:
    gone = (a.gone_on <= on) & ~(a.end_on < on).fill_null(False)
    return ibis.cases((gone, a.gone_on), else_=day_after(a.end_on, ibis.interval(days=1)))


def away(absences: Table, assignments: Table, kinds: Table, statuses: Table, on: DateValue) -> Table:
    """EL-033: persons on long-term absence, as each pack counts it, by an absence or by the status of every current assignment."""
    now = absences.filter(absences.from_on.fill_null(LONG_AGO) <= on, on < absences.to_on.fill_null(FAR)).join(kinds, "kind")
    by_absence = now.select("person_id", "pack", since=now.from_on, absence=ibis.literal(True))
    current = assignments.filter(~_ended(assignments, on))
    totals = current.group_by("person_id").agg(rows=current.count())
    long = current.join(statuses, current.status == statuses.kind).group_by("person_id", "pack").agg(long=lambda t: t.count())
    every = long.join(totals, "person_id").filter(lambda t: t.rows == t.long)
    by_status = every.select("person_id", "pack", since=ibis.null("date"), absence=ibis.literal(False))
    both = by_absence.union(by_status).group_by("person_id", "pack").agg(since=lambda t: t.since.min(), absence=lambda t: t.absence.any())
    told = ibis.cases(
        (both.since.notnull(), ibis.literal("On long-term absence since ") + both.since.cast("string")),
        (both.absence, "On long-term absence"),
        else_="Away for long, as the staff list says of each of their posts",
    )
    return both.select("person_id", "pack", "since", detail=told)


def untrained(people: Table, training: Table, courses: Table, names: Table, on: DateValue) -> Table:
    """PA-011, PA-012, PA-013: each course of each pack that a person has not passed, has let run out, or has not declared."""
    best = _best(training, courses, names, on)
    asked = people.select("person_id").cross_join(courses)
    t = looked_up(asked, best, ["person_id", "pack", "course"])
    undeclared = t.declaration & (t.until >= on) & ~t.declared.fill_null(False)
    t = t.mutate(
        code=ibis.cases((t.until < on, "training.expired"), else_="training.missing"),
        clause=undeclared.fill_null(False).ifelse(t.declaration_clause, t.clause),
        detail=t.title
        + ibis.cases(
            (t.until.isnull(), ": no pass on record"),
            (t.until < on, ibis.literal(" ran out on ") + t.until.cast("string")),
            else_=": no signed declaration on record",
        ),
        wrong=t.until.isnull() | (t.until < on) | undeclared,
    )
    t = t.filter(t.wrong).mutate(since=(t.until < on).ifelse(day_after(t.until, ibis.interval(days=1)), None))
    return t.select("person_id", "pack", "course", "code", "clause", "detail", "since")


def _best(training: Table, courses: Table, names: Table, on: DateValue) -> Table:
    passed = training.filter(training.result == "passed", training.completed_on <= on).mutate(course_key=plain(training.course))
    t = without(passed, "course").join(names, "course_key").join(courses, ["pack", "course"])
    lasting = ibis.cases((t.months > 0, day_after(t.completed_on, t.months.as_interval("M"))), else_=FAR)
    t = t.mutate(good_until=t.expires_on.fill_null(lasting))
    signed = (t.good_until >= on) & (t.declaration_signed_on.fill_null(FAR) <= on)
    return t.group_by("person_id", "pack", "course").agg(until=t.good_until.max(), declared=signed.any())
