"""What somebody's answer about an account comes to. Must agree with careward.access.accounts.rules.answers.

Few accounts have been answered about, so that what counts is a stage of its own: one row an account at most.
"""

import ibis
from ibis.expr.types import DateValue, Table, Value

from careward.engines.analysis.reconciliation.holding import day_after
from careward.engines.analysis.reconciliation.wrongs import OF_A_PERSON, lines
from careward.engines.analysis.tables import without


def answered(judged: Table, answers: Table, rules: Table, on: DateValue) -> Table:
    """The answers that count on a day, with the step and the clause of the account's own procedure, and whether disuse closes it."""
    t = answers.filter(answers.from_on <= on).join(judged, "account_id").join(rules, ["pack", "answer"])
    used_since = (t.last_used_on > t.from_on).fill_null(False)
    against = ((t.answer == "not_needed") & used_since) | ((t.answer == "gone") & (t.fits != 1)) | ((t.answer == "nobody") & (t.fits == 1))
    idle = on.delta(ibis.greatest(t.last_used_on, t.created_on), unit="day")
    closes = ((t.close_days > 0) & (idle >= t.close_days)).fill_null(False)
    names = ("account_id", "person_id", "kind", "fits", "answer", "from_on", "until", "answer_step", "answer_clause")
    return t.mutate(closes=closes).filter(~against).select(*names, "closes")


def not_needed(told: Table) -> Table:
    """EL-059: what was said not to be needed is shut now, unless disuse closes it already."""
    t = told.filter((told.answer == "not_needed") & (told.kind != "service") & ~told.closes)
    return _shut(t, "account.inactive", ibis.literal("Not needed, it was said on ") + t.from_on.cast("string"))


def gone(told: Table, leavers: Table) -> Table:
    """PA-029, EL-041: who has left by somebody's word, where the staff record does not say so yet."""
    t = without(told.filter((told.answer == "gone") & (told.kind != "service")), "closes").anti_join(leavers, "person_id")
    last = day_after(t.from_on, ibis.interval(days=-1)).cast("string")
    return _shut(t, "account.leaver", ibis.literal("Said to have left; the last day was ") + last)


def nobodys(told: Table) -> Table:
    """What was said to be nobody's is not asked about again: it is shut."""
    t = told.filter((told.answer == "nobody") & ((told.kind.isin(OF_A_PERSON) & (told.fits == 0)) | (told.fits > 1)))
    detail = ibis.literal("Nobody's, it was said on ") + t.from_on.cast("string")
    return _shut(t, (t.fits == 0).ifelse("account.unmatched", "account.ambiguous"), detail)


def _shut(t: Table, code: Value | str, detail: Value) -> Table:
    return lines(t, code, t.answer_step, detail, clause=t.answer_clause, since=t.from_on)
