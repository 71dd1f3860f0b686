"""At every entry point for external data, a library's exceptions become our errors."""

import errno
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from fcfi import cli
from fcfi.batch import run as run_batch
from fcfi.errors import ConfigError, DatasetError, FCFIError, InputError, NetworkError, StoreError
from fcfi.models.checkpoint import load_model
from fcfi.models.released import import_released
from fcfi.project import Undo
from fcfi.project.tables import metadata
from fcfi.runtimes.choice import Choice
from fcfi.runtimes.network_file import read_info
from fcfi.runtimes.opening import open_network
from fcfi.session import Session
from fcfi.training.config import read_recipe
from tests.models.test_released import checkpoint as released_checkpoint
from tests.networks import METADATA, write_onnx
from tests.project.builders import HEIGHT, WIDTH, click, opened, photo, predictor, write_photos

DIGITS = "9" * 5000
"""Python refuses to make a number of these, and to write one of so many digits."""
DEEP = "[" * 100_000
HALF = "\\ud83d"
"""In JSON: half a character, which no encoding can write."""


def sentence(error: pytest.ExceptionInfo[FCFIError]) -> str:
    """Return the message, which must be one line that can be encoded."""
    message = str(error.value)
    assert message.encode("utf-8").decode() == message
    assert message.isprintable()
    assert len(message) <= 2000
    return message


# ── recipes and overrides ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"name = 'a'\nrun = {{ steps = {DIGITS} }}", "in lines of at most 4000"),
        ("name = 'a'\n[run]\nsteps = " + "9" * 4000 + "\n", "in lines of at most 4000"),
        (
            "name = 'a'\n[run]\nsteps = 0x" + "f" * 3900 + "\n",
            "run.steps is a number of more than 64 bits",
        ),
        (f"name = {'[' * 3900}", "(RecursionError"),
        (".".join("a" * 50_000) + " = 1", "in lines of at most 4000"),
        ("a = 1\n" * 100_000, "at most 200000 bytes"),
        ("name = '\ud83d'", "in UTF-8"),
        ("name = 'a'\n[run]\nsteps = nan\n", "expected run.steps to be of the type int, got nan"),
    ],
)
def test_a_recipe(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(ConfigError) as error:
        read_recipe(path)
    assert words in sentence(error)


@pytest.mark.parametrize(
    "override",
    [
        f"run.steps={'9' * 4500}",
        f"run.steps={'[' * 3000}",
        f"{'a.' * 50_000}b=1",
        f"run.steps=0x{'f' * 3000}",
        "run.steps",
        "run.steps=1e999",
    ],
    ids=lambda text: text[:20],
)
def test_an_override(override: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("name = 'a'\n[run]\nsteps = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_recipe(path, [override])
    sentence(error)


# ── lines of a batch, logs ────────────────────────────────────────────────────────────────────────


def test_a_bad_line_of_a_batch_is_an_outcome_and_the_rest_is_done(tmp_path: Path) -> None:
    write_photos(tmp_path, "a.png")
    good = '{"image": "a.png", "clicks": [[9, 9]]}'
    bad = [
        DEEP,
        f'{{"image": "a.png", "clicks": [[{DIGITS}, 1]]}}',
        f'{{"image": "a.png", "clicks": [[{"9" * 4000}, 1]]}}',
        f'{{"image": "a.png", "clicks": [[1, 1]], "name": "{HALF}"}}',
        f'{{"image": "{HALF}.png", "clicks": [[1, 1]]}}',
        f'{{"image": "a.png", "clicks": [[1, 1, "{HALF}"]]}}',
        '{"image": "a.png", "clicks": [[1, 1]], "note": "' + "x" * (1 << 20) + '"}',
        '{"image": "a\\u0000.png", "clicks": [[1, 1]]}',
        "\ud83d",
    ]
    lines = [good, *bad, good]
    (tmp_path / "a.jsonl").write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    summary = run_batch(tmp_path / "a.jsonl", predictor(), tmp_path / "out", workers=1)
    assert (summary.done, summary.failed) == (2, len(bad))
    rows = (tmp_path / "out" / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    outcomes = {row["line"]: row for row in map(json.loads, rows)}
    assert sorted(outcomes) == list(range(1, len(lines) + 1))
    for number in range(2, len(bad) + 2):
        assert outcomes[number]["error"], outcomes[number]


class FailingNetwork:
    """Raises an exception that no predictor of ours raises."""

    def __getattr__(self, name: str) -> Any:
        return getattr(predictor(), name)

    def predict(self, *_: Any) -> Any:
        raise OverflowError


def test_a_line_whose_prediction_fails_is_an_outcome(tmp_path: Path) -> None:
    write_photos(tmp_path, "a.png")
    (tmp_path / "a.jsonl").write_text('{"image": "a.png", "clicks": [[9, 9]]}\n' * 2)
    summary = run_batch(tmp_path / "a.jsonl", FailingNetwork(), tmp_path / "out", workers=1)  # type: ignore[arg-type]
    assert summary.failed == 2
    assert "OverflowError" in str(summary.first_error)


def test_a_full_disk_ends_a_batch_with_one_sentence(tmp_path: Path) -> None:
    write_photos(tmp_path, "a.png")
    (tmp_path / "a.jsonl").write_text('{"image": "a.png", "clicks": [[9, 9]]}\n' * 3)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "outcomes.jsonl").symlink_to("/dev/full")
    with pytest.raises(InputError, match="make room there") as error:
        run_batch(tmp_path / "a.jsonl", predictor(), tmp_path / "out", workers=1)
    assert "No space left" in sentence(error)


def test_a_disk_that_fills_up_ends_a_batch_with_2_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The masks find no room before the outcomes do: no line after that is tried."""
    network = write_onnx(tmp_path / "tiny.onnx", {**METADATA, "zoom_target": "64"})
    write_photos(tmp_path, "a.png")
    (tmp_path / "a.jsonl").write_text('{"image": "a.png", "clicks": [[9, 9]]}\n' * 50)
    to_disk, written = os.fsync, list[int]()

    def fill(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            written.append(handle)
            if len(written) > 3:
                raise OSError(errno.ENOSPC, "No space left on device")
        to_disk(handle)

    monkeypatch.setattr("os.fsync", fill)
    command = ["segment", "--batch", str(tmp_path / "a.jsonl"), "--network", str(network)]
    assert cli.main([*command, "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    last = said.splitlines()[-1]
    assert last.startswith("error: cannot write into ")
    assert "(No space left on device): make room there and give the same command again" in last
    assert "Traceback" not in said
    assert len(written) < 25
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert not [name for name in names if name.endswith(".tmp")]
    monkeypatch.setattr("os.fsync", to_disk)
    assert cli.main([*command, "-o", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 50


BAD: Sequence[Any] = (
    None, True, -1, 10**30, 10**4999, float("nan"), float("inf"), 1e308, "", "\ud83d", [], [[]], {},
    [10**30],
)  # fmt: skip
"""Values that JSON may hold where another one is expected."""


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a JSON document with another value at a path of keys and indices."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy


def paths(document: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value of a JSON document."""
    yield ()
    if isinstance(document, dict | list):
        items = document.items() if isinstance(document, dict) else enumerate(document)
        for key, value in items:
            yield from ((key, *path) for path in paths(value))


def text_of(document: Any) -> str:
    """Return a document as JSON, with numbers of any length and lone surrogates."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return json.dumps(document)
    finally:
        sys.set_int_max_str_digits(limit)


def test_a_log() -> None:
    session = Session(predictor(), photo())
    session.start_from(np.ones((HEIGHT, WIDTH), np.bool_))
    session.click(9, 9)
    log = session.log()
    refused = 0
    for path in paths(log):
        for value in BAD:
            try:
                Session.replay(predictor(), photo(), replaced(log, path, value))
            except InputError as error:
                refused += 1
                assert str(error).encode()
    assert refused > 100


# ── network files and checkpoints ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("multiple", ["9" * 5000, "-1", "", "1e3"])
def test_a_network_file(multiple: str, tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "a.onnx", {**METADATA, "multiple": multiple})
    for read in (read_info, lambda path: open_network(Choice(path, "openvino", "float32"))):
        with pytest.raises(NetworkError) as error:
            read(file)
        sentence(error)


@pytest.mark.parametrize(
    "config",
    [
        "[1]",
        "7",
        DEEP,
        f'{{"mid": {DIGITS}}}',
        '{"mid": 1000000000}',
        '{"backbone": ["lite0"]}',
        '{"backbone": {}}',
        '{"mid": "32"}',
        "{}",
    ],
    ids=lambda text: text[:20],
)
def test_a_checkpoint(config: str, tmp_path: Path) -> None:
    texts = {"fcfi_checkpoint": "1", "config": config}
    save_file({"a": torch.zeros(2)}, tmp_path / "a.safetensors", texts)
    with pytest.raises(NetworkError) as error:
        load_model(tmp_path / "a.safetensors")
    sentence(error)


def first_kernel(content: dict[str, Any]) -> str:
    """Return the name of the first tensor of a convolution."""
    names = (name for name, tensor in content["state_dict"].items() if tensor.dim() == 4)
    return str(next(names))


@pytest.mark.parametrize(
    "change",
    [
        lambda tensor: tensor.to_sparse(),
        lambda tensor: tensor.to(torch.float8_e4m3fn),
        lambda tensor: tensor.to("meta"),
        lambda tensor: tensor.to(torch.complex64),
        lambda tensor: tensor.bool(),
    ],
    ids=("sparse", "float8", "meta", "complex", "bool"),
)
@pytest.mark.filterwarnings("ignore")  # torch warns of what it is about to drop
def test_a_released_checkpoint_of_other_tensors(change: Any, tmp_path: Path) -> None:
    content = released_checkpoint()
    name = first_kernel(content)
    content["state_dict"][name] = change(content["state_dict"][name])
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(NetworkError) as error:
        import_released(tmp_path / "a.pth", tmp_path / "a.safetensors")
    sentence(error)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("ocr_width", 100_000), ("width", [18]), ("width", 10**9), ("ocr_width", "x"), ("small", {})],
)
def test_a_released_checkpoint_of_other_parameters(
    parameter: str, value: Any, tmp_path: Path
) -> None:
    content = released_checkpoint()
    content["config"]["params"][parameter] = {"value": value}
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(NetworkError) as error:
        import_released(tmp_path / "a.pth", tmp_path / "a.safetensors")
    sentence(error)


# ── stores ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("column", "table"), [("document", "revision"), ("runs", "mask")], ids=str)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zlib",
        zlib.compress(b"no JSON"),
        zlib.compress(b'{"version": 1, "objects": 7}'),
        zlib.compress(DEEP.encode()),
        zlib.compress(b"12345"),
    ],
    ids=("empty", "no zlib", "no JSON", "wrong", "deep", "odd"),
)
def test_a_store(column: str, table: str, content: bytes, tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    with opened(folder) as project:
        project.act(1, 0, click(9, 9))
    with sqlite3.connect(folder / ".fcfi" / "project.sqlite") as store:
        store.execute(f"UPDATE {table} SET {column} = ?", (content,))
    store.close()
    with opened(folder) as project, pytest.raises(StoreError) as error:
        wire = project.picture(1)
        project.export("png", tmp_path / "out")
        raise StoreError(f"nothing was read of {wire}")
    assert "in the store is damaged" in sentence(error) or "cannot be used" in str(error.value)


@pytest.mark.parametrize(
    ("width", "message"),
    [
        (-3, "size in the store is damaged"),
        (100_001, "size in the store is damaged"),
        (10**18, "size in the store is damaged"),
        ("wide", "row in the store is damaged"),
        (5, r"expected masks inside a\.png of 5 x 48 pixels"),
    ],
)
def test_a_store_with_an_impossible_size(width: Any, message: str, tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    with opened(folder) as project:
        project.act(1, 0, click(9, 9))
        with sqlite3.connect(folder / ".fcfi" / "project.sqlite") as store:
            store.execute("UPDATE picture SET width = ?", (width,))
        store.close()
        with pytest.raises((StoreError, InputError), match=message) as error:
            project.export("coco", tmp_path / "out")
    sentence(error)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [("number", b""), ("number", "seven"), ("first_number", 0.5), ("supercategory", b"")],
)
def test_a_store_with_a_damaged_label(column: str, value: Any, tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    with opened(folder, labels=("cat",)) as project:
        project.act(1, 0, click(9, 9))
    with sqlite3.connect(folder / ".fcfi" / "project.sqlite") as store:
        store.execute(f"UPDATE label SET {column} = ?", (value,))
    store.close()
    with (
        pytest.raises(StoreError, match="labels in the store are damaged") as error,
        opened(folder, labels=("cat",)) as project,
    ):
        project.export("coco", tmp_path / "out")
    sentence(error)


def is_refused(use: Callable[[], object]) -> bool:
    """Return whether a call fails with one of our errors."""
    try:
        use()
    except FCFIError as error:
        assert str(error).isprintable()
        return True
    return False


def use_all(folder: Path) -> None:
    """Read and change everything in a project; raise the last refusal."""
    refusals = []
    with opened(folder) as project:
        for use in (
            lambda: project.pictures(search="a"),
            project.labels,
            lambda: project.settings(""),
            lambda: project.picture(1),
            lambda: project.logs(1),
            lambda: project.act(1, 3, click(15, 15)),
            lambda: project.export("png", folder.with_name(f"{folder.name} out")),
        ):
            try:
                use()
            except FCFIError as error:
                assert str(error).isprintable()
                refusals.append(error)
    if refusals:
        raise refusals[-1]


def store_columns() -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in metadata.sorted_tables for column in table.c]


@pytest.mark.slow
@pytest.mark.parametrize("value", [-1, b"x"], ids=repr)
def test_a_store_with_any_value_in_any_column(value: Any, tmp_path: Path) -> None:
    """Whatever is read of it is whole, or one sentence that says that the store is damaged."""
    template = write_photos(tmp_path / "template", "a.png")
    with opened(template, labels=("cat",)) as project:
        project.act(1, 0, click(9, 9, label=1))
        project.act(1, 1, click(40, 30))
        project.act(1, 2, Undo())
        project.set_settings({"theme": "dark"})
    refused = 0
    for number, (table, column) in enumerate(store_columns()):
        folder = Path(shutil.copytree(template, tmp_path / f"copy {number}"))
        store = sqlite3.connect(folder / ".fcfi" / "project.sqlite")
        with suppress(sqlite3.IntegrityError):  # the database itself refuses it
            store.execute(f"UPDATE {table} SET {column} = ?", (value,))
            store.commit()
        store.close()
        refused += is_refused(partial(use_all, folder))
    assert refused


# ── archives and annotations ──────────────────────────────────────────────────────────────────────


def zipped(path: Path, *, method: int | None = None, flags: int = 0, cut: int = 0) -> Path:
    """Return a zip of one file with a damaged directory."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", "{}")
    data = bytearray(path.read_bytes())
    for signature, flag_offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature)
        data[at + flag_offset] |= flags
        if method is not None:
            data[at + flag_offset + 2] = method
    path.write_bytes(bytes(data[: len(data) - cut]))
    return path


@pytest.mark.parametrize(
    "options",
    [{"method": 99}, {"method": 8}, {"method": 14}, {"flags": 1}, {"flags": 0x20}, {"cut": 10}],
    ids=str,
)
def test_a_zip(options: Any, tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    with opened(folder) as project, pytest.raises(InputError) as error:
        project.import_files(zipped(tmp_path / "a.zip", **options))
    assert "a.zip" in sentence(error)


COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "bbox": [2, 2, 9, 9], "area": 81,
         "segmentation": [[2, 2, 20, 2, 20, 20]]},
    ],
}  # fmt: skip
LABELME: Mapping[str, Any] = {
    "version": "5.0", "flags": {}, "imagePath": "a.png", "imageData": None,
    "imageHeight": HEIGHT, "imageWidth": WIDTH,
    "shapes": [{"label": "cat", "points": [[2, 2], [20, 2], [20, 20]], "group_id": None,
                "shape_type": "polygon", "flags": {}}],
}  # fmt: skip
LABEL_STUDIO = [
    {"id": 1, "data": {"image": "a.png"}, "annotations": [{"id": 1, "result": [
        {"id": "a", "type": "brushlabels", "from_name": "tag", "to_name": "image",
         "original_width": WIDTH, "original_height": HEIGHT,
         "value": {"format": "rle", "rle": [0, 0, 0, 8], "brushlabels": ["cat"]}}]}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "document"),
    [("coco", COCO), ("labelme", LABELME), ("label-studio", LABEL_STUDIO)],
)
def test_annotations_of_any_content(name: str, document: Any, tmp_path: Path) -> None:
    """Every value replaced by every bad one: an import ends with a report or with one sentence."""
    folder = write_photos(tmp_path / "photos", "a.png")
    file = tmp_path / "a.json"
    ended = {"report": 0, "sentence": 0}
    with opened(folder) as project:
        for path in paths(document):
            for value in BAD:
                file.write_text(text_of(replaced(document, path, value)))
                try:
                    report = project.import_files(file, name)
                    ended["report"] += 1
                    said = report.problems
                except (InputError, DatasetError) as error:
                    ended["sentence"] += 1
                    said = (str(error),)
                assert all(text.encode() for text in said)
    assert min(ended.values()) > 10, ended


# ── the command line ──────────────────────────────────────────────────────────────────────────────


def test_names_that_no_encoding_can_write_are_shown(tmp_path: Path) -> None:
    """A name of bytes that are not UTF-8 is part of a result and of an error."""
    folder = write_photos(tmp_path / "photos", "a.png")
    photo_path, mask = folder / os.fsdecode(b"\xff.png"), tmp_path / os.fsdecode(b"\xfe.png")
    (folder / "a.png").rename(photo_path)
    network = write_onnx(tmp_path / "tiny.onnx", {**METADATA, "zoom_target": "64"})
    command: list[Any] = [
        sys.executable,
        "-m",
        "fcfi",
        "segment",
        photo_path,
        "--network",
        network,
        "-o",
        mask,
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    good = subprocess.run(
        [*command, "--click", "9,9"], env=environment, capture_output=True, check=False
    )
    assert (good.returncode, good.stderr) == (0, b"")
    assert rb"\udcfe.png" in good.stdout
    assert mask.is_file()
    bad = subprocess.run(
        [*command, "--click", "999,9"], env=environment, capture_output=True, check=False
    )
    assert bad.returncode == 2
    assert bad.stderr.count(b"\n") == 1


def test_too_little_memory_is_no_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("fcfi.images.read_image", exhausted)
    write_photos(tmp_path, "a.png")
    command = ["segment", str(tmp_path / "a.png"), "--click", "9,9", "-o", str(tmp_path / "m.png")]
    assert cli.main(command) == 2
    assert "not enough memory" in capsys.readouterr().err


def test_the_debug_log_shows_the_cause_of_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f"name = {'[' * 3000}")
    done = subprocess.run(
        [sys.executable, "-m", "fcfi", "train", tmp_path / "a.toml"],
        env={**os.environ, cli.DEBUG_VARIABLE: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "RecursionError" in done.stderr
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: expected a recipe in TOML")
