"""Packs are read strictly: an unknown, missing or wrongly typed key is an error naming file, key and remedy.

A pack is a folder: `pack.toml` (numbers, names, orders, lists), `documents/*.toml` (header, sections, clauses of each
procedure document), `cases/*.toml` (worked examples, run as tests) and `was/*.toml` (earlier versions of pack.toml,
still readable). Packs never hold expressions.
"""

import tomllib
from collections.abc import Collection
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

SHIPPED = Path(__file__).resolve().parents[2] / "packs"


Folders = tuple[Path, ...]  # in which packs stand, each in a folder of its own name


class PackError(ValueError):
    """A pack says something we do not understand; the message names the file, the place and the remedy."""


def names(folders: Folders = (SHIPPED,)) -> tuple[str, ...]:
    """Every pack in some folders: those shipped, and those an installation keeps."""
    return tuple(sorted({p.parent.name for root in folders for p in root.glob("*/pack.toml")}))


def folder_of(name: str, folders: Folders) -> Path:
    """The folder in which a pack stands. PackError when two hold one of its name, for nobody could say which is meant."""
    holding = [root for root in folders if (root / name / "pack.toml").is_file()]
    if len(holding) > 1:
        raise PackError(f"{holding[1] / name}: {holding[0]} holds a pack called {name!r} already; give this one a name of its own")
    return holding[0] if holding else folders[0]


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict; PackError says where it is broken."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PackError(f"{path}: no such file; check the name of the pack or put the file there") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: {error}; mend that line, the file must be TOML in UTF-8") from error


def merged(
    folders: Folders, name: str, on: date | None, known: Collection[str], above: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a pack says on a day over those it extends, and the text of each of them, lowest first; keys not known are refused."""
    root = folder_of(name, folders)
    path = _file_in_force(root, name, on)
    where = path.relative_to(root.parent)
    here = read_toml(path)
    text = path.read_text(encoding="utf-8")
    parent = here.pop("extends", None)
    if unknown := sorted(here.keys() - set(known)):
        raise _unknown(unknown[0], known, str(where))
    if parent is None:
        return here, {name: text}
    if not isinstance(parent, str) or parent in (name, *above):
        raise PackError(f"{where}: extends {parent!r}; name one other pack, and none that extends this one")
    base, trail = merged(folders, parent, on, known, (name, *above))
    base.pop("documents", None)  # a document stands in one pack, whoever extends it
    _check_findings(here.get("findings"), base.get("findings"), f"{where}: findings")
    return _over(base, here), {**trail, name: text}


def _check_findings(here: Any, base: Any, where: str) -> None:
    """A pack says of what is found wrong what follows; what may be found is for the rules to say, as the lowest pack lists it."""
    if isinstance(here, dict) and isinstance(base, dict) and (unknown := sorted(here.keys() - base.keys())):
        raise _unknown(unknown[0], base, where)


def _file_in_force(root: Path, name: str, on: date | None) -> Path:
    newest = root / name / "pack.toml"
    earlier = sorted((root / name / "was").glob("*.toml"))
    if on is None or not earlier:
        return newest
    dated = [(_in_force_on(p, root), p) for p in [*earlier, newest]]
    return max(((d, p) for d, p in dated if d <= on), default=min(dated))[1]


def _in_force_on(path: Path, root: Path) -> date:
    day = read_toml(path).get("in_force_on")
    if type(day) is not date:
        raise PackError(
            f"{path.relative_to(root.parent)}: in_force_on: expected date, found {day!r}; each of several versions needs its day"
        )
    return day


def _over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in top.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = _over(out[key], value) if both else value
    return out


def _unknown(key: str, known: Collection[str], where: str) -> PackError:
    return PackError(f"{where}: unknown key {key!r}; it may be misspelt. Known here: {', '.join(sorted(known))}")


def build(kind: type, raw: dict[str, Any], where: str) -> Any:
    """A dataclass from plain data; unknown, missing and wrongly typed keys are PackErrors naming their place."""
    hints = get_type_hints(kind)
    if unknown := sorted(raw.keys() - hints.keys()):
        raise _unknown(unknown[0], hints, where)
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    if missing := sorted(needed - raw.keys()):
        raise PackError(f"{where}: {missing[0]!r} is missing; add it")
    return kind(**{k: _value(hints[k], v, f"{where}: {k}") for k, v in raw.items()})


def _value(hint: Any, raw: Any, where: str) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return build(hint, _typed(dict, raw, where), where)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], v, f"{where}[{i}]") for i, v in enumerate(_typed(list, raw, where)))
    if get_origin(hint) is dict:
        return {k: _value(get_args(hint)[1], v, f"{where}.{k}") for k, v in _typed(dict, raw, where).items()}
    plain = next((a for a in get_args(hint) if a is not type(None)), hint)
    return _typed(plain, raw, where)


def _typed(kind: type, raw: Any, where: str) -> Any:
    if type(raw) is not kind:
        raise PackError(f"{where}: expected {kind.__name__}, found {raw!r}")
    return raw
