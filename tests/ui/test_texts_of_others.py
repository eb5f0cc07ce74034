"""No place where Streamlit renders Markdown takes a text that was not escaped.

Whatever is drawn there is a text of the catalogues without values, or comes from ``markdown``,
``code`` or ``Session.md``, or is put together from such parts.
"""

import ast
from functools import cache
from pathlib import Path

import pytest
import streamlit as st

ROOT = Path(__file__).parents[2]
MODULES = [
    *sorted((ROOT / "nami_monitor" / "ui").rglob("*.py")),
    *sorted((ROOT / "pages").glob("*.py")),
    ROOT / "dashboard.py",
]
LABELLED = {
    "markdown", "caption", "title", "header", "subheader", "info", "error", "warning", "success",
    "toast", "expander", "popover", "button", "download_button", "form_submit_button", "checkbox",
    "toggle", "radio", "selectbox", "multiselect", "text_input", "text_area", "number_input",
    "date_input", "file_uploader", "metric", "spinner", "segmented_control", "pills", "tabs",
    "status", "link_button", "slider", "select_slider", "badge", "dialog", "write",
}  # fmt: skip
"""Calls whose first argument is rendered."""
NAMED = {"label", "body", "help", "text", "captions"}
"""Arguments by name that are rendered, whatever is called."""
RENDERED_OPTIONS = {"radio", "segmented_control", "pills"}
NOT_MARKDOWN = {("text", "body"), ("code", "body"), ("html", "body")}
ESCAPED = {"markdown", "code", "Markdown"}


@cache
def markdown_functions():
    """Functions of the house that say that they give Markdown."""
    return {
        node.name
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) in {"Markdown", "Markdown | None"}
    }


@cache
def tree(module):
    return ast.parse(module.read_text("utf-8"))


def is_streamlit(function, strangers):
    """A call of Streamlit, also on a container or an element that it gave."""
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id not in strangers
        and hasattr(st, function.attr)
    )


def strangers(source):
    """What a module imports, and other objects with methods named as Streamlit's."""
    return {"session", "db", "store", "log"} | {
        alias.asname or alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name) != "st"
    }


def parts(node):  # noqa: PLR0911 - one for each shape
    """The expressions that a text is put together from; None when it is not put together."""
    match node:
        case ast.JoinedStr():
            return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BinOp(op=ast.Add()):
            return [node.left, node.right]
        case ast.Lambda() | ast.GeneratorExp() | ast.ListComp():
            return [node.body if isinstance(node, ast.Lambda) else node.elt]
        case ast.List() | ast.Tuple():
            return node.elts
        case ast.Dict():
            return node.values
        case ast.Subscript():
            return [node.value]
        case ast.Call(func=ast.Attribute(attr="join"), args=[joined]):
            return [joined]
    return None


def escaped(node, names):
    """Whether an expression holds nothing of others that is not escaped."""
    inner = parts(node)
    if inner is not None:
        for one in getattr(node, "generators", ()):
            if isinstance(one.target, ast.Name) and escaped(one.iter, names):
                names = names | {one.target.id}
        return all(escaped(part, names) for part in inner)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "md" or (node.func.attr == "t" and not node.keywords)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ESCAPED | markdown_functions()
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in names)


def bound(function):
    """Each name that a function binds, with what it is bound to; None where that is not known."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            whole = isinstance(node.targets[0], ast.Name)
            for name in stored(node.targets[0]):
                yield name, node.value if whole else None
        elif isinstance(node, ast.arg):
            typed = node.annotation and ast.unparse(node.annotation).startswith("Markdown")
            yield node.arg, ast.Constant("") if typed else None
        elif isinstance(node, ast.For | ast.comprehension | ast.NamedExpr | ast.AugAssign):
            yield from ((name, None) for name in stored(node.target))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.value
        elif isinstance(node, ast.withitem) and node.optional_vars:
            yield from ((name, None) for name in stored(node.optional_vars))


def stored(target):
    return [name.id for name in ast.walk(target) if isinstance(name, ast.Name)]


@cache
def names_in(function):
    """Names of a function that only ever hold what is escaped."""
    values = {}
    for name, value in bound(function):
        values.setdefault(name, []).append(value)
    return frozenset(
        name
        for name, every in values.items()
        if all(value is not None and escaped(value, frozenset()) for value in every)
    )


def rendered(call):
    """The arguments of a call that Streamlit renders as Markdown."""
    name = call.func.attr
    if name in LABELLED and call.args:
        yield call.args[0]
    for keyword in call.keywords:
        options = name in RENDERED_OPTIONS and keyword.arg == "format_func"
        if options or (keyword.arg in NAMED and (name, keyword.arg) not in NOT_MARKDOWN):
            yield keyword.value


def leaks(source):
    """Lines where a text reaches Streamlit's Markdown without passing."""
    found, others = [], strangers(source)
    functions = [node for node in ast.walk(source) if isinstance(node, ast.FunctionDef)]
    inside = {node: function for function in functions for node in ast.walk(function)}
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and is_streamlit(node.func, others):
            names = names_in(inside[node]) if node in inside else names_in(source)
            found += [value for value in rendered(node) if not escaped(value, names)]
        elif (
            isinstance(node, ast.Return)
            and node in inside
            and inside[node].name in markdown_functions()
            and node.value is not None
            and not escaped(node.value, names_in(inside[node]))
        ):
            found.append(node.value)
    return [(value.lineno, ast.unparse(value)) for value in found]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_text_that_is_rendered_was_escaped(module):
    assert leaks(tree(module)) == []


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown(title)",
        "st.caption(f'{session.t(key)}: {title}')",
        "st.button(session.t('a.b', name=title))",
        "left.info(markdown(title) + title)",
        "st.radio('', options, format_func=lambda code: names[code])",
        "st.selectbox('', options, help=title)",
        "st.markdown('\\n'.join(f'- {line}' for line in lines))",
    ],
)
def test_a_text_that_was_not_escaped_is_found(line):
    assert leaks(ast.parse(f"def show(session, title, key, names, options, lines):\n    {line}"))


@pytest.mark.slow
def test_nobody_escapes_html_or_builds_expressions_by_himself():
    others = [
        (module.name, name)
        for module in sorted((ROOT / "nami_monitor").rglob("*.py"))
        if module.name != "escapes.py"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ImportFrom)
        for name in [f"{node.module}.{alias.name}" for alias in node.names]
        if name in {"html.escape", "xml.sax.saxutils.escape"}
    ]
    assert others == []
