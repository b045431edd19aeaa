"""Eight workers at once, and workers and sealers killed at work: nothing is lost, nothing is done twice, the ledger verifies.

Each race is a program of its own with several processes, on SQLite and on a PostgreSQL that the test starts for itself.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.make.postgres import postgres_server

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh installation on one database, its ledger's tables made."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("CAREWARD_")}
    env |= {"CAREWARD_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "careward.config.settings"}
    if request.param == "postgresql":
        url, name = request.getfixturevalue("postgres"), f"t{time.monotonic_ns()}"
        env["CAREWARD_DATABASE_URL"] = url
        run(env, f"connection.cursor().execute('CREATE DATABASE {name}')")
        env["CAREWARD_DATABASE_URL"] = url.removesuffix("postgres") + name
    run(
        env,
        "from django.core.management import call_command; [call_command('migrate', room, verbosity=0) for room in ('ledger', 'errands')]",
    )
    return env


BEGIN = """
import json, os, random, signal, sys, time
from datetime import UTC, datetime, timedelta
import django
django.setup()
from django.db import connection, connections, transaction
from careward.evidence.ledger import actions, links, proof, rules, sealing
from careward.evidence.errands import actions as errands
from careward.evidence.errands.models import Errand
from careward.evidence.errands.rules import LEASE, ErrandWanted
from careward.evidence.ledger.models import Checkpoint, Entry, Leaf
NOW = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)

def write(count, start=0, actor="user/7"):
    deeds = [rules.Deed("account.locked", f"account/{n}", {"n": n}) for n in range(start, start + count)]
    with transaction.atomic():
        actions.record_many(at=NOW, actor=actor, organisation="RX3", deeds=deeds)

def together(works):
    "Runs each work in a process of its own; returns how each ended."
    connections.close_all()
    children = []
    for work in works:
        if not (child := os.fork()):
            try:
                work()
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        children.append(child)
    return [os.waitpid(child, 0)[1] for child in children]

def report():
    found = proof.verify()
    return {"ok": found.ok, "checked": found.checked, "unsealed": found.unsealed, "problems": found.problems}
"""


def run(env: dict[str, str], program: str, **options: object) -> str:
    done = subprocess.run([sys.executable, "-c", BEGIN + program], env=env, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0 and not done.stderr, done.stderr[-3000:]
    return done.stdout


WORKERS = """
with transaction.atomic():
    errands.ask_many(asked=[ErrandWanted("work.tell", f"account/{n}") for n in range(120)], organisation="RX3", now=NOW)
ids = list(Errand.objects.order_by("id").values_list("id", flat=True))
deadly, deadly_at_the_end = set(ids[::30]), set(ids[5::30])

def effect(errand):
    actions.record(at=NOW, actor="job/work", verb="errand.run", subject=f"errand/{errand.pk}", organisation="RX3")
    if errand.pk in deadly and errand.tries == 1:
        os.kill(os.getpid(), signal.SIGKILL)  # in the middle of the transaction
    if errand.pk % 10 == 0 and errand.tries == 1:
        raise ValueError("the first try fails")

finish = errands.finish

def finish_or_die(*, errand, now):
    if errand.pk in deadly_at_the_end and errand.tries == 1:
        os.kill(os.getpid(), signal.SIGKILL)  # the effect is there, and not yet that it is done
    finish(errand=errand, now=now)

errands.finish = finish_or_die

def worker(number, now):
    def work():
        while errand := errands.claim(now=now, worker=f"w{number}"):
            errands.run(errand=errand, handle=effect, now=now)
    return work

ends = together([worker(n, NOW) for n in range(8)])
more = together([worker(n + 8, NOW) for n in range(8)])  # all eight of the first are killed: others take their places
later = together([worker(n, NOW + LEASE + timedelta(hours=1)) for n in range(8)])
subjects = list(Entry.objects.filter(verb="errand.run").values_list("subject", flat=True))
print(json.dumps({
    "killed": ends.count(signal.SIGKILL), "failed": sum(e not in (0, signal.SIGKILL) for e in ends + more + later),
    "done": Errand.objects.exclude(done_at=None).count(), "effects": len(subjects), "different": len(set(subjects)),
    "workers": Errand.objects.values("claimed_by").distinct().count(), "most_tries": max(Errand.objects.values_list("tries", flat=True)),
}))
"""


def test_eight_workers_do_every_errand_exactly_once_though_some_are_killed(place: dict[str, str]) -> None:
    found = json.loads(run(place, WORKERS))
    assert (found["done"], found["effects"], found["different"], found["failed"]) == (120, 120, 120, 0)
    assert found["killed"] == 8 and found["workers"] > 1 and found["most_tries"] == 2


SEALERS = """
sealing.SEAL_AT_ONCE = 50

def writer(number):
    def work():
        for i in range(40):
            with transaction.atomic():
                actions.record(at=NOW, actor=f"user/{number}", verb="account.locked", subject=f"account/{i}", organisation="RX3")
                if i % 5 == 0:
                    time.sleep(random.random() / 200)  # others are given higher ids and commit first
                if i % 7 == 0:
                    transaction.set_rollback(True)  # leaves a hole in the ids of PostgreSQL
    return work

def sealer():
    for _ in range(15):
        actions.seal(now=NOW)
        time.sleep(random.random() / 100)

def checker():
    for _ in range(8):
        found = report()
        assert found["ok"], found
        time.sleep(0.01)

write(1)
actions.seal(now=NOW)
ends = together([*(writer(n) for n in range(5)), sealer, sealer, checker])
actions.seal(now=NOW)
print(json.dumps(report() | {"ends": ends, "entries": Entry.objects.count(), "leaves": Leaf.objects.count(), "checkpoints": Checkpoint.objects.count()}))
"""


def test_sealing_while_others_write_seal_and_verify_misses_nothing(place: dict[str, str]) -> None:
    found = json.loads(run(place, SEALERS))
    assert found["ends"] == [0] * 8
    assert found["ok"] and found["unsealed"] == 0, found["problems"]
    assert found["entries"] == found["leaves"] == found["checked"] == 1 + 5 * 34
    assert found["checkpoints"] > 1


KEYS = """
from careward.evidence.ledger.keys import ledger_keys
keys = ledger_keys()
ends = together([lambda: keys.signer(may_make=True)] * 8)
print(json.dumps({"ends": ends, "files": sorted(p.name for p in keys.folder.iterdir() if p.name.startswith("ledger"))}))
"""


def test_eight_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    env = os.environ | {"CAREWARD_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "careward.config.settings"}
    assert json.loads(run(env, KEYS)) == {"ends": [0] * 8, "files": ["ledger.key", "ledger.vkey"]}


KILLED = """
from careward.evidence.ledger import rows
from careward.evidence.ledger.keys import ledger_keys
from careward.seal import tree
from careward.seal.keys import LogKeys
from careward.seal.outside import SignedFile
sealing.SEAL_AT_ONCE = links.LINK_AT_MOST = 500
write(10_000)

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def dies_after(module, name, times):
    "A sealer that is killed right after the so-manieth call of a function."
    def work():
        real, left = getattr(module, name), [times]
        def call(*given, **named):
            out = real(*given, **named)
            left[0] -= 1
            return out if left[0] else die()
        setattr(module, name, call)
        actions.seal(now=NOW)
    return work

def dies_some_time():
    dice = random.Random(Leaf.objects.count())
    signal.signal(signal.SIGALRM, die)
    signal.setitimer(signal.ITIMER_REAL, 0.005 + dice.random() / 20)
    while True:
        actions.seal(now=NOW)

ends, sizes, reports = [], [], []
for work in (
    dies_after(rows, "place", 1), dies_after(rows, "place", 3), dies_after(sealing, "keep", 1), dies_after(sealing, "keep", 2),
    dies_after(sealing, "_seal_some", 1), dies_after(LogKeys, "signer", 2), *[dies_some_time] * 4,
):
    ends += together([work])
    reports.append(report())
    sizes.append(reports[-1]["checked"])
actions.seal(now=NOW)
last = Checkpoint.objects.latest("size")
ids = list(Leaf.objects.order_by("number").values_list("entry_id", flat=True))
print(json.dumps(report() | {
    "ends": ends, "sizes": sizes, "always": all(r["ok"] for r in reports), "in_order": ids == list(Entry.objects.order_by("id").values_list("id", flat=True)),
    "same_root": bytes(last.root) == tree.root(rules.leaf(p.row) for p in rows.placed(below=last.size)),
    "kept": ledger_keys().signer(may_make=False) and [*SignedFile(ledger_keys()).lines()][-1].facts['note'] == last.note,
}))
"""


def test_a_sealer_killed_at_any_moment_leaves_whole_checkpoints_and_the_next_gives_the_same_tree(place: dict[str, str]) -> None:
    found = json.loads(run(place, KILLED))
    assert found["ends"] == [signal.SIGKILL] * 10
    assert found["sizes"][:6] == [0, 1000, 1500, 2000, 2000, 2000] and found["always"]
    assert found["ok"] and found["checked"] == 10_000 and found["unsealed"] == 0, found["problems"]
    assert found["in_order"] and found["same_root"] and found["kept"]


LATE = """
import threading
write(1)
actions.seal(now=NOW)
written, go_on = threading.Event(), threading.Event()

def late():
    with transaction.atomic():
        actions.record(at=NOW, actor="user/8", verb="account.locked", subject="account/1", organisation="RX3")
        written.set()
        go_on.wait(60)
    connection.close()

thread = threading.Thread(target=late)
thread.start()
written.wait(60)
write(3)
began = time.monotonic()
first = actions.seal(now=NOW).size
waited = time.monotonic() - began
between = report()
go_on.set()
thread.join()
second = actions.seal(now=NOW)
write(1)
third = actions.seal(now=NOW)
print(json.dumps(report() | {
    "sizes": [first, second.size, third.size], "waited": waited, "between": between["ok"],
    "ids": list(Leaf.objects.order_by("number").values_list("entry_id", flat=True)),
}))
"""


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_an_entry_committed_after_higher_ids_were_sealed_is_sealed_next(place: dict[str, str]) -> None:
    found = json.loads(run(place, LATE))
    assert found["sizes"] == [4, 5, 6] and found["ids"] == [1, 3, 4, 5, 2, 6]
    assert found["between"] and found["waited"] < 5
    assert found["ok"] and found["unsealed"] == 0, found["problems"]


LANES = """
def writer(number):
    def work():
        dice = random.Random(number)
        for i in range(60):
            with transaction.atomic():
                for organisation in dice.sample(["RX1", "RX2", "RX3", "RX4"], 3):  # in any order: the lanes are taken in one
                    actions.record(at=NOW, actor=f"user/{number}", verb="account.locked", subject=f"account/{i}", organisation=organisation)
    return work

ends = together([writer(n) for n in range(6)])
before = report()
actions.seal(now=NOW)
print(json.dumps(report() | {"ends": ends, "before": before}))
"""


def test_acts_that_write_for_many_organisations_at_once_never_wait_for_each_other_in_a_ring(place: dict[str, str]) -> None:
    found = json.loads(run(place, LANES))
    assert found["ends"] == [0] * 6 and found["before"]["ok"] and found["before"]["unsealed"] == 6 * 60 * 3
    assert found["ok"] and found["checked"] == 6 * 60 * 3


SEEDED = """
from careward.evidence.ledger.keys import ledger_keys
from careward.seal.outside import SignedFile
FIRST, COUNT = int(os.environ["FIRST_SEED"]), int(os.environ["SEEDS"])
PLACES = [
    (actions, "record"), (links, "_add"), (rows, "take_lane"), (rows, "put_link"), (rows, "leave_lane"), (rows, "place"),
    (sealing, "keep"), (rows, "drop_links"), (SignedFile, "append"), (SignedFile, "_write"), (sealing, "_seal_some"),
]

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def half_a_line(self, data):
    "What a kill in the middle of a write leaves."
    out = os.open(self.path, os.O_WRONLY | os.O_APPEND)
    os.write(out, data[: len(data) // 2])
    die()

def lives(seed, told):
    def work():
        dice = random.Random(seed)
        how = dice.random()
        if how < 0.4:  # at any instruction
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, 0.001 + dice.random() / 12)
        elif how < 0.5:
            SignedFile._write = half_a_line
        else:  # right before or right after a step
            module, name = dice.choice(PLACES)
            real, left, after = getattr(module, name), [dice.randint(1, 4)], dice.random() < 0.5
            def call(*given, **named):
                left[0] -= 1
                if not left[0] and not after:
                    die()
                out = real(*given, **named)
                return out if left[0] else die()
            setattr(module, name, call)
        for _ in range(400):  # one that never comes to the step it was to die at ends well, and is told
            with transaction.atomic():
                made = [
                    actions.record(at=NOW, actor="user/7", verb="account.locked", subject=dice.choice(["account/1", "load/3"]), organisation=o)
                    for o in dice.sample(["RX3", "RX4", ""], dice.randint(1, 3))
                ]
            os.write(told, "".join(f"{entry.pk}\\n" for entry in made).encode())  # acknowledged
            if dice.random() < 0.6:
                actions.seal(now=NOW)
    return work

acknowledged, bad, ends = [], [], set()
write(1)
actions.seal(now=NOW)
for seed in range(FIRST, FIRST + COUNT):
    reads, told = os.pipe()
    ends |= set(together([lives(seed, told)]))
    os.close(told)
    with os.fdopen(reads) as said:
        acknowledged += [int(line) for line in said]
    found = report()
    if not found["ok"] or sealing.alarms():
        bad.append([seed, "before", found["problems"], sealing.alarms()])
    actions.seal(now=NOW)
    found = report()
    if not found["ok"] or found["unsealed"] or sealing.alarms():
        bad.append([seed, "after", found["problems"], sealing.alarms()])
    if bad:
        break
lost = set(acknowledged) - set(Leaf.objects.values_list("entry_id", flat=True))
print(json.dumps({"bad": bad, "lost": sorted(lost), "acknowledged": len(acknowledged), "ends": sorted(ends)}))
"""

SWEEP = os.environ.get("CAREWARD_SWEEP") == "1"
SEEDS = 200 if SWEEP else 12


def test_killed_anywhere_between_act_chain_seal_and_outside_copy_the_next_start_goes_on(place: dict[str, str]) -> None:
    """Nothing that was acknowledged is lost, and there is no false alarm."""
    first = os.environ.get("CAREWARD_SEED", "1")
    found = json.loads(run({**place, "FIRST_SEED": first, "SEEDS": str(SEEDS)}, "from careward.evidence.ledger import rows\n" + SEEDED))
    assert not found["bad"] and not found["lost"], found
    assert set(found["ends"]) <= {signal.SIGKILL, signal.SIGALRM} and found["acknowledged"] > 0


FULL = """
import resource
from careward.evidence.ledger.sealing import SealingStopped
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from careward.evidence.ledger.keys import ledger_keys
from careward.seal.outside import SignedFile
write(5)
actions.seal(now=NOW)
write(5)
path = SignedFile(ledger_keys()).path
size = path.stat().st_size
said = []
real = os.write
def full(number, data):
    "The real error: no file may grow past this size, and a line is cut in its middle."
    if os.fstat(number).st_ino == path.stat().st_ino:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
        try:
            return real(number, data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return real(number, data)
os.write = full
for _ in range(2):
    try:
        actions.seal(now=NOW)
    except SealingStopped as stopped:
        said.append(str(stopped))
stood = sealing.alarms()
between = report()
os.write = real
actions.seal(now=NOW)
print(json.dumps(report() | {"said": said, "stood": stood, "between": between, "after": sealing.alarms()}))
"""


def test_a_full_disk_is_said_and_ends_in_order(place: dict[str, str]) -> None:
    found = json.loads(run(place, FULL))
    assert len(found["said"]) == 2 and all("cannot be kept" in words and "File too large" in words for words in found["said"])
    assert found["stood"] == [found["said"][1]] and found["after"] == []
    assert found["between"]["ok"] and found["between"]["unsealed"] == 5 and found["ok"] and found["unsealed"] == 0
