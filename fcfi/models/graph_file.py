"""Writes an ONNX graph as a network file, with the sha256 of the graph in its metadata."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
from onnx import helper

from fcfi.runtimes.metadata import graph_sha256
from fcfi.runtimes.network_file import GRAPH_SHA256


def save_graph(
    model: Any, path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None
) -> None:
    """Write a model with the sha256 of its graph, by which a damaged file is recognised.

    metadata: texts by key; None for those of the model.
    Raises onnx's own errors for an invalid model.
    """
    onnx.checker.check_model(model, full_check=True)
    texts = {entry.key: entry.value for entry in model.metadata_props}
    if metadata is not None:
        texts = dict(metadata)
    # The hash is of the graph's bytes in the file, so the file is written twice.
    onnx.save(model, path)
    helper.set_model_props(model, texts | {GRAPH_SHA256: graph_sha256(Path(path))})
    onnx.save(model, path)
