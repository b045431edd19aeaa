"""Approvals: never oneself, never what one asked for, never other content, whatever is done in whatever order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from careward.core.decision import ALLOWED, refuse
from careward.work.approvals import rules
from careward.work.approvals.rules import APPROVAL, CONTENT, DECIDE, Answer, Content, Matter, Who

GOOD = "The ward moved to another trust"
PEOPLE = [Who("user/1", 1), Who("user/2", 2, frozenset({1})), Who("user/3", 3), Who("user/30", 3), Who("cli/ann"), Who("user/4", 4)]
WHO = st.sampled_from(PEOPLE)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CONTENTS = st.dictionaries(st.text(max_size=5), PLAIN, max_size=3)


def codes(decision) -> list[str]:
    return [r.code for r in decision.reasons]


def answering(question: Matter, who: Who, **more):
    facts = {"may": ALLOWED, "seen": question.digest, "approves": True, "reason": GOOD, **more}
    return rules.may_answer(question, who=who, **facts)


@given(WHO, WHO, st.booleans(), st.none() | st.integers(1, 4))
def test_nobody_decides_for_themselves_nor_what_they_asked_for_judged_as_persons(asker, decider, asker_may, about):
    question = Matter("d", asker, asker_may_decide=asker_may, about_id=about)
    one = asker.name == decider.name or (asker.person_id is not None and asker.person_id == decider.person_id)
    expected = ["approval.oneself"] * (about is not None and about == decider.person_id) + ["approval.asker"] * (one and not asker_may)
    assert codes(answering(question, decider)) == expected


@given(WHO, st.integers(1, 4))
def test_a_named_person_decides_or_their_deputy_and_nobody_else(decider, approver):
    decision = answering(Matter("d", Who("job/nightly"), approver_id=approver), decider)
    assert bool(decision) == (approver == decider.person_id or approver in decider.deputy_for)
    assert decision or codes(decision) == ["approval.not_yours"]


def test_every_reason_is_given_at_once():
    question = Matter("d", PEOPLE[0], about_id=1, approver_id=4, answers=(Answer(PEOPLE[0], "d", True),))
    decision = answering(question, PEOPLE[0], may=refuse("permission.missing", "house"), seen="other", reason="ok")
    assert codes(decision) == [
        "permission.missing", "approval.not_yours", "approval.changed", "approval.oneself", "approval.asker", "approval.answered",
        "reason.missing",
    ]  # fmt: skip
    assert all(r.detail and r.remedy for r in decision.reasons[1:])


@given(st.booleans(), st.booleans(), st.sampled_from([GOOD, "", "no"]))
def test_a_refusal_always_says_why_and_an_approval_where_it_is_asked(needed, approves, reason):
    decision = answering(Matter("d", Who("job/x"), reason_needed=needed), PEOPLE[0], approves=approves, reason=reason)
    assert bool(decision) == (reason == GOOD or (approves and not needed))


@pytest.mark.parametrize("reason", ["", " " * 20, "ok", "..........", "aaaaaaaaaaaa", "no no no no no", "123123123123", "short one"])
def test_what_says_nothing_is_no_reason(reason):
    assert codes(rules.reason_given(reason)) == ["reason.missing"]


@given(st.text())
def test_a_reason_is_ten_characters_that_say_something(text):
    said = " ".join(text.split())
    letters = {c for c in said.casefold() if c.isalnum()}
    assert bool(rules.reason_given(text)) == (len(said) >= 10 and len(letters) >= 4)


@given(CONTENTS, CONTENTS)
def test_a_digest_is_of_one_content_whatever_the_order_of_its_names(one, other):
    turned = dict(reversed(list(one.items())))
    assert rules.digest_of(one) == rules.digest_of(turned)
    if rules.digest_of(one) == rules.digest_of(other):
        assert repr(sorted(one.items())) == repr(sorted(other.items())) or one == other


@given(st.sampled_from(APPROVAL.states), CONTENTS, CONTENTS)
def test_an_approval_never_counts_for_other_content(state, approved, now):
    counts = rules.stands_for(state=state, digest=rules.digest_of(approved), content=now)
    assert counts == (state == "approved" and rules.digest_of(approved) == rules.digest_of(now))


@given(st.lists(st.tuples(WHO, st.booleans(), st.sampled_from(["d", "e"])), max_size=8), st.integers(1, 3), WHO)
def test_a_quorum_is_of_different_persons_who_may_and_who_approved_exactly_this(said, quorum, asker):
    answers = tuple(Answer(w, digest, yes) for w, yes, digest in said)
    question = Matter("d", asker, quorum=quorum, answers=answers)
    fit = [a.by for a in answers if a.approves and a.digest == "d" and not a.by.is_same(asker)]
    persons = {w.person_id if w.person_id is not None else w.name for w in fit}
    assert bool(rules.enough(question)) == (len(persons) >= quorum)
    assert not rules.enough(replace(question, digest="moved on")) or "moved on" in {a.digest for a in answers}


def test_only_the_asker_takes_a_question_back():
    question = Matter("d", PEOPLE[2])
    assert rules.may_withdraw(question, PEOPLE[2]) and rules.may_withdraw(question, PEOPLE[3])
    assert codes(rules.may_withdraw(question, PEOPLE[0])) == ["approval.not_asked_by_you"]


def test_content_is_kept_as_plain_values():
    content = Content((("Gone", "3"),), ({"code": "feed.dropped"},), ("Name",), (("Ann",),), 9, {"file": "abc"})
    assert content.as_data() == {
        "facts": [["Gone", "3"]], "reasons": [{"code": "feed.dropped"}], "heads": ["Name"], "rows": [["Ann"]], "of": 9,
        "bound": {"file": "abc"},
    }  # fmt: skip


class AnyOrder(RuleBasedStateMachine):
    """Somebody asks, anybody answers, content changes, questions are taken back: in any order, one person never both asks and approves."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.content, self.question = "", 0, None
        self.approved_for: set[str] = set()

    @rule(who=WHO, quorum=st.integers(1, 2))
    def ask(self, who, quorum):
        if self.state in ("", "refused", "withdrawn", "stale"):
            self.state, self.question = "waiting", Matter(str(self.content), who, quorum=quorum)

    @precondition(lambda self: self.question)
    @rule(who=WHO, approves=st.booleans(), seen=st.integers(0, 3), reason=st.sampled_from([GOOD, "ok"]))
    def answer(self, who, approves, seen, reason):
        name = "approve" if approves else "refuse"
        may = APPROVAL.may(name, state=self.state, holds={DECIDE}, gates={"quorum": ALLOWED})
        may &= rules.may_answer(self.question, who=who, may=ALLOWED, seen=str(seen), approves=approves, reason=reason)
        if may:
            told = (*self.question.answers, Answer(who, str(seen), approves))
            self.question = replace(self.question, answers=told)
            if not approves:
                self.state = "refused"
            elif rules.enough(self.question):
                self.state = "approved"

    @precondition(lambda self: self.question)
    @rule()
    def change(self):
        self.content += 1
        if APPROVAL.may("go_stale", state=self.state, holds=CONTENT, gates={}):
            self.state = "stale"

    @precondition(lambda self: self.question)
    @rule(who=WHO)
    def withdraw(self, who):
        asks = APPROVAL.may("withdraw", state=self.state, holds={rules.ASK}, gates={})
        if asks & rules.may_withdraw(self.question, who):
            self.state = "withdrawn"

    @invariant()
    def nobody_both_asked_and_approved(self):
        if self.state == "approved":
            yes = [a.by for a in self.question.answers if a.approves]
            assert len({w.person_id or w.name for w in yes}) >= self.question.quorum
            assert not any(w.is_same(self.question.asked_by) for w in yes)

    @invariant()
    def what_is_approved_is_what_is(self):
        if self.state == "approved":
            assert {a.digest for a in self.question.answers} == {str(self.content)}


TestAnyOrder = AnyOrder.TestCase
