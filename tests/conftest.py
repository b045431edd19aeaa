"""What every test shares: sockets are off outside contracts and journeys, and the clock is an argument."""

import os
import sys

import pytest
from django.conf import settings as installation
from hypothesis import Phase, settings
from pytest_socket import disable_socket, enable_socket

# CI tries the same examples each time, so that a submission is judged by what it changed; every other run looks for new ones.
# Time is measured in benchmarks, never asserted: a test that shares the machine with others may take long.
settings.register_profile("new", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
for name, examples in (("breaks_quickly", 10), ("breaks", 100)):  # tools/breaks.py: that something fails is all it asks
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(name, deadline=None, derandomize=True, database=None, phases=phases, max_examples=examples)
settings.register_profile("sweep", deadline=None, max_examples=1_000, database=None)
SWEEP = os.environ.get("CAREWARD_SWEEP") == "1"  # tools/sweep.py
settings.load_profile("sweep" if SWEEP else "ci" if os.environ.get("CI") == "true" else "new")

# In a process beside others the main module has no file, and the Spark client then takes it for a doctest.
sys.modules["__main__"].__dict__.setdefault("__file__", __file__)

OPEN_ROOMS = ("tests/contracts", "tests/journeys")


@pytest.fixture(autouse=True)
def _sockets(request: pytest.FixtureRequest):
    """No test reaches the network; a PostgreSQL on a Unix socket is not the network."""
    if any(part in str(request.node.path).replace("\\", "/") for part in OPEN_ROOMS):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def _a_ledger_of_its_own():
    """What a test signed goes with its rows: the next one's begin anew."""
    yield
    for file in (installation.CAREWARD_HOME / "keys").glob("ledger.*"):
        file.unlink()
