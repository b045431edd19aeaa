"""Rows written past the ORM read back as rows the ORM wrote, on whichever database the tests run on."""

import gc
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from operator import itemgetter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from careward.access.accounts.models import Account
from careward.access.accounts.shapes import ACCOUNT
from careward.access.feeds.merge import Refusals, arrange, as_day
from careward.core.columns import canonical_list
from careward.evidence.rows import bulk
from careward.people.staff.models import Organisation
from careward.systems.register.models import System
from tests.make.feeds import feed_file

COLUMNS = (*ACCOUNT.columns, *ACCOUNT.fixed)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
moments = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=1))]))
accounts = st.fixed_dictionaries(
    {
        "username": texts.filter(bool),
        "display_name": texts,
        "created_on": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        "last_used_at": st.none() | moments,
        "roles": texts,
    }
)

username = itemgetter(ACCOUNT.columns.index("username"))


def kept(file):
    """A file's rows in the form the database keeps."""
    return list(arrange(ACCOUNT, file.whole().cells, Refusals(file.name, file.lines), bulk.storing_written()).rows.values())


class BothWays(TestCase):
    def make(self):
        """Hypothesis runs each example in a transaction of its own, so each makes its own rows."""
        trust = Organisation.objects.create(ods_code="RX3", name="A trust")
        systems = [System.objects.create(organisation=trust, code=c, name=c, kind="clinical") for c in ("bulk", "orm")]
        day = as_day(date(2026, 11, 22), bulk.storing())
        return systems, (trust.pk, systems[0].pk, day)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(st.lists(accounts, max_size=5, unique_by=lambda a: a["username"]))
    def test_inserted_and_read_as_the_orm_would(self, changes):
        systems, fixed = self.make()
        theirs = systems[1]
        file = feed_file("accounts", *changes)
        rows = kept(file)
        ids = bulk.Ids().take(ACCOUNT.table, len(rows))
        bulk.insert(ACCOUNT.table, COLUMNS, [(n, *r, *fixed) for n, r in zip(ids, rows, strict=True)])
        for row in file.rows:
            said = dict(zip(file.columns, row, strict=True))
            said |= {"roles": canonical_list(said["roles"]), "teams": canonical_list(said["teams"])}
            Account.objects.create(organisation=theirs.organisation, system=theirs, seen_on=date(2026, 11, 22), **said)
        own = {"id", "system_id"}
        seen = [
            [{k: v for k, v in a.items() if k not in own} for a in Account.objects.filter(system=s).order_by("id").values()]
            for s in systems
        ]
        assert seen[0] == seen[1]
        raw = [sorted((r[1:] for r in bulk.read(ACCOUNT.table, ACCOUNT.columns, {"system_id": s.pk})), key=username) for s in systems]
        assert raw[0] == raw[1] == sorted(rows, key=username)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(accounts, accounts)
    def test_updated_as_the_orm_would(self, before, after):
        (mine, _), fixed = self.make()
        (first,), (then,) = kept(feed_file("accounts", before)), kept(feed_file("accounts", after))
        (number,) = bulk.Ids().take(ACCOUNT.table, 1)
        bulk.insert(ACCOUNT.table, COLUMNS, [(number, *first, *fixed)])
        bulk.update(ACCOUNT.table, ACCOUNT.columns, [(number, *then)])
        assert bulk.read(ACCOUNT.table, ACCOUNT.columns, {"system_id": mine.pk}) == [(number, *then)]
        account = Account.objects.get(pk=number)
        assert {n: getattr(account, n) for n in ("username", "display_name", "created_on", "last_used_at")} == {
            n: after[n] for n in ("username", "display_name", "created_on", "last_used_at")
        }


@pytest.mark.django_db
def test_ids_go_on_from_the_last_and_are_never_given_twice():
    trust = Organisation.objects.create(ods_code="RX3", name="A trust")
    ids = bulk.Ids()
    first = [*ids.take("systems_system", 2), *ids.take("systems_system", 3)]
    assert len(set(first)) == 5
    bulk.insert(
        "systems_system",
        ("organisation_id", "code", "name", "kind", *REST),
        [(n, trust.pk, f"s{n}", "S", "clinical", *[""] * 10) for n in first],
    )
    System.objects.filter(pk=first[-1]).delete()
    assert System.objects.create(organisation=trust, code="orm", name="S", kind="clinical").pk > first[-1]
    assert bulk.Ids().take("systems_system", 1)[0] > first[-1]
    assert ids.take("systems_system", 0) == ()


REST = (
    "description",
    "administrator_title",
    "administrator_contact",
    "service_owner",
    "system_owner",
    "technical_owner",
    "request_channel",
    "connector",
    "pack",
    "version",
)


def test_provisional_ids_touch_no_database():
    ids = bulk.Provisional()
    assert [*ids.take("t", 2), *ids.take("t", 2), *ids.take("other", 1)] == [-1, -2, -3, -4, -1]


@given(st.sets(st.integers(1, 60)))
def test_ranges_cover_exactly_the_ids(ids):
    runs = bulk.as_ranges(ids)
    assert [n for first, last in runs for n in range(first, last + 1)] == sorted(ids)
    assert all(b[0] > a[1] + 1 for a, b in pairwise(runs))


@pytest.mark.django_db
def test_rows_that_something_holds_stay():
    trust = Organisation.objects.create(ods_code="RX3", name="A trust")
    made = [System.objects.create(organisation=trust, code=f"s{n}", name="S", kind="clinical") for n in range(4)]
    run = (made[0].pk, made[-1].pk)
    assert bulk.remove("systems_system", [run], ["t.code = 's2'", "t.code = 's0'"]) == [made[0].pk, made[2].pk]
    assert System.objects.count() == 2


def test_the_collector_is_off_meanwhile_and_on_again_even_after_a_fault():
    with pytest.raises(ZeroDivisionError), bulk.collector_off():
        assert not gc.isenabled()
        1 / 0
    assert gc.isenabled()


@pytest.mark.django_db
def test_the_database_counts_anew_after_many_changes_only(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.count_rows_anew(bulk.MANY - 1)
    with django_assert_num_queries(1):
        bulk.count_rows_anew(bulk.MANY)
    with django_assert_num_queries(2) as asked:
        bulk.count_rows_anew(bulk.MANY, [System, Organisation])
    assert [query["sql"] for query in asked] == ['ANALYZE "systems_system"', 'ANALYZE "people_organisation"']
