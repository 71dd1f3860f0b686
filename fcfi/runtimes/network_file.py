"""Network files (*.onnx): reading their description, and checking that they are intact.

No network is loaded for this: the metadata is separate from the graph.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fcfi.errors import NetworkError, guard
from fcfi.runtimes.metadata import graph_sha256, read_metadata
from fcfi.runtimes.network import NetworkInfo

FORMAT_KEY: Final = "fcfi_network"
"""Metadata key: version of the network file."""
OLD_FORMAT_KEY: Final = "fcfi_format"
"""The key in files of version 0.1, where checkpoints had it as well."""
FORMAT: Final = "1"
"""Version of network files that this package writes and reads."""
GRAPH_SHA256: Final = "graph_sha256"
"""Metadata key: sha256 of the graph's bytes, which reveals damage."""
SUFFIX: Final = ".onnx"
CHECKPOINT: Final = ".safetensors"
"""Suffix of a checkpoint, which runs in torch."""
EXPORT_AGAIN: Final = "export it again with `fcfi export`"
MAX_MULTIPLE: Final = 256
"""Largest stride in pixels that a file may have."""


def read_info(path: str | os.PathLike[str]) -> NetworkInfo:
    """Return the description in a network file.  Raises NetworkError for any other file."""
    file = regular(path)
    with guard(NetworkError, f"{path} cannot be read", EXPORT_AGAIN):
        return _read(file)


def _read(file: Path) -> NetworkInfo:
    texts = read_metadata(file)
    # Files of version 0.1 have the same key as their checkpoints.
    version = texts.get(FORMAT_KEY, texts.get(OLD_FORMAT_KEY))
    if version is None:
        raise NetworkError(
            f"{file} is not a network of fcfi (its metadata lacks {FORMAT_KEY}): "
            "make one with `fcfi export`"
        )
    if version != FORMAT:
        raise NetworkError(
            f"expected {file} in format {FORMAT}, got format {version}: "
            "update fcfi, or export it again"
        )
    return info_of(file, texts)


def info_of(path: Path, texts: Mapping[str, str]) -> NetworkInfo:
    """Return the description in the metadata of a network file or checkpoint.

    Raises NetworkError if they are damaged.
    """
    sha256, multiple = texts.get("weights_sha256", ""), texts.get("multiple", "32")
    if not sha256 or not multiple.isdecimal() or not 1 <= int(multiple) <= MAX_MULTIPLE:
        raise NetworkError(
            f"{path} has damaged metadata (weights_sha256, multiple): "
            "export it again with `fcfi export`"
        )
    return NetworkInfo(
        texts.get("name", path.stem),
        texts.get("variant", "unknown"),
        sha256,
        int(multiple),
        metadata=dict(texts),
    )


def check_graph(path: Path, info: NetworkInfo) -> None:
    """Raise NetworkError unless the graph and weights are as exported.

    Without a hash a file is refused, since OpenVINO ends the process at some damaged graphs.
    """
    expected = info.metadata.get(GRAPH_SHA256)
    if expected is None:
        raise NetworkError(
            f"expected the sha256 of the graph ({GRAPH_SHA256}) in the metadata of {path}, got "
            f"none: {EXPORT_AGAIN}"
        )
    if graph_sha256(path) != expected:
        raise NetworkError(
            f"{path} is damaged: its weights are not those that were exported; "
            "copy or export it again"
        )


def regular(path: str | os.PathLike[str]) -> Path:
    """Return the path of a regular file that is not empty.  Raises NetworkError for another."""
    file = Path(path)
    try:
        if file.is_dir():
            raise NetworkError(f"{path} is a folder: give a network file (*.onnx)")
        if not file.exists():
            raise NetworkError(
                f"{path} does not exist: give a network file (*.onnx); "
                "`fcfi networks` lists shipped ones"
            )
        if not file.is_file() or file.stat().st_size == 0:
            raise NetworkError(
                f"{path} is empty or not a regular file: give a network file (*.onnx)"
            )
    except (OSError, ValueError) as error:
        raise NetworkError(f"{str(path)[:100]!r} cannot be read: {error}") from error
    return file
