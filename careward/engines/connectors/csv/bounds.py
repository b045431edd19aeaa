"""What the reading of one file may cost, by the bytes of the file, and the words for one that would cost more.

The limits are of the process that reads (`apart`): the kernel ends it there, whatever its libraries are doing. So a file that was made to
do harm, or is broken so that it does, costs its sender a refusal and nobody else anything.
"""

import errno
import os
import resource
import signal
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import process_time

MIB = 1 << 20
SECONDS, SECONDS_FOR_MB = 15, 3  # of a processor; a million rows, all of them refused, take 0.7 for each MB
MEMORY, MEMORY_FOR_BYTE = 512 * MIB, 4  # beyond what the process needs for itself; a million rows take 200 MB
MOST_MEMORY = 4096 * MIB
WRITTEN, WRITTEN_FOR_BYTE = 256 * MIB, 4  # bytes of its rows on the disk
PACKED = 10  # bytes that one byte of a workbook or a Parquet file is taken to stand for
WALL = 4  # times the seconds of a processor: a machine may be busy
NO_MEMORY = 3  # with what the process ends that has none left

Said = tuple[str, str]  # what is wrong, and what to do


@dataclass(frozen=True, slots=True)
class ReadingCost:
    """The most that the reading of one file may take."""

    size: int  # of the file
    seconds: int
    memory: int
    written: int

    @property
    def wall(self) -> float:
        """Seconds to wait for it."""
        return float(WALL * self.seconds)


def cost_of(path: Path, times: float = 1) -> ReadingCost:
    """What a file may cost; a machine that is slower, or lists that are longer than most, may be given some `times` as much."""
    try:
        size = path.stat().st_size
    except OSError:  # whoever reads it says so
        size = 0
    stands_for = size * (PACKED if path.suffix.lower() in (".parquet", ".xlsx") else 1)
    return ReadingCost(
        size,
        ceil(times * (SECONDS + SECONDS_FOR_MB * stands_for / MIB)),
        min(int(times * (MEMORY + MEMORY_FOR_BYTE * stands_for)), int(times * MOST_MEMORY)),
        int(times * (WRITTEN + WRITTEN_FOR_BYTE * stands_for)),
    )


def set_bounds(cost: ReadingCost) -> None:
    """From now on this process may take as much more; what is over ends it (processor), or is refused to it (memory, disk)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _at_most(resource.RLIMIT_CPU, ceil(process_time()) + cost.seconds)
    _at_most(resource.RLIMIT_FSIZE, cost.written)
    statm = Path("/proc/self/statm")
    if statm.exists():
        _at_most(resource.RLIMIT_AS, int(statm.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE") + cost.memory)


def _at_most(what: int, amount: int) -> None:
    _, most = resource.getrlimit(what)
    resource.setrlimit(what, (amount if most == resource.RLIM_INFINITY else min(amount, most), most))


def why_no_room(error: OSError) -> Said | None:
    """What an error says of rows that found no room; None where it says something else."""
    if error.errno == errno.EFBIG:
        return "The file unpacks to far more than its size", _LOOK
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk of this machine is full", "Ask whoever runs Careward to make room, then load the file again"
    return None


def why_ended(status: int, cost: ReadingCost) -> Said | None:
    """What the end of the reading process says of the file it was reading; None for one that says nothing of it: a bug."""
    if status == -signal.SIGXCPU:
        return too_long(cost)
    if status == NO_MEMORY:
        return f"Reading it needs more than the {cost.memory // MIB:,} MB of memory that a file of its size is given", _LOOK
    if status in (-signal.SIGKILL, -signal.SIGTERM):
        what = f"The process that read it was ended from outside (signal {-status}), perhaps because this machine has no memory left"
        return what, "Load the file again. If the same happens, ask whoever runs Careward to look at the memory of the machine"
    if status < 0:
        return f"The file broke the process that read it (signal {-status})", _LOOK
    return None


def too_long(cost: ReadingCost) -> Said:
    """It was still being read when its time was over."""
    return f"Reading it takes longer than the {cost.seconds:,} seconds that a file of its size is given", _LOOK


NOT_TRIED = (
    "It was not read, for several files of this folder could not be read within their bounds",
    "Look at those first: the others are read once they are put right or taken away",
)
NOT_BEGUN = (
    "No process could be started on this machine to read it",
    "Load the file again. If the same happens, ask whoever runs Careward to look at the memory of the machine",
)
_LOOK = "Open it and look whether it holds the list it should, then export it again as CSV UTF-8; a very long list goes in as several files"
