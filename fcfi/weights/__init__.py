"""The networks that come with fcfi, and the table that says what they are.

`table.toml`, beside the files:

    default = "NAME"                    # what fcfi.load() takes

    [[network]]
    name = "NAME"
    file = "NAME.onnx"                  # in this folder
    sha256 = "..."                      # of the file, 64 hexadecimal digits
    bytes = 12345678                    # of the file
    variant = "lite0"
    licence = "Apache-2.0"              # of the weights
    data = "VOC 2012, COCO, ..."        # what it learnt from
    [network.noc]                       # measured, by `fcfi evaluate` with its default protocol
    "GrabCut 90" = 1.96

Knows nothing of what is inside a network file.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from fcfi.errors import NetworkError

FOLDER: Final = Path(__file__).parent
TABLE: Final = "table.toml"


@dataclass(frozen=True)
class Entry:
    """A shipped network, as the table describes it; `noc` gives mean clicks by "DATASET IOU"."""

    name: str
    path: Path
    sha256: str
    bytes: int
    variant: str
    licence: str
    data: str
    noc: Mapping[str, float] = field(default_factory=dict)


def shipped(folder: Path | None = None) -> tuple[Entry, ...]:
    """The networks of the table, in its order; none if there is no table.  Raises NetworkError if it is damaged.

    folder: of the table and its files; None is that of the package.
    """
    rows = _table(folder or FOLDER).get("network", [])
    return tuple(_entry(row, folder or FOLDER) for row in (rows if isinstance(rows, list) else [rows]))


def find(name: str | None = None, folder: Path | None = None) -> Entry:
    """The network of this name, or the default one.  Raises NetworkError, with the nearest names, if there is none."""
    entries = {entry.name: entry for entry in shipped(folder)}
    if not entries:
        raise NetworkError("this installation of fcfi has no network: give a network file (*.onnx)")
    if name is None:
        name = str(_table(folder or FOLDER).get("default", next(iter(entries))))
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        meant = f"did you mean {near[0]}?" if near else "give one of them or a network file (*.onnx)"
        raise NetworkError(f"no shipped network is called {name!r}, there are {', '.join(entries)}: {meant}")
    return entries[name]


def verified(entry: Entry) -> Path:
    """The path of a shipped file whose bytes are those of the table.  Raises NetworkError if they are not."""
    try:
        data = entry.path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise NetworkError(f"the shipped network {entry.path} cannot be read ({reason}): install fcfi again") from error
    if len(data) != entry.bytes or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise NetworkError(f"the shipped network {entry.path} is damaged (its sha256 is wrong): install fcfi again")
    return entry.path


def checkpoint(name_or_path: str, folder: Path | None = None) -> Path:
    """The file to train on from: that of a shipped network, `NAME.safetensors`, or the path itself.

    Raises NetworkError if neither is there.
    """
    if Path(name_or_path).is_file():
        return Path(name_or_path)
    if Path(name_or_path).suffix == ".safetensors":
        raise NetworkError(f"{name_or_path} does not exist: give a checkpoint, or the name of a shipped network")
    path = (folder or FOLDER) / f"{find(name_or_path, folder).name}.safetensors"
    if not path.is_file():
        raise NetworkError(
            f"the network {name_or_path} comes without weights to train on from: give a *.safetensors file"
        )
    return path


def _table(folder: Path) -> dict[str, Any]:
    path = folder / TABLE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # TOML and UTF-8 errors are ValueErrors
        raise NetworkError(f"the table of networks {path} is damaged ({error}): install fcfi again") from error


def _entry(row: Any, folder: Path) -> Entry:
    try:
        texts = {key: str(row[key]) for key in ("name", "sha256", "variant", "licence", "data")}
        noc = {str(key): float(value) for key, value in row.get("noc", {}).items()}
        return Entry(path=folder / str(row["file"]), bytes=int(row["bytes"]), noc=noc, **texts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(f"the table of networks {folder / TABLE} lacks {error}: install fcfi again") from error
