"""The networks shipped with fcfi, and the table that describes them.

`table.toml`, in the same folder as the files:

    default = "NAME"                    # the network of fcfi.load()

    [[network]]
    name = "NAME"
    file = "NAME.onnx"                  # in this folder
    sha256 = "..."                      # of the file, 64 hexadecimal digits
    bytes = 12345678                    # of the file
    variant = "lite0"
    licence = "Apache-2.0"              # of the weights
    data = "VOC 2012, COCO, ..."        # training data
    [network.noc]                       # measured, by `fcfi evaluate` with its default protocol
    "GrabCut 90" = 1.96
    [network.dev]                       # NoC@90 on development objects, by precision
    float32 = 6.92
    int8 = 6.98
    [network.settings]                  # the same in float32, by "ZOOM_TARGET FLIP"
    "320 none" = 7.21
    [network.int8]                      # the same network in 8 bits, if there is such a file
    file = "NAME.int8.onnx"
    sha256 = "..."
    bytes = 4123456

Knows nothing of the contents of a network file.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fcfi.errors import ConfigError, NetworkError, how_to_install

FOLDER: Final = Path(__file__).parent
TABLE: Final = "table.toml"
LARGEST_LOSS: Final = 0.02
"""Fraction by which rounding may increase the clicks to a good mask, compared with float32."""


@dataclass(frozen=True)
class File:
    """A shipped file with its required size and sha256."""

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """A shipped network, as described in the table.

    noc: mean clicks by "DATASET IOU".
    dev: mean clicks to 90 % IoU on development objects, by precision.
    settings: the same measure in float32, by "ZOOM_TARGET FLIP".
    int8: its int8 file, or None.
    """

    name: str
    path: Path
    sha256: str
    bytes: int
    variant: str
    licence: str
    data: str
    noc: Mapping[str, float] = field(default_factory=dict)
    dev: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    int8: File | None = None


def shipped(folder: Path | None = None) -> tuple[Entry, ...]:
    """Return the networks in the table, in its order; none without a table.

    folder: the folder of the table and its files; None means the package's.

    Raises NetworkError if the table is damaged.
    """
    rows = _table(folder or FOLDER).get("network", [])
    return tuple(
        _entry(row, folder or FOLDER) for row in (rows if isinstance(rows, list) else [rows])
    )


def find(name: str | None = None, folder: Path | None = None) -> Entry:
    """Return the network with this name, or the default.

    Raises NetworkError, which suggests the nearest name, for an unknown name.
    """
    entries = {entry.name: entry for entry in shipped(folder)}
    if not entries:
        raise NetworkError("this installation of fcfi has no network: give a network file (*.onnx)")
    if name is None:
        name = str(_table(folder or FOLDER).get("default", next(iter(entries))))
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        meant = (
            f"did you mean {near[0]}?" if near else "give one of them or a network file (*.onnx)"
        )
        raise NetworkError(
            f"no shipped network is called {name!r}, there are {', '.join(entries)}: {meant}"
        )
    return entries[name]


def honest(entry: Entry, precision: str) -> bool:
    """Return whether a precision was measured and raises clicks by at most LARGEST_LOSS."""
    measured, exact = entry.dev.get(precision), entry.dev.get("float32")
    return measured is not None and exact is not None and measured <= exact * (1 + LARGEST_LOSS)


def verified(entry: Entry | File) -> Path:
    """Return the path of a shipped file after checking its bytes.

    Raises NetworkError if they do not match the table.
    """
    try:
        data = entry.path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise NetworkError(
            f"the shipped network {entry.path} cannot be read ({reason}): install fcfi again"
        ) from error
    # The size first: it costs nothing, while hashing a large file does.
    if len(data) != entry.bytes or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise NetworkError(
            f"the shipped network {entry.path} is damaged (its sha256 is wrong): install fcfi again"
        )
    return entry.path


def check(path: Path) -> bool:
    """Return whether a path is a shipped file.

    Raises NetworkError if it is one and its bytes do not match the table.
    """
    if path.parent == FOLDER:
        for entry in shipped():
            for file in (entry, entry.int8):
                if file is not None and file.path == path:
                    verified(file)
                    return True
    return False


def checkpoint(name_or_path: str, folder: Path | None = None) -> Path:
    """Return the checkpoint of a shipped network, `NAME.safetensors`, or the path itself.

    Raises NetworkError if neither exists.
    """
    if Path(name_or_path).is_file():
        return Path(name_or_path)
    if Path(name_or_path).suffix == ".safetensors":
        raise NetworkError(
            f"{name_or_path} does not exist: give a checkpoint, or the name of a shipped network"
        )
    path = (folder or FOLDER) / f"{find(name_or_path, folder).name}.safetensors"
    if not path.is_file():
        raise NetworkError(
            f"the weights of {name_or_path} to train from are not in this installation: "
            f"{how_to_install('train')}, or give the path of fcfi/weights/{path.name} there"
        )
    return path


def need_training(what: str) -> None:
    """Raise ConfigError unless the libraries of training are installed.

    what: needs them; begins the sentence.
    """
    if not all(find_spec(name) for name in ("torch", "lightning_fabric", "safetensors", "onnx")):
        missing = f"{what} needs the training half, which is not installed"
        raise ConfigError(f"{missing}: {how_to_install('train')}")


def _table(folder: Path) -> dict[str, Any]:
    path = folder / TABLE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        # Errors of TOML and UTF-8 are ValueErrors.
        raise NetworkError(
            f"the table of networks {path} is damaged ({error}): install fcfi again"
        ) from error


def _entry(row: Any, folder: Path) -> Entry:
    try:
        texts = {key: str(row[key]) for key in ("name", "sha256", "variant", "licence", "data")}
        noc, dev, settings = (_numbers(row.get(key, {})) for key in ("noc", "dev", "settings"))
        int8 = _file(row["int8"], folder) if "int8" in row else None
        path, size = folder / str(row["file"]), int(row["bytes"])
        return Entry(path=path, bytes=size, noc=noc, dev=dev, settings=settings, int8=int8, **texts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(
            f"the table of networks {folder / TABLE} lacks {error}: install fcfi again"
        ) from error


def _file(row: Any, folder: Path) -> File:
    return File(folder / str(row["file"]), str(row["sha256"]), int(row["bytes"]))


def _numbers(row: Any) -> dict[str, float]:
    return {str(key): float(value) for key, value in row.items()}
