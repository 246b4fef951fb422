"""Small defects of a module, as Python's own syntax tree knows where they fit."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

_SWAPPED: dict[type[ast.AST], type[Any]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
# Whatever becomes of them, the code does the same.
_ANNOTATIONS = ("annotation", "returns", "decorator_list", "bases", "type_params")


Path = tuple[tuple[str, int | None], ...]
Change = tuple[str, Callable[[], ast.AST | None]]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One defect: what is done in which line of a module, at a place in its tree."""

    line: int
    what: str
    whole: str = field(repr=False)
    path: Path = field(repr=False)
    number: int = field(repr=False)

    @property
    def source(self) -> str:
        """The whole module with the defect."""
        tree = ast.parse(self.whole)
        _what, change = _changes(_at(tree, self.path))[self.number]
        _replace(tree, self.path, change())
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants(whole: str) -> list[Mutant]:
    """Every defect that fits into a module, in the order of its lines; always the same ones."""
    tree = ast.parse(whole)
    found = []
    for path in _places(tree):
        node = _at(tree, path)
        for number, (what, _change) in enumerate(_changes(node)):
            found.append(Mutant(line=node.lineno, what=what, whole=whole, path=path, number=number))
    return sorted(found, key=lambda each: each.line)


def _places(node: ast.AST, path: Path = ()) -> Iterator[Path]:
    """Where anything may be changed: fields and places in them, from the root."""
    if path and hasattr(node, "lineno"):
        yield path
    for name, value in ast.iter_fields(node):
        if name in _ANNOTATIONS or _is_message(node, name):
            continue
        if isinstance(value, ast.AST):
            yield from _places(value, (*path, (name, None)))
        elif isinstance(value, list):
            for place, each in enumerate(value):
                if isinstance(each, ast.AST) and not _is_docstring(each):
                    yield from _places(each, (*path, (name, place)))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_message(node: ast.AST, name: str) -> bool:
    """Words of an exception, and text between the values of a formatted string, are for people."""
    return isinstance(node, ast.Raise) and name == "exc" or isinstance(node, ast.JoinedStr)


def _changes(node: ast.AST) -> list[Change]:
    """What may go wrong at a node: words, and what stands in its place then (None: nothing)."""
    if isinstance(node, ast.Compare):
        return [(_told("comparison", op), lambda i=i: _compared(node, i)) for i, op in _swappable(node.ops)]
    if isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _SWAPPED:
        return [(_told("operator", node.op), lambda: _with(node, op=_SWAPPED[type(node.op)]()))]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [("no not", lambda: node.operand)]
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return [("condition inverted", lambda: _with(node, test=ast.UnaryOp(ast.Not(), node.test)))]
    if isinstance(node, ast.Constant):
        return _constants(node)
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        return [("returns None", lambda: ast.Return(ast.Constant(None)))]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [("call left out", lambda: ast.Pass())]
    if isinstance(node, ast.Raise):
        return [("raise left out", lambda: ast.Pass())]
    if isinstance(node, ast.keyword) and node.arg is not None:
        return [(f"without {node.arg}", lambda: None)]
    return []


def _constants(node: ast.Constant) -> list[Change]:
    value = node.value
    if isinstance(value, bool):
        return [(f"{not value}", lambda: ast.Constant(not value))]
    if isinstance(value, int | float):
        return [(f"{value + 1} for {value}", lambda: ast.Constant(value + 1))]
    if isinstance(value, str):
        return [(f"other text for {value!r}", lambda: ast.Constant(f"{value}_"))]
    return []


def _told(kind: str, op: ast.AST) -> str:
    return f"{kind} {_SWAPPED[type(op)].__name__} for {type(op).__name__}"


def _swappable(ops: list[ast.cmpop]) -> list[tuple[int, ast.cmpop]]:
    return [(number, op) for number, op in enumerate(ops) if type(op) in _SWAPPED]


def _compared(node: ast.Compare, number: int) -> ast.AST:
    ops = [*node.ops]
    ops[number] = _SWAPPED[type(ops[number])]()
    return _with(node, ops=ops)


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _at(tree: ast.AST, path: Path) -> Any:
    node: Any = tree
    for name, place in path:
        node = getattr(node, name)
        if place is not None:
            node = node[place]
    return node


def _replace(tree: ast.AST, path: Path, new: ast.AST | None) -> None:
    *way, (name, place) = path
    holder = _at(tree, tuple(way))
    if place is None:
        setattr(holder, name, new)
    elif new is None:
        del getattr(holder, name)[place]
    else:
        getattr(holder, name)[place] = new
