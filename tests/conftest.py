"""What every test shares: sockets are off outside contracts and journeys, and the clock is an argument."""

import pytest
from pytest_socket import disable_socket, enable_socket

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
