"""Folders that comparisons keep what does not fit into memory in."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

from careward.engines.analysis.engine import DuckDb

MANY, TIMES = 6, 12


def test_comparisons_that_begin_together_never_take_each_others_folder_for_one_that_was_left(tmp_path):
    begin, raised = Barrier(MANY), []

    def come_and_go() -> None:
        try:
            for _ in range(TIMES):
                begin.wait(timeout=20)
                with DuckDb(tmp_path).session() as session:
                    assert session.place.is_dir()
                    (session.place / "held").write_text("x", encoding="ascii")
        except Exception as error:
            raised.append(error)
            begin.abort()

    threads = [Thread(target=come_and_go) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert raised == [] and list(tmp_path.glob("comparison-*")) == []


def test_the_folder_of_one_that_was_killed_goes_when_the_next_comes(tmp_path):
    killed = "import os; from pathlib import Path; from careward.engines.analysis.engine import DuckDb\n"
    killed += f"with DuckDb(Path({str(tmp_path)!r})).session(): os.kill(os.getpid(), 9)"
    ended = subprocess.run([sys.executable, "-c", killed], cwd=Path(__file__).parents[2], env=os.environ, check=False)
    assert ended.returncode == -9
    [left] = tmp_path.glob("comparison-*")
    (tmp_path / "comparison-without-lock").mkdir()  # killed before it had one
    with DuckDb(tmp_path).session() as session:
        assert list(tmp_path.glob("comparison-*")) == [session.place] and session.place != left
    assert list(tmp_path.glob("comparison-*")) == []
