"""Promises of the project: layers, documented commands and files, recipes, pinned versions."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi import cli
from fcfi.errors import FCFIError
from fcfi.images import read_image
from fcfi.masks.truth import OBJECT

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")]
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MAX_PHOTOGRAPH = 200_000
"""Bytes of one bundled photograph."""


def options_of_commands() -> dict[str, set[str]]:
    """Return the options of each command; commands of a group are named "GROUP COMMAND"."""
    from typer.main import get_command

    found: dict[str, set[str]] = {}

    def add(group: Any, prefix: str) -> None:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                add(command, f"{name} ")
                continue
            options = {
                option
                for parameter in command.params
                for option in (*parameter.opts, *parameter.secondary_opts)
            }
            found[prefix + name] = options | {"--help"}

    add(get_command(cli.app), "")
    return found


GROUPS = {"bulk"}
"""Commands that have commands of their own."""


def documented_commands(text: str) -> list[list[str]]:
    """Return every `fcfi ...` in a code block or between backticks, as words."""
    code = re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL) + re.findall(
        r"(?<!`)`([^`\n]+)`(?!`)", text
    )
    lines = [line.split("   #")[0] for block in code for line in block.splitlines()]
    starts = [re.match(r"\s*(?:torchrun .* -m )?fcfi (.+)", line) for line in lines]
    found = [shlex.split(match.group(1)) for match in starts if match]
    return [
        [" ".join(words[:2]), *words[2:]] if words[0] in GROUPS and len(words) > 1 else words
        for words in found
    ]


# ── documentation ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documented_commands_and_options_exist(document: Path) -> None:
    options = options_of_commands()
    for words in documented_commands(document.read_text()):
        command = words[0]
        if command.startswith("-") or command in GROUPS:
            continue
        assert command in options, f"{document.name}: fcfi {command}"
        for word in words[1:]:
            assert not word.startswith("-") or word in options[command], (
                f"{document.name}: fcfi {command} {word}"
            )


def test_every_command_is_documented_in_the_readme() -> None:
    documented = {
        words[0].split()[0] for words in documented_commands((ROOT / "README.md").read_text())
    }
    assert {name.split()[0] for name in options_of_commands()} <= documented


def test_every_command_of_a_group_is_documented_in_its_guide() -> None:
    guide = (ROOT / "docs" / "how-to" / "bulk.md").read_text()
    documented = {words[0] for words in documented_commands(guide)}
    assert {name for name in options_of_commands() if name.startswith("bulk ")} <= documented


def test_the_readme_reaches_a_first_result_by_line_30_and_five_lines_of_code_by_40() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    for first, end in (
        ("make demo", 30),
        ("fcfi annotate", 30),
        ("fcfi segment", 30),
        ("session.click", 40),
    ):
        assert first in "\n".join(lines[:end])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_make_targets_in_documents_exist(document: Path) -> None:
    text = document.read_text()
    for target in re.findall(r"\]\(([^)#\s]+)\)", text) + re.findall(
        r'(?:src|href)="([^"#]+)"', text
    ):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name}: {target}"
    known = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^\s*make ([a-z0-9-]+)|`make ([a-z0-9-]+)`", text, re.MULTILINE)) <= {
        pair for name in known for pair in ((name, ""), ("", name))
    }


def test_generated_examples_are_the_same_everywhere() -> None:
    """No subnormal numbers, which flush-to-zero would change; settings from one file."""
    calls = [
        (path, node, ast.unparse(node.func))
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    floats = [(path, call) for path, call, name in calls if name == "st.floats"]
    assert floats
    for path, call in floats:
        words = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert words.get("allow_subnormal") == "False", f"{path}:{call.lineno}"
    assert {path.name for path, _, name in calls if name == "settings"} == {"generated.py"}


# ── layers ────────────────────────────────────────────────────────────────────────────────────────


def test_the_architecture_lists_every_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (made["layers"] for made in contracts["contracts"] if made["id"] == "layers")
    text = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
    listed = set(re.findall(r"`(\w+)`", text.split("## Layers")[1].split("## ")[0]))
    modules = {name for layer in layers for name in layer.split(" | ")}
    assert modules - {"__main__"} <= listed


def test_imports_point_one_way() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    done = subprocess.run(
        [*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_prediction_half_runs_without_torch() -> None:
    """Every module of the prediction half can be imported in a process without torch."""
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "fcfi").rglob("*.py"))
        if path.relative_to(ROOT / "fcfi").parts[0] not in ("models", "training", "methods")
        and path.stem != "__main__"
    ]
    # Of the methods at test time, those without gradients work without torch.
    steps = (
        "graph-cut",
        "merge",
        "focus-cut",
        "keep-clicked",
        "pixel-diffusion",
        "look-twice",
    )
    blocked = ("torch", "lightning_fabric", "tensorboard", "safetensors", "onnx")
    program = f"import sys, importlib\nsys.modules.update(dict.fromkeys({blocked!r}))\n" + "".join(
        f"importlib.import_module({name!r})\n" for name in modules
    )
    program += f"from fcfi.methods import find_method\n[find_method(name) for name in {steps!r}]\n"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# ── package and examples ──────────────────────────────────────────────────────────────────────────


def test_torch_is_pinned_in_one_version() -> None:
    pinned = [
        need for need in PROJECT["optional-dependencies"]["train"] if re.match(r"torch\b", need)
    ]
    assert pinned == ["torch==2.13.0"]
    assert f"TORCH := {pinned[0]}\n" in (ROOT / "Makefile").read_text()


def test_who_uses_the_package_installs_no_torch() -> None:
    names = {re.split(r"[<>=;\[ ]", need)[0] for need in PROJECT["dependencies"]}
    running = {
        "numpy",
        "opencv-python-headless",
        "openvino",
        "onnxruntime",
        "pillow",
        "typer",
        "rich",
        "pyyaml",
    }
    storing = {"sqlalchemy", "alembic"}
    serving = {"fastapi", "uvicorn", "python-multipart"}
    assert names == running | storing | serving


def test_every_error_is_one_of_the_tree() -> None:
    import fcfi.errors

    own = [value for value in vars(fcfi.errors).values() if isinstance(value, type)]
    kinds = [kind for kind in own if kind.__module__ == "fcfi.errors"]
    assert kinds
    assert all(issubclass(kind, FCFIError) for kind in kinds)


def test_examples_are_small_and_have_masks_origin_and_licence(examples: Path) -> None:
    from fcfi.data import open_dataset

    photographs = sorted((examples / "images").iterdir())
    text = (examples / "README.md").read_text()
    for photograph in photographs:
        assert photograph.stat().st_size <= MAX_PHOTOGRAPH
        row = next(
            line for line in text.splitlines() if line.startswith(f"| `images/{photograph.name}`")
        )
        assert re.search("public domain|CC0", row)
        height, width = read_image(photograph).shape[:2]
        assert f"{width} x {height}" in row
    objects = open_dataset(examples)
    assert len(objects) == len(photographs)
    assert all(np.count_nonzero(sample.truth == OBJECT) > 1000 for sample in objects)
