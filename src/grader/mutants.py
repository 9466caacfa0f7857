"""Mistakes found by machine: right functions with one slip in them, as a hurried student makes one.

    mutants(source, namespace)    every Mutant of one right function, given as Python source
    sentence(slips)               what a student reads whose results are exactly those of such mutants

An operator is a kind of slip: it looks at one node of the function's syntax tree and yields what might have been
written there instead. Its slip is a noun phrase that is true of every function with the same results, however that
function was written, and that never quotes the answer. `grader.slips` decides which mutants a check needs.
"""

import ast
import copy
import functools
import linecache
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from checks.timelimit import TimeLimit
from checks.wording import ONE_SLIP, alternatives

TURNS = 5000  # of all loops in one call of a mutant, some of which never end; no answer takes a tenth of them
COUNT = "a count, a range or an index that is off by one"
SHIFTED = "a count that starts at the wrong number"
BRACKETS = "an operation that takes in only a part of what it should, as where brackets are missing"
_ORDER = "two lines in the wrong order, so that something is updated too early or too late"
_LEFT_OUT = "a missing line, so that something is not updated"
_SWAPPED = {
    "mean": "sum", "sum": "mean", "reduce_mean": "reduce_sum", "reduce_sum": "reduce_mean",
}  # fmt: skip
_EXTREME = {
    "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax", "maximum": "minimum", "minimum": "maximum",
    "reduce_max": "reduce_min", "reduce_min": "reduce_max",
}  # fmt: skip
_QUANTIFIER = {"any": "all", "all": "any"}
_RENAMED = (
    (_SWAPPED, "a sum in place of a mean or the other way round"),
    (_EXTREME, "the smallest in place of the largest or the other way round"),
    (_QUANTIFIER, "`any` in place of `all` or the other way round"),
)
_SYMBOL = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@", ast.Div: "/", ast.Pow: "**",
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_AT_A_TIE = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}
_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "!=", "!=": "=="}
_CUTS = (  # slip, and what is written before and behind a result for it
    ("a rounded result", "np.round(", ", 3)"),
    ("a result cut to whole numbers", "np.trunc(", ")"),
    ("a result in float32", "np.float32(", ")"),
)
_EXP_AND_LOG = ("exp", "log", "log2", "log10")
_HALF = ("0.5", "(1 / 2)")
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2, "**": 3}  # how strongly an operator holds its sides together


class Mutant(NamedTuple):
    """A right function with one slip in it.

    slip       what was done to it, a noun phrase
    source     the whole function as it now reads
    function   the same, to be called
    """

    slip: str
    source: str
    function: Callable


def mutants(source: str, namespace: dict, kinds: dict[str, str] | None = None) -> Iterator[Mutant]:
    """Every mutant of the function that `source` defines, each run in a copy of `namespace`.

    kinds   parameter → what kind of value it is: only parameters of one kind are mistaken for each other

    Two mutants that read alike are one. What Python cannot compile is left out.
    """
    (function,) = (node for node in ast.parse(textwrap.dedent(source)).body if isinstance(node, ast.FunctionDef))
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    function.decorator_list = []
    for node in ast.walk(function):  # memory that a slip leaves unwritten would hold anything, the answer even
        if isinstance(node, ast.Attribute) and node.attr in ("empty", "empty_like"):
            node.attr = node.attr.replace("empty", "zeros")
    seen = {ast.unparse(function)}
    for slip, changed in _changes(function, kinds or {}):
        text = ast.unparse(changed)
        if text not in seen:
            seen.add(text)
            try:
                yield Mutant(slip, text, _compiled(text, function.name, namespace))
            except SyntaxError:  # a `return` in its place, say, where none may be
                continue


def sentence(slips: Iterable[str]) -> str:
    """What a student reads whose results are those of mutants with these slips; it is true of each of them."""
    return alternatives(slips).join(ONE_SLIP)


def _compiled(text: str, name: str, namespace: dict) -> Callable:
    """The function that `text` defines, ended by TimeLimit when its loops have taken TURNS turns in one call.

    The clock would end it elsewhere on another machine.
    """
    file, turns = f"<mutant {hash(text)} of {name}>", 0
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    tree = ast.parse(text)
    for loop in [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]:
        loop.body.insert(0, ast.copy_location(ast.Expr(ast.Call(ast.Name("_turn", ast.Load()), [], [])), loop))

    def turn():
        nonlocal turns
        turns += 1
        if turns > TURNS:
            raise TimeLimit(f"{TURNS} turns of its loops")

    own = {**namespace, "_turn": turn}
    exec(compile(ast.fix_missing_locations(tree), file, "exec"), own)

    @functools.wraps(own[name])
    def counted(*arguments):
        nonlocal turns
        turns = 0
        return own[name](*arguments)

    return counted


# ---- one change at one place


def _changes(function: ast.FunctionDef, kinds: dict[str, str]) -> Iterator[tuple[str, ast.FunctionDef]]:
    """(slip, changed copy) for every place in the function and everything that might be written there."""
    alike = _mistakable(function, kinds)
    idle = {
        id(loop.iter) for loop in ast.walk(function) if isinstance(loop, ast.For) and ast.unparse(loop.target) == "_"
    }
    logarithmic = {id(part) for node in ast.walk(function) for part in _logarithmic(node)}
    for place, node in enumerate(ast.walk(function)):
        for slip, text in _expressions(node, {*kinds} or {a.arg for a in function.args.args}, alike, logarithmic):
            if not (id(node) in idle and slip == SHIFTED):  # a loop that counts turns alone may begin anywhere
                yield slip, _with_expression(function, place, text)
        if isinstance(getattr(node, "body", None), list):
            for slip, block in _blocks(node.body):
                changed = copy.deepcopy(function)
                list(ast.walk(changed))[place].body = copy.deepcopy(block)
                yield slip, ast.fix_missing_locations(changed)


def _with_expression(function: ast.FunctionDef, place: int, text: str) -> ast.FunctionDef:
    changed = copy.deepcopy(function)
    old = list(ast.walk(changed))[place]
    new = _parsed(text)
    for parent in ast.walk(changed):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if item is old else item for item in value]
    return ast.fix_missing_locations(changed)


def _mistakable(function: ast.FunctionDef, kinds: dict[str, str]) -> dict[str, list[str]]:
    """Name → parameters that a student may write in its place: those of its kind, or the one that it began as."""
    alike = {name: [p for p in kinds if p != name and kinds[p] == kinds[name]] for name in kinds}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=first)) if first in kinds:
                alike.setdefault(name, []).append(first)
    return alike


def _logarithmic(node: ast.AST) -> list[ast.expr]:
    """Exponents, and what the logarithm is taken of: there a term comes to the same as a factor elsewhere."""
    match node:
        case ast.BinOp(op=ast.Pow(), right=exponent):
            return [exponent]
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[argument]) if name in _EXP_AND_LOG:
            return [argument]
    return []


# ---- operators on expressions: (slip, text of what might be written instead)


def _expressions(
    node: ast.AST, parameters: set[str], alike: dict[str, list[str]], logarithmic: set[int]
) -> Iterator[tuple[str, str]]:
    match node:
        case ast.BinOp():
            yield from _arithmetic(node, parameters, id(node) in logarithmic)
            yield from _brackets(node)
        case ast.UnaryOp(op=ast.USub(), operand=inner) if not isinstance(inner, ast.Constant):
            yield "a wrong sign", _text(inner)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _SYMBOL:
            symbol = _SYMBOL[type(op)]
            if symbol in _AT_A_TIE:
                yield "a comparison that decides ties the wrong way", _joined(left, _AT_A_TIE[symbol], right)
            yield "a condition that is the wrong way round", _joined(left, _TURNED[symbol], right)
        case ast.BoolOp(op=op, values=values):
            word = " or " if isinstance(op, ast.And) else " and "
            yield "`and` in place of `or` or the other way round", word.join(map(_text, values))
        case ast.IfExp(test=test, body=one, orelse=other):
            yield "a condition that is the wrong way round", f"{_text(other)} if {_text(test)} else {_text(one)}"
        case ast.Subscript(value=value, slice=ast.Constant(value=0), ctx=ast.Load()):
            yield "the first entry in place of the last or the other way round", f"{_text(value)}[-1]"
        case ast.Subscript(
            value=value, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)), ctx=ast.Load()
        ):
            yield "the first entry in place of the last or the other way round", f"{_text(value)}[0]"
        case ast.Call():
            yield from _call(node)
        case ast.Name(id=name, ctx=ast.Load()):
            for other in alike.get(name, ()):
                yield f"`{other}` where another variable belongs", other


def _arithmetic(node: ast.BinOp, parameters: set[str], logarithmic: bool) -> Iterator[tuple[str, str]]:
    left, right = _text(node.left), _text(node.right)

    def missing(what: str, part: ast.expr, rest: ast.expr) -> str:
        if logarithmic or (what == "term" and ast.unparse(rest) == "1"):
            return "a missing term, factor or division"
        return f"a missing {what} `{part.id}`" if getattr(part, "id", None) in parameters else f"a missing {what}"

    match node.op:
        case ast.Add() | ast.Sub():
            yield "a wrong sign", f"{left} {'-' if isinstance(node.op, ast.Add) else '+'} {right}"
            if isinstance(node.op, ast.Sub):
                yield "a wrong sign", f"{right} - {left}"
            yield missing("term", node.right, node.left), left
            yield missing("term", node.left, node.right), f"{'-' * isinstance(node.op, ast.Sub)}{right}"
            if isinstance(node.op, ast.Sub):
                yield "a difference of which only the second part is left", right
        case ast.Mult() if left == right:
            yield "a missing exponent or factor", left
        case ast.Mult() | ast.MatMult():
            yield missing("factor", node.right, node.left), left
            if not isinstance(getattr(node.left, "op", None), ast.Mult):  # that would be more than one factor
                yield missing("factor", node.left, node.right), right
            for part in (node.left, node.right):
                if isinstance(node.op, ast.Mult) and not isinstance(part, ast.Constant):
                    yield "a factor that comes in twice", f"{left} * {right} * {_text(part)}"
        case ast.Div():
            yield "a division that is done twice", f"{left} / {right} / {right}"
            yield missing("division by", node.right, node.left).removesuffix(" by"), left
            yield missing("factor", node.left, node.right), f"1 / {right}"
            yield "a quotient upside down", f"{right} / {left}"
        case ast.Pow():
            yield f"a missing {'square root' if right in _HALF else 'exponent'}", left
            yield "a product in place of a power", f"{left} * {right}"


def _brackets(node: ast.BinOp) -> Iterator[tuple[str, str]]:
    """(a + b) * c as a + b * c and so on: one pair of brackets that matters, left out."""
    outer = _SYMBOL.get(type(node.op))
    if outer not in _BINDS:
        return
    for side in ("left", "right"):
        inner = getattr(node, side)
        symbol = _SYMBOL.get(type(inner.op)) if isinstance(inner, ast.BinOp) else None
        needed = symbol and (_BINDS[symbol] < _BINDS[outer] or (side == "right" and outer in "-/" and symbol in "+-*/"))
        if needed:
            parts = [_text(inner.left), symbol, _text(inner.right)]
            whole = [*parts, outer, _text(node.right)] if side == "left" else [_text(node.left), outer, *parts]
            yield BRACKETS, " ".join(whole)


def _call(node: ast.Call) -> Iterator[tuple[str, str]]:
    match node.func:
        case ast.Attribute(value=value, attr=name):
            owner = f"{_text(value)}."
        case ast.Name(id=name):
            owner = ""
        case _:
            return
    given = [ast.unparse(argument) for argument in node.args]
    keywords = [ast.unparse(keyword) for keyword in node.keywords]

    def called(function: str, *arguments: str) -> str:
        return f"{function}({', '.join(arguments)})"

    same = owner + name
    if len(given) == 1 and name in ("sqrt", "abs", "square"):
        what = {"sqrt": "square root", "abs": "absolute value", "square": "exponent"}[name]
        yield f"a missing {what}", _text(node.args[0])
    for other_names, slip in _RENAMED:
        if name in other_names:
            yield slip, called(owner + other_names[name], *given, *keywords)
    if name in ("range", "arange"):
        start, stop = ("0", given[0]) if len(given) == 1 else given[:2]
        for first, last in [(start, f"({stop}) - 1"), (start, f"({stop}) + 1"), (f"({start}) + 1", stop)]:
            yield COUNT, called(same, first, last, *given[2:])
        for by in ("+ 1", "- 1"):
            yield SHIFTED, called(same, f"({start}) {by}", f"({stop}) {by}", *given[2:])
    elif name == "len":
        yield COUNT, f"{ast.unparse(node)} - 1"
    elif not keywords:
        for i in range(len(given)):
            for j in range(i + 1, len(given)):
                swapped = [*given[:i], given[j], *given[i + 1 : j], given[i], *given[j + 1 :]]
                yield "two arguments of a call in the wrong order", called(same, *swapped)
    for k, keyword in enumerate(keywords):
        if keyword.startswith("axis="):
            for axis in {"axis=0", "axis=1"} - {keyword}:
                others = [*keywords[:k], axis, *keywords[k + 1 :]]
                yield "an operation along the wrong axis", called(same, *given, *others)
            yield "an operation along the wrong axis", called(same, *given, *keywords[:k], *keywords[k + 1 :])


def _joined(left: ast.expr, symbol: str, right: ast.expr) -> str:
    return f"{_text(left)} {symbol} {_text(right)}"


def _text(node: ast.expr) -> str:
    """The expression, in brackets where another operator beside it could tear it apart."""
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Constant)) else f"({ast.unparse(node)})"


# ---- operators on blocks: (slip, lines that might be written instead)


def _blocks(body: list[ast.stmt]) -> Iterator[tuple[str, list[ast.stmt]]]:
    for i, line in enumerate(body):
        before, after = body[:i], body[i + 1 :]
        if len(body) > 1 and not isinstance(line, ast.Return):
            yield _LEFT_OUT, [*before, *after]
        if after and not isinstance(after[0], ast.Return) and not _independent(line, after[0]):
            yield _ORDER, [*before, after[0], line, *after[1:]]
        if isinstance(line, (ast.For, ast.While)) and after and isinstance(after[-1], ast.Return):
            loop = copy.deepcopy(line)
            loop.body += copy.deepcopy(after)
            yield "a `return` inside the loop, which ends it in its first turn", [*before, loop]
        for slip, lines in _lines(line):
            yield slip, [*before, *lines, *after]


def _independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two lines each give a value to a name that the other does not read, so that their order is no matter."""
    both = (one, other)
    if not all(
        isinstance(line, ast.Assign) and not any(isinstance(n, ast.Call) for n in ast.walk(line)) for line in both
    ):
        return False
    names = [{n.id for n in ast.walk(line) if isinstance(n, ast.Name)} for line in both]
    stored = [{n.id for t in line.targets for n in ast.walk(t) if isinstance(n, ast.Name)} for line in both]
    return not (stored[0] & names[1] or stored[1] & names[0])


def _lines(line: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    """What might be written in place of one line."""
    match line:
        case ast.Assign(
            targets=[ast.Name(id=name) as target], value=ast.BinOp(left=ast.Name(id=same), op=op, right=by)
        ):
            if name == same:
                yield "an array changed in place where a new one is needed", [ast.AugAssign(target, op, by)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            pairs = [ast.Assign([name], value) for name, value in zip(names, values, strict=True)]
            yield _ORDER, pairs
            yield _ORDER, pairs[::-1]
            for pair in pairs:
                yield _LEFT_OUT, [other for other in pairs if other is not pair]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Call() as call):
            for k in range(1, len(names)):
                swapped = [*names[: k - 1], names[k], names[k - 1], *names[k + 1 :]]
                yield "results of a call in the wrong order", [ast.Assign([ast.Tuple(swapped, ast.Store())], call)]
        case ast.AugAssign(target=target, op=ast.Add() | ast.Sub() as op, value=value):
            yield "a wrong sign", [ast.AugAssign(target, ast.Sub() if isinstance(op, ast.Add) else ast.Add(), value)]
            yield "a value overwritten where it should be added to", [ast.Assign([target], value)]
        case ast.Return(value=ast.Tuple(elts=parts)) if len(parts) > 1:
            for k, part in enumerate(parts):
                yield "only some of the results", [ast.Return(part)]
                if k:
                    swapped = [*parts[: k - 1], part, parts[k - 1], *parts[k + 1 :]]
                    yield "the results in the wrong order", [ast.Return(ast.Tuple(swapped, ast.Load()))]
            for slip, before, behind in _CUTS:
                cut = [_parsed(before + ast.unparse(part) + behind) for part in parts]
                yield slip, [ast.Return(ast.Tuple(cut, ast.Load()))]
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            for slip, before, behind in _CUTS:
                yield slip, [ast.Return(_parsed(before + ast.unparse(value) + behind))]


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
