"""Generated parts of pages: commands, recipe keys, modules and the HTTP interface.

Each is a directive without content, so that a page can have its own text around it:

    ```{commands}
    ```
"""

import dataclasses
import inspect
import logging
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin, get_type_hints

from docstrings import parse
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

UNDOCUMENTED = {"__main__", "cli"}
"""Modules without API pages: the command line has its own page."""


class Generated(SphinxDirective):
    """A directive whose text is generated when the site is built."""

    def text(self) -> str:
        """Return Markdown."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse the text in place of the directive."""
        section = nodes.section()
        section.document = self.state.document
        lines = StringList(self.text().splitlines(), self.get_source_info()[0])
        nested_parse_with_titles(self.state, lines, section, self.content_offset)
        return section.children


# ── the command line ──────────────────────────────────────────────────────────────────────────────


class Commands(Generated):
    """Every command with its arguments and options."""

    def text(self) -> str:
        """Return a section for each command."""
        from fcfi import cli

        found = commands_of(cli.app)
        return "\n".join(line for name in sorted(found) for line in command(name, found[name]))


def commands_of(app: Any, prefix: str = "") -> dict[str, Callable[..., Any]]:
    """Return the functions of a program's commands by name, those of its groups as "GROUP NAME"."""
    found = {
        prefix + (entry.name or entry.callback.__name__.replace("_", "-")): entry.callback
        for entry in app.registered_commands
        if entry.callback is not None and not entry.hidden
    }
    for group in app.registered_groups:
        name = group.typer_instance.info.name
        found |= commands_of(group.typer_instance, f"{prefix}{name} ")
    return found


def command(name: str, function: Callable[..., Any]) -> Iterator[str]:
    """Yield the lines of a command's section."""
    hints = get_type_hints(function, include_extras=True)
    parameters = [
        (parameter, *hints[parameter.name].__metadata__, hints[parameter.name].__origin__)
        for parameter in inspect.signature(function).parameters.values()
        if hasattr(hints[parameter.name], "__metadata__")
    ]
    yield f"## fcfi {name}"
    yield ""
    yield from inspect.cleandoc(function.__doc__ or "").replace("\b\n", "").splitlines()
    yield ""
    yield "| argument or option | meaning | default |"
    yield "|---|---|---|"
    for parameter, info, kind in parameters:
        yield (
            f"| {spelling(parameter.name, info, kind, parameter.default is True)} "
            f"| {cell(info.help or '')} "
            f"| {typed(parameter.default)} |"
        )
    yield ""


def spelling(name: str, info: Any, kind: Any, on: bool) -> str:
    """Return the syntax of an argument or option, such as `--output, -o FILE`.

    on: whether a switch is on by default, so that it has a form that switches it off.
    """
    if type(info).__name__ == "ArgumentInfo":
        return f"`{info.metavar or name.upper()}`"
    plain = name.strip("_").replace("_", "-")
    both_ways = f"--{plain}/--no-{plain}" if on else f"--{plain}"
    names = info.param_decls or (both_ways,)
    together = ", ".join(f"`{option}`" for option in names)
    return together if kind is bool else f"{together} `{cell(info.metavar or taken(kind))}`"


def taken(kind: Any) -> str:
    """Return the kind of value of an option with this type."""
    simple = {int: "NUMBER", float: "NUMBER", str: "TEXT", Path: "PATH"}
    if kind in simple:
        return simple[kind]
    if get_origin(kind) is Literal:
        return "|".join(map(str, get_args(kind)))
    # For an optional or repeated option, the kind of a single value.
    inner = [part for part in get_args(kind) if part is not type(None)]
    return taken(inner[0]) if inner else "TEXT"


def typed(default: Any) -> str:
    """Return a default as on the command line, or "" for options that are unset by default."""
    if default is inspect.Parameter.empty:
        return "required"
    if isinstance(default, bool):
        return "on" if default else ""
    return "" if default in (None, "") else f"`{default}`"


def cell(text: str) -> str:
    """Return text that is safe in a table cell."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


# ── recipes ───────────────────────────────────────────────────────────────────────────────────────


class RecipeKeys(Generated):
    """Every key of a recipe, from the dataclasses that read it."""

    def text(self) -> str:
        """Return a section for each table of the TOML file."""
        from fcfi.training.config import Recipe

        return "\n".join(recipe_section("", Recipe))


def recipe_section(name: str, section: Any) -> Iterator[str]:
    """Yield the lines of one section and of those inside it."""
    keys = dataclasses.fields(section)
    hints = get_type_hints(section)
    inner = [key for key in keys if dataclasses.is_dataclass(hints[key.name])]
    parts = parse(section.__doc__, {key.name for key in keys})
    meaning = {key: text for label, text in parts.fields.items() for key in label.split(", ")}
    yield f"## [{name}]" if name else "## The recipe"
    yield ""
    for block in parts.blocks:
        yield from (block, "")
    yield "| key | values | default | meaning |"
    yield "|---|---|---|---|"
    for key in keys:
        if key not in inner:
            where = f"{name}.{key.name}" if name else key.name
            # A registry knows the values that its key takes.
            registered = key.metadata.get("values")
            allowed = listed(registered()) if registered else values(hints[key.name])
            yield (
                f"| `{where}` | {allowed} | {default_value(key)} "
                f"| {cell(meaning.get(key.name, ''))} |"
            )
    yield ""
    for key in inner:
        yield from recipe_section(f"{name}.{key.name}" if name else key.name, hints[key.name])


def listed(names: Iterable[str]) -> str:
    """Return names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def values(hint: Any) -> str:
    """Return the values of a key, in TOML terms."""
    simple = {int: "whole number", float: "number", str: "text", bool: "true, false"}
    if hint in simple:
        return simple[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple and arguments[-1] is Ellipsis:
        return f"list of {values(arguments[0])}"
    if origin is tuple:
        return f"[{', '.join(map(values, arguments))}]"
    if origin is dict:
        return f"table of {values(arguments[1])}"
    if dataclasses.is_dataclass(hint):
        return "table: " + ", ".join(f"`{key.name}`" for key in dataclasses.fields(hint))
    if arguments:
        return listed(arguments)
    return cell(getattr(hint, "__name__", str(hint)))


def default_value(key: Any) -> str:
    """Return the default of a key in TOML."""
    if key.default is dataclasses.MISSING and key.default_factory is dataclasses.MISSING:
        return "required"
    value = key.default if key.default is not dataclasses.MISSING else key.default_factory()
    return f"`{cell(toml(value))}`"


def toml(value: Any) -> str:
    """Return a plain value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if dataclasses.is_dataclass(value):
        return toml(dataclasses.asdict(value))  # type: ignore[arg-type]
    return str(value)


# ── modules ───────────────────────────────────────────────────────────────────────────────────────


class Modules(Generated):
    """The public names of modules and of all modules in packages, from their docstrings."""

    required_arguments = 1
    final_argument_whitespace = True

    def text(self) -> str:
        """Return a section for each module that has anything public."""
        covered = self.env.metadata.setdefault("fcfi-modules", {})
        lines = []
        for name in self.arguments[0].split():
            covered[name] = self.env.docname
            for module in modules_in(name):
                lines += [f"## {module}", "", "```{eval-rst}", f".. automodule:: {module}"]
                lines += ["   :members:", "```", ""]
        return "\n".join(lines)


def modules_in(name: str) -> Iterator[str]:
    """Yield the full names of a module and all its submodules with public names."""
    full = f"fcfi.{name}"
    module = import_module(full)
    if is_worth_a_section(module):
        yield full
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not found.name.startswith("_") and found.name not in {"migrations", "static"}:
            yield from modules_in(f"{name}.{found.name}")


def is_worth_a_section(module: Any) -> bool:
    """Return whether a module defines a public name."""
    own = (
        value
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    )
    return any(True for _ in own)


def check_modules(app: Sphinx, environment: Any) -> None:
    """Warn about each module of the package that is on no page, which fails the build."""
    from sphinx.util.logging import getLogger

    import fcfi

    shown = environment.metadata.get("fcfi-modules", {})
    there = {found.name for found in pkgutil.iter_modules(fcfi.__path__)} - UNDOCUMENTED
    for name in sorted(there - set(shown)):
        getLogger(__name__).warning(
            "the module fcfi.%s stands on no page of docs/reference/api: add it to one", name
        )


# ── HTTP ──────────────────────────────────────────────────────────────────────────────────────────


class Routes(Generated):
    """Every route of the server, from its OpenAPI description."""

    def text(self) -> str:
        """Return a table of methods and paths."""
        lines = ["| method, path | what it does | request | responses |", "|---|---|---|---|"]
        for path, methods in describe_server()["paths"].items():
            for method, operation in methods.items():
                what = operation.get("description") or operation.get("summary", "")
                lines.append(
                    f"| `{method.upper()} {path}` | {cell(what)} "
                    f"| {schema_name(operation.get('requestBody'))} | "
                    f"{', '.join(sorted(operation['responses']))} |"
                )
        return "\n".join(lines)


def describe_server() -> dict[str, Any]:
    """Return the OpenAPI description of a server for an empty folder, without starting it."""
    from fcfi.project.project import Project
    from fcfi.server.app import create_app

    # Migrations of a new store log each step, which is irrelevant here.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with TemporaryDirectory() as folder, Project.open(Path(folder), None) as project:
        return create_app(project).openapi()


def schema_name(body: dict[str, Any] | None) -> str:
    """Return the name of a request's schema."""
    if not body:
        return ""
    kinds = [
        content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        for content in body["content"].values()
    ]
    return ", ".join(f"`{kind}`" for kind in kinds if kind)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("commands", Commands)
    app.add_directive("recipe-keys", RecipeKeys)
    app.add_directive("modules", Modules)
    app.add_directive("routes", Routes)
    app.connect("env-check-consistency", check_modules)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
