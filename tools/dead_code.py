"""What nothing in `careward` or `tools` uses, tests not counted: vulture, told of the uses that are not written in Python.

A name that a template draws, a string names (a column in SQL, a place in the settings) or a pack gives is used; so is what Django, allauth
and the standard library call by its name. The few that stay for another reason stand in pyproject.toml, each with it.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
DRAWN = re.compile(r"\.\s*([A-Za-z_]\w*)")
WORDS = re.compile(r"[A-Za-z_]\w*")
KEY = re.compile(r"^\s*([a-z_]\w*)\s*=|[{,]\s*([a-z_]\w*)\s*=|^\[+([a-z_]\w*)", re.MULTILINE)
WORDED = ("variable", "attribute", "import")  # a field, a column, a type in quotes: a string may be all that names it
PLACE = re.compile(r"careward(?:\.\w+)+")


def dead(*folders: Path) -> list[str]:
    """What is dead in some folders, one line each, in order."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["vulture"]
    found = Vulture(ignore_names=settings["ignore_names"], ignore_decorators=settings["ignore_decorators"])
    found.scavenge([str(folder) for folder in folders], exclude=settings["exclude"])
    strings = tuple(_strings(folders))
    named, said = set(_named(folders, strings)), set(_said(folders, strings))
    left = [i for i in found.get_unused_code() if i.name not in named and not (i.typ in WORDED and i.name in said)]
    return sorted(f"{i.filename}:{i.first_lineno}: {i.typ} {i.name}" for i in left)


def _named(folders: tuple[Path, ...], strings: tuple[str, ...]) -> Iterator[str]:
    """Names of any kind that are used: drawn by a template, or at the end of a place in a string (careward.web.errors.RefusalPages)."""
    for path in _files(folders, "*.jinja", "*.html"):
        for tag in TAG.findall(path.read_text(encoding="utf-8")):
            yield from DRAWN.findall(tag)
    for text in strings:
        if PLACE.fullmatch(text):
            yield text.rpartition(".")[2]


def _said(folders: tuple[Path, ...], strings: tuple[str, ...]) -> Iterator[str]:
    """Fields and columns that SQL, a query or a pack names."""
    for text in strings:
        yield from WORDS.findall(text)
    for path in _files(folders, "*.toml"):
        for keys in KEY.findall(path.read_text(encoding="utf-8")):
            yield from filter(None, keys)


def _strings(folders: tuple[Path, ...]) -> Iterator[str]:
    """What Python says in strings, but not in sentences about the code."""
    for path in _files(folders, "*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in told)


def _files(folders: tuple[Path, ...], *patterns: str) -> Iterator[Path]:
    yield from (path for folder in folders for pattern in patterns for path in folder.rglob(pattern) if "migrations" not in path.parts)


if __name__ == "__main__":
    sys.exit("\n".join(dead(ROOT / "careward", ROOT / "tools")))
