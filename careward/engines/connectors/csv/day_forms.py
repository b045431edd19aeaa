"""How the days of a column are written: each usual form tried on every cell of it."""

from collections import Counter
from collections.abc import Iterable

from careward.engines.connectors.csv.dating import NAMED, by_formats, iso_day, iso_moment, like

_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%Y%m%d", "%d/%m/%y", "%d-%b-%y",
    "%d-%m-%y", "%d.%m.%y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S")
WRITTEN = (
    *(day + time for day in _DAYS for time in _TIMES),
    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%b %d %Y %I:%M%p",
)  # fmt: skip
# Where such a number is likely a time: days of Excel from 1954, seconds and milliseconds from 2001, ticks of Windows from 1969.
_LIKELY = {"excel": (20_000, 80_000), "unix": (10**9, 4 * 10**9), "unix_ms": (10**12, 4 * 10**12), "filetime": (11 * 10**16, 2 * 10**17)}
PIVOT = 2049  # what two digits may mean at most, unless somebody says otherwise
_FIRST = 200  # different cells by which it is told which forms are worth trying
_KEPT_CELLS = 65_536
_LONGEST = 40  # characters of a day


class DayForms:
    """The forms that fit the cells of one column, counted."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()
        self._forms: tuple[str, ...] | None = None  # those that are tried, once it is told
        self._known: dict[str, tuple[str, ...]] = {}
        self._counts: Counter[str] = Counter()
        self.iso_days = self.iso_moments = 0

    def note(self, cells: Iterable[str]) -> None:
        """Takes in cells without outer blanks, none of them blank."""
        for cell in cells:
            if self._forms is None:
                self._waiting[cell] += 1
                if len(self._waiting) >= _FIRST:
                    self._begin()
            else:
                self._count(cell, 1)

    def found(self) -> tuple[tuple[str, int, str], ...]:
        """The forms that fit at least one cell, those that fit most first; of equals the day first."""
        if self._forms is None:
            self._begin()
        forms = self._forms or ()
        fitting = sorted((f for f in forms if self._counts[f]), key=lambda form: (-self._counts[form], forms.index(form)))
        return tuple((form, self._counts[form], like((form,))) for form in fitting)

    def _begin(self) -> None:
        """Chooses what is tried on all cells: every form that fits one of the first in ten."""
        self._forms = (*WRITTEN, *_LIKELY)
        looked = Counter(form for cell in self._waiting for form in self._fitting(cell))
        self._forms = tuple(form for form in self._forms if looked[form] * 10 >= len(self._waiting))
        self._known.clear()
        for cell, count in self._waiting.items():
            self._count(cell, count)
        self._waiting.clear()

    def _count(self, cell: str, count: int) -> None:
        for form in self._fitting(cell):
            self._counts[form] += count
        self.iso_days += count * (iso_day(cell) is not None)
        self.iso_moments += count * (iso_moment(cell) is not None)

    def _fitting(self, cell: str) -> tuple[str, ...]:
        if cell not in self._known:
            if len(self._known) >= _KEPT_CELLS:
                self._known.clear()
            self._known[cell] = tuple(form for form in self._forms or () if _fits(form, cell))
        return self._known[cell]


def _fits(form: str, cell: str) -> bool:
    if len(cell) > _LONGEST or not any(c.isdigit() for c in cell):
        return False
    if form in NAMED:
        least, most = _LIKELY[form]
        whole = cell.replace(",", ".").split(".")[0]
        return whole.isascii() and whole.isdigit() and least <= int(whole) < most and NAMED[form](cell) is not None
    return _READERS[form](cell) is not None


_READERS = {form: by_formats((form,), PIVOT) for form in WRITTEN}
