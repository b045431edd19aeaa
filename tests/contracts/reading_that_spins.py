"""Stands for the process that reads, with files of one name that keep its processor busy for ever; it reads all others."""

import socket
import sys
from pathlib import Path
from typing import Any

from careward.engines.connectors.csv import apart, reader

read_file = reader.read_file


def spinning(path: Path, *args: Any, **named: Any) -> object:
    while path.name == "paris.csv":
        pass
    return read_file(path, *args, **named)


if __name__ == "__main__":
    reader.read_file = spinning  # type: ignore[assignment]
    apart.read_for(socket.socket(fileno=int(sys.argv[1])))
