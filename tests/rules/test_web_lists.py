"""What a list can be asked: anything may stand in an address, and only what the list knows is heard."""

from dataclasses import replace
from urllib.parse import parse_qs

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from careward.web import lists
from careward.web.asked import LONGEST
from careward.web.listing import shown

LIST = lists.Listing(
    noun="findings",
    columns=(
        lists.ColumnHead("Account", "account", ("username",)),
        lists.ColumnHead("Due", "due", ("due_on",), upward="Due, soonest first", downward="Due, latest first"),
        lists.ColumnHead("Clause"),
        lists.ColumnHead("Rows", "rows", ("rows",), numeric=True),
    ),
    filters=(
        lists.Text("q", "Name", ("username", "name")),
        lists.Choice("system", "System", (lists.Option("paris", "PARIS"), lists.Option("epma", "ePMA")), "system"),
        lists.Choice("state", "State", (lists.Option("open", "Open"), lists.Option("done", "Put right")), "state", preset="open"),
        lists.Many("kind", "What is wrong", tuple(lists.Option(k, k.title()) for k in ("idle", "left", "orphan")), "code"),
    ),
    sort="due",
)
KNOWN = {"q", "system", "state", "kind", "sort", "page", "as"}
JUNK = st.text(max_size=30) | st.sampled_from(
    [
        "open",
        "any",
        "paris",
        "idle",
        "left",
        "due",
        "-due",
        "-account",
        "Clause",
        "-1",
        "0",
        "2",
        "٣",
        "²",
        "9" * 30,
        "csv",
        "xlsx",
        "pk",
        "username__password",
    ]
)
ADDRESSES = st.dictionaries(st.sampled_from(sorted(KNOWN)) | st.text(max_size=6), st.lists(JUNK, max_size=4), max_size=8)


@given(ADDRESSES)
def test_no_address_is_an_error_and_only_known_values_are_heard(given_):
    asked = lists.parse(LIST, given_)
    assert {name for name, _ in asked.chosen} <= {"q", "system", "state", "kind"}
    assert set(asked.of("system")) <= {"paris", "epma"} and len(asked.of("system")) <= 1
    assert set(asked.of("kind")) <= {"idle", "left", "orphan"}
    assert asked.sort in ("", "-due", "account", "-account", "rows", "-rows")
    assert 1 <= asked.page <= lists.FARTHEST
    assert asked.download in ("", "csv", "xlsx")
    assert len(asked.one("q")) <= LONGEST and "\0" not in asked.one("q")


@given(ADDRESSES)
def test_the_valid_rest_is_kept(given_):
    asked = lists.parse(LIST, given_ | {"kind": ["orphan", "nonsense"], "sort": ["-account"]})
    assert asked.of("kind") == ("orphan",)
    assert asked.sort == "-account"


@given(ADDRESSES)
def test_an_address_written_and_read_again_asks_the_same(given_):
    asked = lists.parse(LIST, given_)
    assert lists.parse(LIST, parse_qs(lists.address(LIST, asked)[1:])) == replace(asked, unknown=())


@given(ADDRESSES)
def test_a_tag_takes_away_its_own_value_and_nothing_else(given_):
    asked = lists.parse(LIST, given_)
    view = shown(LIST, asked, lists.Page((), 1, 50, 0, 9))
    assert len(view.tags) == view.filters_on == sum(len(v) for _, v in asked.chosen)
    chosen = [(name, value) for name, values in asked.chosen for value in values]
    for (name, value), tag in zip(chosen, view.tags, strict=True):
        left = lists.parse(LIST, parse_qs(tag.href[1:]))
        assert [(n, v) for n, values in left.chosen for v in values] == [c for c in chosen if c != (name, value)]
        assert left.page == 1
    assert not lists.parse(LIST, parse_qs(view.clear_href[1:])).chosen


def test_a_query_dict_is_read_like_any_mapping():
    asked = lists.parse(LIST, QueryDict("kind=idle&kind=left&system=paris&page=3&q=+Gareth++Pym+"))
    assert asked.of("kind") == ("idle", "left")
    assert (asked.one("system"), asked.one("q"), asked.page) == ("paris", "Gareth Pym", 3)


def test_a_preset_holds_until_it_is_turned_off():
    assert lists.parse(LIST, {}).one("state") == "open"
    assert lists.parse(LIST, {"state": "any"}).one("state") == ""
    assert lists.parse(LIST, {"state": "done"}).one("state") == "done"
    assert lists.parse(LIST, {"state": "nonsense"}).one("state") == "open"


def test_a_list_without_downloads_gives_none():
    plain = lists.Listing("clauses", (lists.ColumnHead("Clause"),), downloads=False)
    asked = lists.parse(plain, {"as": "csv"})
    assert asked.download == ""
    assert shown(plain, asked, lists.Page((1,), 1, 50, 1, 1)).downloads == ()


@given(st.integers(0, 10**7), st.integers(1, 500), st.integers(1, 10**6))
def test_pages_cover_every_row_once(total, size, asked_page):
    last = max(1, -(-total // size))
    page = lists.Page((), min(asked_page, last), size, total, total)
    assert page.last == last
    assert (page.first_row, page.last_row) == (0, 0) if not total else 1 <= page.first_row <= page.last_row <= total
    links = shown(LIST, lists.Asked(page=page.number), page).pages
    numbers = [link.number for link in links if link.href]
    assert numbers == sorted(set(numbers)) and numbers[0] == 1 and numbers[-1] == last
    assert [link.number for link in links if link.current] == [page.number]
    assert len(links) <= 11


def test_dots_stand_for_two_pages_or_more():
    links = shown(LIST, lists.Asked(page=5), lists.Page((), 5, 50, 450, 450)).pages
    assert [link.number for link in links] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    links = shown(LIST, lists.Asked(page=10), lists.Page((), 10, 50, 1000, 1000)).pages
    assert [link.number for link in links] == [1, 0, 8, 9, 10, 11, 12, 0, 20]


def test_heads_sort_and_turn():
    by_due = {head.title: head for head in shown(LIST, lists.Asked(), lists.Page((1,), 1, 50, 1, 1)).heads}
    assert (by_due["Due"].aria_sort, by_due["Account"].aria_sort, by_due["Clause"].href) == ("ascending", "", "")
    assert lists.parse(LIST, parse_qs(by_due["Due"].href[1:])).sort == "-due"
    assert lists.parse(LIST, parse_qs(by_due["Account"].href[1:])).sort == "account"
    turned = {head.title: head for head in shown(LIST, lists.Asked(sort="-due"), lists.Page((1,), 1, 50, 1, 1)).heads}
    assert turned["Due"].aria_sort == "descending"
    assert lists.parse(LIST, parse_qs(turned["Due"].href[1:])).sort == ""
    assert turned["Rows"].numeric


def test_the_select_names_the_order_in_words():
    view = shown(LIST, lists.Asked(sort="-account"), lists.Page((1,), 1, 50, 1, 1))
    assert [s.words for s in view.sorts if s.chosen] == [view.sorted_words] == ["Account, last first"]
    assert "Due, soonest first" in [s.words for s in view.sorts]


def test_the_title_says_how_many_and_which_page():
    assert shown(LIST, lists.Asked(), lists.Page((), 2, 12, 36, 412)).title == "Findings: 36 of 412, page 2 of 3"
    assert shown(LIST, lists.Asked(), lists.Page((), 1, 50, 1204, 1204)).title == "Findings: 1,204, page 1 of 25"
    assert shown(LIST, lists.Asked(), lists.Page((), 1, 50, 2, 2)).title == "Findings: 2"


@given(ADDRESSES, st.text("abc xyz", min_size=1).filter(str.strip), st.integers(1, 9))
def test_under_a_number_no_address_of_a_list_holds_what_was_typed(given_, typed, page):
    asked = lists.parse(LIST, {**given_, "q": typed, "view": "4711"})
    drawn = shown(LIST, asked, lists.Page((1,), page, 1, 9, 20))
    addresses = [drawn.previous, drawn.next, *(link.href for link in drawn.pages), *(d.href for d in drawn.downloads)]
    for address in filter(None, addresses):
        assert parse_qs(address[1:])["view"] == ["4711"] and "q" not in parse_qs(address[1:])
    away = parse_qs(lists.address(LIST, lists.without(asked, "q", asked.one("q")))[1:], keep_blank_values=True)
    assert "view" not in away and "q" not in away
