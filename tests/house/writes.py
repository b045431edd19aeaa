"""Finds where a module writes: rows saved, made, changed or taken away, a transaction begun, the ledger or a queue written to."""

import ast
from collections.abc import Iterator

ROWS = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "select_for_update", "executemany", "set_password",
    "set_unusable_password", "asave", "acreate", "abulk_create", "aget_or_create", "aupdate_or_create", "abulk_update", "aupdate", "adelete",
}  # fmt: skip
EITHER = {"update", "delete", "add", "set", "remove", "clear"}  # of rows, or of a plain set or dict
PLAIN = {"dict", "set", "Counter", "defaultdict", "list", "sha256", "frozenset"}
DATABASE = {"transaction", "connection", "connections"}
WRITERS = ("evidence.ledger.actions", "evidence.moves.actions", "evidence.moves.rows", "evidence.errands.actions", "evidence.rows.bulk")


def writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each place that writes, or takes hold of what does."""
    plain = _plain(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = ast.unparse(node.func.value)
            if node.func.attr in ROWS or (node.func.attr in EITHER and on.partition("[")[0] not in plain):
                yield node.lineno, f"{on}.{node.func.attr}()"
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{a.name}" for a in node.names} | {str(node.module)}
            if node.module == "django.db" and DATABASE & {a.name for a in node.names}:
                yield node.lineno, "takes the database in its own hands"
            elif any(n == f"careward.{w}" for n in names for w in WRITERS):
                yield node.lineno, f"writes by {node.module}"


def _plain(tree: ast.Module) -> set[str]:
    """Names that are sets and dicts wherever they are given a value here: what is asked of them changes no row."""
    good, bad = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            (good if ast.unparse(node.annotation).startswith(("set[", "dict[")) else bad).add(node.arg)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target, value in [pair for each in targets for pair in _pairs(each, node.value)]:
                (good if value is None or _is_plain(value) else bad).add(ast.unparse(target))
    return good - bad


def _pairs(target: ast.expr, value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    """`a, b = x, y` as its two assignments."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _is_plain(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp):
        return _is_plain(value.left)
    if isinstance(value, ast.Call):
        return (value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")) in PLAIN
    return isinstance(value, ast.Dict | ast.Set | ast.DictComp | ast.SetComp | ast.List)
