"""Figures kept over tables of evidence: counted once while nothing changes, and never another figure than what is stored."""

import random
from collections.abc import Callable
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from careward.core.ports import Measured
from careward.evidence.tables import figures
from careward.governance.procedures.measures import collected
from careward.people.signin.models import User
from careward.people.staff.models import Assignment, Organisation, Person
from careward.systems.register.models import System
from tests.make import people

pytestmark = pytest.mark.django_db(transaction=True)

SURNAMES = ("Ashe", "Birch")
KNOWN, NEW = ["sums"], ["sums", "people"]


@pytest.fixture(autouse=True)
def _nothing_kept():
    figures._kept.clear()
    yield
    figures._kept.clear()


@pytest.fixture
def trust() -> Organisation:
    return people.organisation()


def person(trust: Organisation, number: str, surname: str = "Ashe") -> Person:
    return Person.objects.create(organisation=trust, employee_number=number, first_name="Ann", last_name=surname)


def called(surname: str = "Ashe"):
    return Person.objects.filter(last_name=surname)


def tables_read(ask: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return ["sums" if "tables_tablesum" in q["sql"] else "people" for q in asked.captured_queries]


def test_a_figure_is_counted_once_while_nothing_changes(trust: Organisation):
    person(trust, "1")
    assert tables_read(lambda: figures.count(called())) == NEW
    assert tables_read(lambda: figures.count(called())) == KNOWN
    assert tables_read(lambda: figures.count(called("Birch"))) == NEW, "another value is another figure"
    assert tables_read(lambda: figures.lines(called().values_list("pk"))) == NEW
    assert tables_read(lambda: figures.lines(called().values_list("pk"))) == KNOWN


def test_what_changed_elsewhere_takes_nothing_away(trust: Organisation):
    figures.count(called())
    trust.contact = "phone 4400"
    trust.save()
    assert tables_read(lambda: figures.count(called())) == KNOWN


@pytest.mark.parametrize("seed", range(8))
def test_no_figure_is_ever_stale(trust: Organisation, seed: int):
    """Rows added, changed and taken away, one by one and many at once: what is given is what is stored."""
    draw = random.Random(seed)
    numbers = iter(range(1000))

    def add() -> None:
        person(trust, str(next(numbers)), draw.choice(SURNAMES))

    def add_many() -> None:
        made = [Person(organisation=trust, employee_number=str(next(numbers)), last_name=draw.choice(SURNAMES)) for _ in range(3)]
        Person.objects.bulk_create(made)

    def marry() -> None:
        Person.objects.filter(last_name=draw.choice(SURNAMES)).update(last_name=draw.choice(SURNAMES))

    def go() -> None:
        Person.objects.filter(pk__in=Person.objects.order_by("?").values_list("pk")[:1]).delete()

    for _ in range(12):
        draw.choice([add, add_many, marry, go])()
        for surname in SURNAMES:
            assert figures.count(called(surname)) == called(surname).count()
            assert set(figures.lines(called(surname).values_list("pk", flat=True))) == set(called(surname).values_list("pk", flat=True))


def test_inside_a_transaction_its_own_rows_count_and_what_is_taken_back_does_not(trust: Organisation):
    assert figures.count(called()) == 0
    with pytest.raises(RuntimeError), transaction.atomic():
        person(trust, "1")
        assert figures.count(called()) == 1
        raise RuntimeError
    assert figures.count(called()) == 0


def test_what_another_connection_writes_is_seen(trust: Organisation):
    assert figures.count(called()) == 0

    def write() -> None:
        person(trust, "1")
        connection.close()

    other = Thread(target=write)
    other.start()
    other.join()
    assert figures.count(called()) == 1


def test_without_the_key_of_the_sums_everything_is_counted_anew(trust: Organisation):
    person(trust, "1")
    assert figures.count(called()) == 1
    for file in (settings.CAREWARD_HOME / "keys").glob("ledger.*"):
        file.unlink()
    assert "people" in tables_read(lambda: figures.count(called()))


def test_a_table_that_is_no_evidence_is_counted_anew(trust: Organisation):
    from careward.work.notices.models import Notice

    assert figures.count(Notice.objects.all()) == 0
    assert figures._kept == {}


def test_a_condition_that_nothing_meets_is_nought():
    assert figures.count(Person.objects.filter(pk__in=[])) == 0
    assert figures.lines(Person.objects.none()) == ()


def test_no_more_is_kept_than_is_bounded(trust: Organisation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figures, "MOST", 2)
    for surname in ("Ashe", "Birch", "Cole"):
        figures.count(called(surname))
    assert len(figures._kept) == 2
    assert tables_read(lambda: figures.count(called("Cole"))) == KNOWN


def test_a_table_not_bound_in_all_its_columns_is_counted_anew(trust: Organisation):
    who = people.user()
    rows = User.objects.filter(last_login=None)
    assert figures.count(rows) == 1
    User.objects.filter(pk=who.pk).update(last_login=people.NOW)
    assert figures.count(rows) == 0


def test_a_figure_of_several_tables_follows_each_of_them(trust: Organisation):
    """What was read is seen, not said: also what a later row made it read."""

    def posts_of_ashes() -> int:
        return sum(Assignment.objects.filter(person=each).count() for each in called())

    def now() -> int:
        return figures.figure(("posts of Ashes",), posts_of_ashes)

    assert now() == 0
    ashe = person(trust, "1")
    assert now() == 0
    people.post(ashe)
    assert now() == 1 == now()
    Assignment.objects.all().delete()
    assert now() == 0


def test_a_figure_that_asks_for_another_follows_what_that_one_reads(trust: Organisation):
    def both() -> int:
        return figures.figure(("ashes and teams",), lambda: figures.count(called()) + trust.team_set.count())

    figures.count(called())  # so that the inner one is known when the outer is first asked for
    assert both() == 0
    person(trust, "1")
    assert both() == 1


def test_what_rooms_count_for_clauses_is_counted_once_while_nothing_changes(trust: Organisation):
    collected(organisation_id=trust.pk, on=people.TODAY)
    with CaptureQueriesContext(connection) as asked:
        collected(organisation_id=trust.pk, on=people.TODAY)
    again = [q["sql"] for q in asked.captured_queries if "tables_tablesum" not in q["sql"]]
    assert not [sql for sql in again if "accounts_finding" in sql or "access_" in sql], again


def test_every_table_that_a_query_names_is_read():
    sql = "WITH RECURSIVE above(id, number) AS (SELECT id, n FROM people_person), more AS (SELECT 1) SELECT id FROM above b JOIN people_team m"
    assert figures._tables(sql) == {"people_person", "people_team"}


def test_the_counts_of_clauses_are_never_stale(trust: Organisation):
    """What the page of a procedure shows is what each room counts there and then, whatever happened since it was shown."""

    def counted() -> dict[str, Measured]:
        return collected(organisation_id=trust.pk, on=people.TODAY)

    def anew() -> dict[str, Measured]:
        with transaction.atomic():  # in which nothing kept is given
            return counted()

    assert counted() == anew()
    ashe = people.staff(trust, "Ann Ashe")
    assert counted() == anew()
    System.objects.create(organisation=trust, code="paris", name="PARIS", kind="clinical", pack="tewv")
    assert counted() == anew() != {}
    people.role(people.user(person=ashe), trust)
    assert counted() == anew()
    System.objects.update(administrator_title="Somebody")
    assert counted() == anew()
