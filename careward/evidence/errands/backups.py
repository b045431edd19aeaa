"""Backups as those who run Careward see them: the last one, whether it was tried out, and what to do when there is none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from careward.evidence.errands.models import Backup

MADE, TRIED, RESTORED = "made", "tried", "restored"
OLD = timedelta(days=1)  # what was done since is lost with the machine
UNTRIED = timedelta(days=31)  # whether it can be put back at all, nobody knows until it is tried
MOST_WORDS = 2_000  # of what was wrong


@dataclass(frozen=True, slots=True)
class BackupTold:
    """What is to be written down of a backup."""

    kind: str
    of_at: datetime | None = None
    name: str = ""
    size: int = 0
    digest: str = ""
    encrypted: bool = False
    found: str = ""  # what was wrong, in words


@dataclass(frozen=True, slots=True)
class BackupLine:
    """One backup, or one trial of one, as the page shows it."""

    at: datetime
    of_at: datetime | None
    name: str
    size: int
    encrypted: bool
    ok: bool
    found: str


@dataclass(frozen=True, slots=True)
class Backups:
    """The last backup and the last trial of one."""

    made: BackupLine | None
    tried: BackupLine | None
    now: datetime

    @property
    def old(self) -> bool:
        """Whether more than a day of work would be lost."""
        return self.made is None or self.made.of_at is None or self.now - self.made.of_at > OLD

    @property
    def untried(self) -> bool:
        """Whether nobody knows that a backup can be put back."""
        return self.tried is None or not self.tried.ok or self.now - self.tried.at > UNTRIED


def backups(*, now: datetime) -> Backups:
    """Those of the installation, which are of no organisation alone and name nobody. One query."""
    last = Backup.objects.filter(kind__in=(MADE, TRIED)).values("kind").annotate(last=Max("id")).values("last")
    rows = Backup.objects.filter(id__in=last)
    found = {row.kind: BackupLine(row.at, row.of_at, row.name, row.size, row.encrypted, row.ok, row.found) for row in rows}
    return Backups(found.get(MADE), found.get(TRIED), now)
