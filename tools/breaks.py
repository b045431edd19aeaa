"""Plants one mistake after another in a copy of the product and sees tests fail: `make breaks`, a part of `make sweep` and of CI.

    python -m tools.breaks             every one
    python -m tools.breaks WORDS ...   those whose words or clause are named so
    python -m tools.breaks --some 40   so many: first those of files that changed in the last commits, the rest by the commit's own hash

A test that no mistake can fail proves nothing. Each break names what is then forgotten, the text that is there and what it becomes; a text
that is there no longer, or more than once, fails too, so that the list follows the code. Those of a clause stand in `tests/breaks`, one
file a clause, and a test that cites the clause must see them; those of the plan of keeping stand here.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
OF_CLAUSES = ROOT / "tests" / "breaks"
ENGINE = "careward/engines/analysis/reconciliation"  # its queries are kept as text, from which the comparison is run
KEEP_ANEW = "from tools.write_docs import kept\nfor path, text in kept(): path.write_text(text, encoding='utf-8')"
CITED = ROOT / "careward" / "governance" / "procedures" / "tests_by_clause.toml"
QUICK = ("tests/house/", "tests/rules/", "tests/packs/", "tests/analysis/", "tests/actions/", "tests/web/", "tests/contracts/")  # in order
LATELY = 20  # commits
# A copy that cannot even be read, or a break that is itself a slip of the pen, says nothing of a test.
NOT_RUN = re.compile(r"(Import|ModuleNotFound|Syntax|Indentation|Name)Error|AttributeError: '(?!NoneType)")
PLAN = "careward/access/accounts/keeping/plan.py"
WORK = "careward/access/accounts/keeping/work.py"
KEEPING = "tests/rules/test_keeping.py"
SHARED = "tests/rules/test_shared_accounts.py"
STORIES = "tests/actions/test_shared_accounts.py"
AUTHORISED = "careward/access/authorisations/rules.py"
APPROVING, DECIDING = "careward/access/accounts/approving.py", "careward/access/accounts/deciding.py"
ANSWERING, ANSWERED = "careward/access/accounts/answering.py", "careward/work/tasks/answering.py"
MANY, ACTING = "careward/work/tasks/answers_together.py", "careward/access/accounts/acting.py"
OF_MANY = "tests/actions/test_answering_many.py"
PLANS, EXTRACT = "careward/access/feeds/feed_plans.py", "careward/jobs/extract.py"
BOUND = "careward/evidence/tables/bound.py"
SETTLING = "careward/evidence/tables/settling.py"
PUT_BACK = "tests/actions/test_tables.py::test_a_table_that_was_put_back_to_an_earlier_state_or_emptied_is_found"
ABSORBED = "tests/actions/test_tables.py::test_a_row_put_back_with_its_mark_is_not_absorbed_by_the_next_act_on_it"
ROWS = '__import__("careward.evidence.tables.texts", fromlist=["every_row"]).every_row(change.table)'
ANEW = f"rules.total(rules.mac(sums.table_key(key, change.table), text) for _, text in {ROWS})"
COPIED = ("careward", "tests", "tools", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Break:
    """One mistake, and the tests that must see it."""

    what: str
    there: str
    becomes: str
    file: str = PLAN
    tests: str | tuple[str, ...] = KEEPING
    clause: str = ""


BREAKS = (
    Break("a look at an earlier day closes what was found later", " or known.found_on > facts.on:\n", ":\n"),
    Break("a look at an earlier day changes what was found later", "    if known.found_on > facts.on:\n", "    if not known:\n"),
    Break("a look at one system closes what touches another", "any(a.system not in facts.systems for a in known.rows) or ", ""),
    Break("accounts on systems not looked at are forgotten", "accounts = elsewhere | _accounts(lines)", "accounts = _accounts(lines)"),
    Break("what began anew goes on as the old", "if anew else", "if not lines else"),
    Break("a person's trouble begins anew with an account", "since and not known.trouble.of_a_person and", "since and"),
    Break("a cause later than the comparison's day is passed over", "max(facts.on, min(since, today)) if since else facts.on", "facts.on"),
    Break("a cause still to come is asked from its day", "min(since, today)", "since"),
    Break("a warning that became a lock keeps its task", 'None if why == "its step changed" else task, why or', "task, why or"),
    Break("both its days are forgotten", "who=who, asked_on=was.asked_on, due_on=was.due_on)", "who=who)"),
    Break("the day it was asked is forgotten", "who=who, asked_on=was.asked_on, due_on", "who=who, due_on"),
    Break("the day it is due is made fresh", ", due_on=was.due_on)", ")"),
    Break("the mildest line speaks", "max(lines, key=_strictness)", "min(lines, key=_strictness)"),
    Break("a new manager is not told", "moved = was.manager_id != fresh.manager_id", "moved = False"),
    Break("a step held back is asked", "waits = each.told.step in HELD_STEPS and each.trouble.system in facts.held", "waits = False"),
    Break("a step that is already so is asked", "each.task is None and each.asks and not waits", "each.task is None and not waits"),
    Break("a finding is due on its own day", "return each if due_on == each.told.due_on else replace", "return each if each else replace"),
    Break("a task is done by the last day of any", "due_on=min(_due_on", "due_on=max(_due_on", WORK),
    Break("a task that others still ask for closes", "sorted(left - members.keys())", "sorted(left)"),
    Break("no task ever closes", "for i in sorted(left - members.keys())),", "for i in ()),"),
    Break("a task said done opens again by the old list", "told > task.said_done_at", "told >= task.said_done_at"),
    Break("an answer no longer stands on its last day", "task.answered_until < facts.on", "task.answered_until <= facts.on"),
    Break("an answer stands for good", "return task.answered_until < facts.on", "return False"),
    Break("no task opens again", "for t in still if _is_disproved(t, wanted.get(t.id), facts)", "for t in still[:0]"),
    Break("another system's list disproves", 'now.system_code if now else str(task.words[TOLD.index("system_code")])', '""'),
    Break("a second task is raised for one key", "task=of_key[key].id if key in of_key else key", "task=key"),
    Break("every task is told anew", "if t.id in wanted and wanted[t.id].words != t.words", "if t.id in wanted"),
    Break("accounts that come and go are slept through", "if now.why or now.accounts != known.accounts:", "if now.told != known.told:"),
    Break("a task said done is slept through", 'states[known.task_id or 0] == "open"', "True"),
    Break("what shares a person's work is left out", "trouble.person_id in persons if trouble", "False if trouble"),
    Break("a finding moves as if it were new", "move_of_finding(was.state,", "move_of_finding(FINDING.start,"),
    Break("a shared account has no last day", "until is not None and until > furthest:", "until is None:", AUTHORISED, SHARED),
    Break("a shared account's owner may leave first", "if any(p.in_post(until) for p in owner):", "if owner:", AUTHORISED, SHARED),
    Break("a shared account's owner may have left", "if any(p.in_post(on) for p in owner):", "if owner:", AUTHORISED, SHARED),
    Break("a shared account's old approvals speak", "[a for a in known if a.stands(on)] or known", "known", AUTHORISED, SHARED),
    Break("a shared account's request holds its task", "return max(due_on, today)", "return until", "careward/work/tasks/rules.py", SHARED),
    Break("a shared account's owner to be decides", "about_id=said.person_id, ", "", APPROVING, STORIES),
    Break("a shared account's asker decides", "otherwise=told,", "otherwise=told, asker_may_decide=True,", APPROVING, STORIES),
    Break("a shared account is anybody's to approve", "permission=APPROVE", 'permission="accounts:plans:allow"', APPROVING, STORIES),
    Break("a shared account that changed is approved", "(why := _why_stale(said, row, london_day(now)))", '(why := "")', DECIDING, STORIES),
    Break("a shared account's refusal asks nobody", "    elif said is not None:", "    elif said is None:", DECIDING, STORIES),
    Break("a shared account's stale request waits", 'if why and row.state == "waiting":', "if not row:", DECIDING, STORIES),
    Break("a shared account's word after all counts", "_let_go(said, row, why if said else NOT_ASKED, now, by)", "...", DECIDING, STORIES),
    Break("a shared account's request outlives its answer", "approving.withdraw(row.request, now=now, by=by)", "...", ANSWERING, STORIES),
    Break("a shared account's answer is not weighed again", "if not may or told.person_id", "if told.person_id", ANSWERING, STORIES),
    Break("a shared account's answer is not weighed", " & _weighed(task, meant, given, now)", "", ANSWERED, STORIES),
    Break("a shared account's owner is whoever says so", 'kind in ("whose", "new_owner")', 'kind == "whose"', ANSWERED, STORIES),
    Break("an answer to many is weighed by nobody", "weigh(task, meant, given, doer, now) if", "ALLOWED if", MANY, OF_MANY),
    Break("an answer to many is to what stands there now", "seen=chosen[task.pk]", "seen=None", MANY, OF_MANY),
    Break("a finding of many that changed is acted on", "digest == finding_digest(finding)", "True", ACTING, OF_MANY),
    Break("a finding of many is out of reach", "findings_within(within, ", "(lambda within, rows: rows)(within, ", ACTING, OF_MANY),
    Break("a finding of many that is settled is acted on", "if finding.settled:", "if not finding:", ACTING, OF_MANY),
    Break("a shared account's list ends ours", "standing(GENERIC, source=LISTED)", "standing(GENERIC)", PLANS, STORIES),
    Break("a shared account's list is not heard", " AND instead_of_id = owner_id THEN", " THEN", EXTRACT, STORIES),
    Break("a sum is made anew from what stands there", "was.total + change.total", ANEW, SETTLING, ABSORBED),
    Break("a table put back with its sum is taken up", "if count == different == highest", "if count", BOUND, PUT_BACK),
)  # fmt: skip


def of_clauses() -> list[Break]:
    """What the files of tests/breaks name, each with the tests that cite its clause, quickest first."""
    cited = tomllib.loads(CITED.read_text(encoding="utf-8"))
    found = []
    for path in sorted(OF_CLAUSES.glob("*.toml")):
        tests = tuple(sorted((t for t in cited[path.stem] if t.startswith(QUICK)), key=_kind_of))
        for told in tomllib.loads(path.read_text(encoding="utf-8"))["break"]:
            found.append(Break(told["what"], told["there"], told["becomes"], told["file"], tests, path.stem))
    return found


def _kind_of(test: str) -> int:
    return next(place for place, kind in enumerate(QUICK) if test.startswith(kind))


def chosen(every: Sequence[Break], asked: Sequence[str]) -> list[Break]:
    """Those that the command asks for."""
    if asked[:1] == ["--some"]:
        return some_of(
            every, int(asked[1]), commit=_git("rev-parse", "HEAD"), changed=_git("diff", "--name-only", f"HEAD~{LATELY}").split()
        )
    return [b for b in every if not asked or any(word == b.clause or word in b.what for word in asked)]


def some_of(every: Sequence[Break], most: int, *, commit: str, changed: Iterable[str]) -> list[Break]:
    """So many: those of files that changed first, and of each kind in an order that the commit decides, so that all have their turn."""
    lately = set(changed)
    return sorted(every, key=lambda b: (b.file not in lately, sha256(f"{commit} {b.clause} {b.what}".encode()).digest()))[:most]


def _git(*words: str) -> str:
    """What git says; nothing where this is no clone, or one without its past."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def main(asked: list[str]) -> int:
    """How many of the breaks asked for nothing sees."""
    wanted = chosen([*of_clauses(), *BREAKS], asked)
    with tempfile.TemporaryDirectory(prefix="careward-breaks-") as place:
        copies: SimpleQueue[Path] = SimpleQueue()
        beside = os.cpu_count() or 1
        for number in range(beside):
            copies.put(_copied(Path(place) / str(number)))
        with ThreadPoolExecutor(beside) as pool:
            seen = list(pool.map(lambda planted: _tried(planted, copies), wanted))
    print(f"{sum(seen)} of {len(wanted)} breaks are seen", flush=True)
    return len(wanted) - sum(seen)


def _copied(copy: Path) -> Path:
    copy.mkdir()
    for name in COPIED:
        there = ROOT / name
        skipped = shutil.ignore_patterns("__pycache__", "nhsuk")
        shutil.copytree(there, copy / name, ignore=skipped) if there.is_dir() else shutil.copy(there, copy / name)
    return copy


def _tried(planted: Break, copies: "SimpleQueue[Path]") -> bool:
    copy = copies.get()
    try:
        return _is_seen(planted, copy)
    finally:
        copies.put(copy)


def _is_seen(planted: Break, copy: Path) -> bool:
    named = f"{planted.clause} {planted.what}".strip()
    place = copy / planted.file
    sound = place.read_text(encoding="utf-8") if place.exists() else ""
    if sound.count(planted.there) != 1:
        print(f"NOT THERE  {named}: {planted.file} holds its text {sound.count(planted.there)} times", flush=True)
        return False
    place.write_text(sound.replace(planted.there, planted.becomes), encoding="utf-8")
    try:
        _keep_anew(planted, copy)
        by = _seen_by(planted, copy, "breaks_quickly") or _seen_by(planted, copy, "breaks")
    finally:
        place.write_text(sound, encoding="utf-8")
        if planted.file.startswith(ENGINE):
            shutil.copytree(ROOT / ENGINE / "kept", copy / ENGINE / "kept", dirs_exist_ok=True)
    print(f"{'seen     ' if by else 'NOT SEEN '}  {named}{f': {by}' if by else ''}", flush=True)
    return bool(by)


def _keep_anew(planted: Break, copy: Path) -> None:
    if planted.file.startswith(ENGINE):
        subprocess.run([sys.executable, "-c", KEEP_ANEW], cwd=copy, capture_output=True, check=True)


def _seen_by(planted: Break, copy: Path, profile: str) -> str:
    """The first test that fails because it sees the mistake; none when all pass."""
    tests = [planted.tests] if isinstance(planted.tests, str) else planted.tests
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"--hypothesis-profile={profile}", *tests]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED") and not NOT_RUN.search(line)]
    return next((line.partition("::")[2].partition(" ")[0] for line in failed), "")


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
