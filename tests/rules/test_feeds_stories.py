"""One key, two stories (FEEDS B2.7): which of several rows count, whatever the feed, the columns and the order of the rows."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from careward.access.feeds import persons
from careward.core.columns import FEEDS
from careward.engines.connectors.csv.stories import OPEN, tell

OTHER = [name for name in FEEDS if name not in ("accounts", "training", "staff")]
words = st.sampled_from(["", "a", "b", "North"])
days = st.integers(0, 400).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


def placed(rows):
    return list(enumerate(rows, 2))


@given(st.sampled_from(sorted(FEEDS)), st.data(), st.integers(2, 5))
def test_rows_alike_in_every_column_are_one_in_every_feed(feed, data, times):
    names = FEEDS[feed].names
    row = tuple(data.draw(st.one_of(words, days)) if name not in ("start_on", "end_on") else data.draw(days) for name in names)
    told = tell(feed, names, placed([row] * times))
    assert (told.left_out, told.refused, told.renumbered) == (set(range(3, times + 2)), {}, {})
    assert sum(told.says.values()) == times - 1


@given(st.sampled_from(OTHER), st.lists(words, min_size=2, max_size=5))
def test_of_rows_that_differ_the_first_counts_and_the_others_are_refused(feed, said):
    names, rows = FEEDS[feed].names, placed([("k",) * (len(FEEDS[feed].names) - 1) + (word,) for word in said])
    told = tell(feed, names, rows)
    assert told.left_out | told.refused.keys() == {line for line, _ in rows[1:]}
    assert set(told.refused.values()) <= {2}
    assert len(told.refused) == len(set(said)) - 1


@given(st.lists(st.tuples(st.sampled_from(["active", "locked", "closed"]), words), min_size=2, max_size=6))
def test_an_account_that_is_open_and_closed_counts_as_open_and_is_asked_about(said):
    told = tell("accounts", ("username", "status", "roles"), placed([("u", status, roles) for status, roles in said]))
    kept = [said[line - 2] for line in range(2, len(said) + 2) if line not in told.left_out | told.refused.keys()]
    opened = [each for each in said if each[0] in OPEN]
    assert kept == [(opened or said)[0]]
    assert bool(told.contradicted) == (0 < len(opened) < len(said))
    assert all(said[line - 2] in opened for line in told.contradicted)


@given(st.lists(st.tuples(st.sampled_from(["passed", "failed"]), days), min_size=2, max_size=6))
def test_a_pass_counts_over_a_fail_of_the_same_day(said):
    told = tell("training", ("course_code", "result", "expires_on"), placed([("dspt", *each) for each in said]))
    kept = [said[line - 2] for line in range(2, len(said) + 2) if line not in told.left_out | told.refused.keys()]
    assert len(kept) == 1
    assert kept[0][0] == ("passed" if any(result == "passed" for result, _ in said) else "failed")


@given(st.permutations(range(5)), st.lists(days, min_size=2, max_size=5, unique=True))
def test_the_history_of_an_assignment_is_kept_whole_and_the_last_keeps_its_number(order, begins):
    begins = [begins[i] for i in order if i < len(begins)]
    told = tell("staff", ("assignment_number", "start_on", "team"), placed([("A1", day, "North") for day in begins]))
    assert not told.left_out
    assert not told.refused
    last = begins.index(max(begins)) + 2
    assert told.renumbered.keys() == set(range(2, len(begins) + 2)) - {last}
    in_order = [told.renumbered[begins.index(day) + 2] for day in sorted(begins)[:-1]]
    assert in_order == [f"A1 (earlier {n})" for n in range(1, len(begins))]


people = st.lists(
    st.tuples(st.sampled_from(["E1", "E2"]), st.sampled_from(["Archer", "archer", "ARCHER ", "Baker"]), st.none() | days), max_size=6
)


@given(people)
def test_the_rows_of_a_number_are_of_one_person_only_if_they_agree_on_name_or_birth(said):
    cells = {"last_name": [name for _, name, _ in said], "date_of_birth": [birth for *_, birth in said]}
    refused = {i for group in persons.of_two_people(persons.rows_of_each([number for number, *_ in said]), cells) for i in group}
    for number in ("E1", "E2"):
        rows = [i for i, each in enumerate(said) if each[0] == number]
        names, births = {said[i][1].strip().casefold() for i in rows}, {said[i][2] for i in rows}
        one = len(names) <= 1 or (len(births) == 1 and None not in births)
        assert refused & set(rows) == (set() if one else set(rows))


@given(st.sampled_from(persons.OF_ALL_POSTS), st.lists(st.tuples(st.sampled_from(["E1", "E2"]), words), min_size=2, max_size=6))
def test_an_identifier_on_one_post_is_theirs_on_all(column, said):
    numbers, cells = [number for number, _ in said], {column: [value for _, value in said]}
    persons.spread(persons.rows_of_each(numbers), cells)
    for number, value in zip(numbers, cells[column], strict=True):
        given_there = [word for other, word in said if other == number and word]
        assert value == "" if not given_there else value in given_there
    assert all(was in ("", now) for (_, was), now in zip(said, cells[column], strict=True))


@given(st.integers(2, 9), st.sampled_from(persons.SHARED))
def test_what_more_than_three_share_is_said(count, column):
    assume(column in persons.SHARED)

    class Someone:
        email = smartcard_uuid = ""
        gone_on = None

    found = [Someone() for _ in range(count)]
    for each in found:
        setattr(each, column, "ward7@trust.example")
    told = persons.shared_by_many(found)
    assert told == ([] if count <= persons.MOST_SHARING else [
        f"{column}: 1 value is shared by more than 3 people, {count} in all. No account is matched by it."
    ])  # fmt: skip
