"""Lists over real rows: what is shown, in which order, and with how many queries."""

from dataclasses import dataclass

import pytest
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from careward.people.staff.models import Organisation
from careward.systems.register.models import System
from careward.web import lists
from careward.web.listing import shown

KINDS = ("clinical", "corporate", "infrastructure")
LIST = lists.Listing(
    noun="systems",
    columns=(
        lists.ColumnHead("System", "name", ("name",)),
        lists.ColumnHead("Kind", "kind", ("-kind", "name")),
        lists.ColumnHead("Pack"),
    ),
    filters=(
        lists.Text("q", "Name", ("name", "code")),
        lists.Choice(
            "owned", "Owner", (lists.Option("yes", "Named"), lists.Option("no", "Not named")),
            wheres={"yes": ~Q(system_owner=""), "no": Q(system_owner="")},
        ),
        lists.Choice("pack", "Pack", (lists.Option("base", "Base"), lists.Option("tewv", "TEWV")), "pack"),
        lists.Many("kind", "Kind", tuple(lists.Option(k, k.title()) for k in KINDS), "kind"),
    ),
    sort="name",
    size=10,
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    name: str


@pytest.fixture
def register(db):
    organisation = Organisation.objects.create(ods_code="RNM", name="Northmoor")
    System.objects.bulk_create(
        System(
            organisation=organisation, code=f"s{n:02}", name=f"System {n % 7}", kind=KINDS[n % 3],
            pack="tewv" if n % 2 else "base", system_owner="Owner" if n % 5 == 0 else "",
        )
        for n in range(45)
    )  # fmt: skip
    return System.objects.filter(organisation=organisation)


@pytest.mark.parametrize(
    "address", [{}, {"q": "system 1"}, {"kind": ["clinical", "corporate"], "pack": "tewv", "page": "99", "sort": "-kind"}]
)
def test_the_number_of_queries_does_not_grow(register, address, django_assert_max_num_queries):
    asked = lists.parse(LIST, address)
    with django_assert_max_num_queries(3):  # the rows, how many of each kind, and how many in all where the list is narrowed
        page = lists.apply(LIST, asked, register)
        shown(LIST, asked, page.map(lambda s: Named(s.name)))
    assert page.rows


def test_a_page_beyond_the_end_shows_the_last(register):
    page = lists.apply(LIST, lists.parse(LIST, {"page": "99"}), register)
    assert (page.number, page.last, len(page.rows), page.first_row, page.last_row) == (5, 5, 5, 41, 45)


def test_pages_together_hold_every_row_once_and_in_order(register):
    for sort in ("name", "-name", "kind", "-kind"):
        pages = [lists.apply(LIST, lists.parse(LIST, {"page": str(n), "sort": sort}), register).rows for n in range(1, 6)]
        rows = [row for page in pages for row in page]
        assert len({row.pk for row in rows}) == len(rows) == 45
        assert rows == list(lists.matching(LIST, lists.parse(LIST, {"sort": sort}), register))
        if sort in ("name", "-name"):
            assert [r.name for r in rows] == sorted((r.name for r in rows), reverse=sort == "-name")


def test_counts_say_what_each_choice_would_show(register):
    asked = lists.parse(LIST, {"pack": "tewv", "kind": ["clinical"]})
    page = lists.apply(LIST, asked, register)
    for kind in KINDS:
        alone = lists.apply(LIST, lists.parse(LIST, {"pack": "tewv", "kind": [kind]}), register)
        assert page.counts["kind"][kind] == alone.total
    assert (page.total, page.all) == (page.counts["kind"]["clinical"], 45)


@pytest.mark.parametrize(
    "asked", [{}, {"pack": "tewv"}, {"kind": ["clinical", "corporate"], "q": "system 1"}, {"kind": KINDS}, {"q": "none"}]
)
def test_a_total_told_by_counts_is_what_counting_tells(register, asked):
    wanted = lists.parse(LIST, asked)
    page = lists.apply(LIST, wanted, register)
    assert page.total == lists.narrowed(LIST, wanted, register).count() and page.all == 45
    assert lists.apply(LIST, wanted, register, whole=45) == page


def test_words_are_found_anywhere_and_all_of_them(register):
    assert lists.apply(LIST, lists.parse(LIST, {"q": "stem 3 SYS"}), register).total == sum(
        n % 7 == 3 or "3" in f"{n:02}" for n in range(45)
    )
    assert lists.apply(LIST, lists.parse(LIST, {"q": "s07"}), register).total == 1
    assert lists.apply(LIST, lists.parse(LIST, {"q": "100%_"}), register).total == 0


def test_a_condition_of_its_own(register):
    named = lists.apply(LIST, lists.parse(LIST, {"owned": "yes"}), register)
    without = lists.apply(LIST, lists.parse(LIST, {"owned": "no"}), register)
    assert (named.total, without.total) == (9, 36)


def test_nothing_there_asks_for_no_page(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        page = lists.apply(LIST, lists.Asked(), System.objects.none())
    assert (page.rows, page.total, page.last) == ((), 0, 1)


def test_a_download_holds_all_that_match(register):
    asked = lists.parse(LIST, {"kind": ["clinical"], "page": "2", "as": "csv"})
    assert len(list(lists.stream(lists.matching(LIST, asked, register), chunk=4))) == 15


class AnyAddress(TestCase):
    """The count, the rows and the filters agree, whatever is asked."""

    @settings(max_examples=30)
    @given(
        names=st.lists(st.sampled_from(["Paris", "ePMA", "Rio 100%", "x_y"]), max_size=6),
        text=st.sampled_from(["", "a", "100%", "_", "paris e", "'\"", "\\"]),
        kinds=st.sets(st.sampled_from(KINDS)),
    )
    def test_agrees_with_plain_python(self, names, text, kinds):
        organisation = Organisation.objects.create(ods_code="X", name="X")
        for n, name in enumerate(names):
            System.objects.create(organisation=organisation, code=str(n), name=name, kind=KINDS[n % 3])
        asked = lists.parse(LIST, {"q": [text], "kind": sorted(kinds)})
        page = lists.apply(LIST, asked, System.objects.filter(organisation=organisation))
        found = [
            (name, n) for n, name in enumerate(names)
            if all(w in name.lower() or w in str(n) for w in text.lower().split()) and (not kinds or KINDS[n % 3] in kinds)
        ]  # fmt: skip
        assert page.total == len(found)
        assert [(r.name, int(r.code)) for r in page.rows] == sorted(found)


def test_what_is_no_choice_of_a_filter_is_said_and_the_rest_counts(register):
    asked = lists.parse(LIST, {"kind": ["clinical", "nonsense"], "pack": "x\0y", "owned": "any", "q": "system"})
    drawn = shown(LIST, asked, lists.apply(LIST, asked, register))
    assert drawn.unknown == (("Pack", "x y"), ("Kind", "nonsense"))
    assert asked.of("kind") == ("clinical",) and asked.of("pack") == ()
    assert lists.parse(LIST, {"kind": "clinical", "pack": "", "owned": "yes"}).unknown == ()
