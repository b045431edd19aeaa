"""Who may use what: some people against the systems on which any of them has an account that is not closed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from careward.access.accounts.models import Account, FindingAccount
from careward.access.accounts.rules.states import TO_PUT_RIGHT
from careward.access.accounts.wording import STATUS_WORDS
from careward.core.rights import Systems
from careward.people.staff.models import Person
from careward.systems.register.queries import within_systems
from careward.web.words import first_upper

MOST_SYSTEMS = 20  # across a page; a download holds them all
HEADS = ("Name", "Staff number", "System", "Accounts")


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What one person has on one system: a mark, its word, and of how many accounts it speaks."""

    state: str  # late, fix, ok, shut; empty: no account
    words: str = "No account"
    accounts: int = 0


@dataclass(frozen=True, slots=True)
class MatrixRow:
    person_id: int
    name: str
    employee_number: str
    cells: tuple[MatrixCell, ...]

    @property
    def in_order(self) -> int:
        """On how many systems all is open and in order: a narrow page counts these and shows the others."""
        return sum(cell.state == "ok" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class AccessMatrix:
    """The people by name, each with a cell for each system; the systems that most of them have come first."""

    systems: tuple[tuple[str, str], ...]  # code, name
    rows: tuple[MatrixRow, ...]
    to_put_right: int = 0  # people

    @property
    def left_out(self) -> int:
        """Systems beyond those that a page shows."""
        return max(0, len(self.systems) - MOST_SYSTEMS)

    def lines(self) -> list[tuple[str, ...]]:
        """A line for each person and system with an account, for a download."""
        pairs = ((row, name, cell) for row in self.rows for (_, name), cell in zip(self.systems, row.cells, strict=True))
        return [(row.name, row.employee_number, name, cell.words) for row, name, cell in pairs if cell.state]


def access_matrix(*, organisation_id: int, people: Iterable[int], within: Systems, today: date) -> AccessMatrix:
    """Three queries, however many people."""
    known = Person.objects.filter(organisation_id=organisation_id, pk__in=people).order_by("last_name", "first_name", "pk")
    rows = Account.objects.filter(within_systems(within), organisation_id=organisation_id, person__in=known.order_by(), gone_on=None)
    found = list(rows.exclude(status="closed").values_list("pk", "person_id", "system__code", "system__name", "status"))
    due = _due([number for number, *_ in found])
    often = Counter((code, name) for _, _, code, name, _ in found)
    systems = tuple(sorted(often, key=lambda system: (-often[system], system[1])))
    theirs: dict[tuple[int, str], list[tuple[str, date | None]]] = {}
    for number, person, code, _, status in found:
        theirs.setdefault((person, code), []).append((status, due.get(number)))
    people_seen = tuple(
        MatrixRow(p.pk, p.name, p.employee_number, tuple(_cell(theirs.get((p.pk, code), ()), today) for code, _ in systems)) for p in known
    )
    return AccessMatrix(systems, people_seen, sum(any(c.state in ("late", "fix") for c in row.cells) for row in people_seen))


def _due(accounts: Sequence[int]) -> dict[int, date]:
    """By when what is wrong with each account is to be put right, where something is."""
    rows = FindingAccount.objects.filter(account_id__in=accounts, gone_on=None, finding__closed_on=None, finding__state__in=TO_PUT_RIGHT)
    return dict(rows.order_by().values_list("account_id").annotate(due=Min("finding__due_on")))


def _cell(accounts: Sequence[tuple[str, date | None]], today: date) -> MatrixCell:
    """One cell from the state of each account and when what is wrong with it is due."""
    if not accounts:
        return MatrixCell("")
    status = min(status for status, _ in accounts)  # one that is active outweighs one that is locked
    days = [due for _, due in accounts if due]
    words = first_upper(STATUS_WORDS[status]) + (f", {len(accounts)} accounts" if len(accounts) > 1 else "")
    if not days:
        return MatrixCell("ok" if status == "active" else "shut", words, len(accounts))
    late = min(days) < today
    return MatrixCell("late" if late else "fix", f"{words}, {'late to be put right' if late else 'to put right'}", len(accounts))
