"""Reads the arrows that are written as strings: addresses, permissions, verbs, tables, templates and links, in code and in templates.

A room names only its own and lower rooms' (DESIGN section 2), in the order of config/rooms.py; the kit below them all names none.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from careward.config.rooms import ROOMS, house

ROOT = Path(__file__).resolve().parents[2]
CAREWARD = ROOT / "careward"
BESIDE = ("introductions", "rights", "procedures")  # rooms of governance, none of which knows another
ABOVE = ("cli", "config")  # they know every room
BELOW = ("core", "seal", "web", "engines", "packs")  # they know none

QUOTED = re.compile(r"""(["'])([^"'{}%]*?)\1""")
COLONS = re.compile(r"[a-z_]+:[a-z_]+(?::[a-z_]+)?")
BARE_URL = re.compile(r"""(?:\burl\(\s*|\{%\s*url\s+)["']([a-z_]+)["']""")
LINK = re.compile(r"""(?:href|action)=["'](/[^"'{]*)""")
TEMPLATE = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)+\.(?:jinja|html|txt)")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One thing of a room that some file names."""

    file: str
    line: int
    what: str
    named: str
    room: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} names the {self.what} {self.named} of {self.room}"


@dataclass(frozen=True)
class Known:
    """What belongs to which room."""

    rooms: tuple[str, ...]  # lowest first
    urls: Mapping[str, str]  # names without a namespace
    verbs: Mapping[str, str]
    tables: Mapping[str, str]
    templates: Mapping[str, str]


def room_of(package: str) -> str:
    """The room that a module belongs to, or the storey where it belongs to none: careward.work.tasks.views is tasks, careward.web.x is web."""
    whole = next((r for r in ROOMS if package == r or package.startswith(f"{r}.")), "")
    return whole.rsplit(".", 1)[-1] if whole else package.split(".")[1]


def known() -> Known:
    """Walks the house for what it gives, the addresses, the tables and the templates."""
    templates = {str(p.relative_to(f)): _room_at(p) for f in CAREWARD.rglob("templates") if f.is_dir() for p in f.rglob("*") if p.is_file()}
    verbs = {verb.name: room.name for room in house().rooms for verb in room.verbs}
    tables = {m._meta.db_table: room_of(m.__module__) for m in apps.get_models() if m.__module__.startswith("careward.")}
    return Known(tuple(r.rsplit(".", 1)[-1] for r in ROOMS), dict(_bare_urls(get_resolver().url_patterns, "")), verbs, tables, templates)


def _room_at(path: Path) -> str:
    return room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))


def _bare_urls(patterns: Iterable[URLPattern | URLResolver], within: str) -> Iterator[tuple[str, str]]:
    """Names that have no namespace: the kit's own, and those of signing in, whose views are partly allauth's."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not pattern.namespace:
                named = pattern.urlconf_name if isinstance(pattern.urlconf_name, str) else getattr(pattern.urlconf_name, "__name__", "")
                yield from _bare_urls(pattern.url_patterns, room_of(named) if named.startswith("careward.") else within)
        elif pattern.name:
            yield pattern.name, within


def arrows(file: str, text: str, know: Known) -> list[Arrow]:
    """Everything of some room that a file names."""
    lines = list(_strings_of(text)) if file.endswith(".py") else list(_strings_in_template(text))
    found = [Arrow(file, line, *each) for line, value in lines for each in _named(value, know)]
    return found + [Arrow(file, _line(text, m), "address", m[1], know.urls[m[1]]) for m in _bare(text, file) if m[1] in know.urls]


def _bare(text: str, file: str) -> Iterator[re.Match[str]]:
    shape = re.compile(r"""\b(?:reverse|reverse_lazy|redirect)\(\s*["']([a-z_]+)["']""") if file.endswith(".py") else BARE_URL
    return shape.finditer(text)


def _strings_of(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != "/":  # mostly what something is split by
            yield node.lineno, node.value
        if isinstance(node, ast.Call) and "edirect" in ast.unparse(node.func):
            yield from ((a.lineno, "/") for a in node.args if isinstance(a, ast.Constant) and a.value == "/")


def _strings_in_template(text: str) -> Iterator[tuple[int, str]]:
    for match in QUOTED.finditer(text):
        if match[2] != "/":
            yield _line(text, match), match[2]
    for match in LINK.finditer(text):
        yield _line(text, match), match[1]


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def _named(value: str, know: Known) -> Iterator[tuple[str, str, str]]:
    """What of which room one string names: (what, the name, the room)."""
    if COLONS.fullmatch(value) and (room := value.split(":")[0]) in know.rooms:
        yield ("permission" if value.count(":") == 2 else "address"), value, room
    if value in know.verbs:
        yield "verb", value, know.verbs[value]
    for table in re.findall(r"\b[a-z]+_[a-z_]+\b", value):
        if table in know.tables:
            yield "table", table, know.tables[table]
    for path in TEMPLATE.findall(value):
        if path in know.templates:
            yield "template", path, know.templates[path]
    if value.startswith("/") and (room := _behind(value)):
        yield "link", value, room


def _behind(address: str) -> str:
    """The room whose view answers at an address; "" where none does."""
    try:
        found = resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return ""
    if found.namespaces:
        return found.namespaces[0]
    names = dict(_bare_urls(get_resolver().url_patterns, ""))
    return names.get(found.url_name or "", "")


def may_name(below: str, above: str, rooms: tuple[str, ...]) -> bool:
    """Whether a file of `above` may name what belongs to `below`: its own, or a lower room's."""
    if above == below or above in ABOVE or below in BELOW:
        return True
    if above not in rooms or below not in rooms:
        return False
    return rooms.index(below) < rooms.index(above) and not (above in BESIDE and below in BESIDE)


def upward(file: str, text: str, know: Known) -> list[Arrow]:
    """The arrows of one file that lead upstairs, or to a room beside it."""
    own = room_of(".".join(Path(file).with_suffix("").parts))
    return [a for a in arrows(file, text, know) if not may_name(a.room, own, know.rooms)]
