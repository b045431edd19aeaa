"""Stands for the process that reads, with a mistake of ours in it."""

import socket
import sys

from careward.engines.connectors.csv import apart, reader


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("of Ann Lee")


if __name__ == "__main__":
    reader.read_file = broken  # type: ignore[assignment]
    apart.look_at = broken  # type: ignore[assignment]
    apart.read_for(socket.socket(fileno=int(sys.argv[1])))
