"""Adding a trained network to the package: its files, and its row in the table of networks.

    python -m benchmarks.ship add runs/lite0/model.safetensors lite0 --data "VOC 2012, COCO"
    python -m benchmarks.ship numbers       take the NoC of benchmarks/results/ into the table

`add` writes NAME.onnx (half-size storage, checked against torch) and NAME.safetensors (for
fine-tuning).  `benchmarks.precision` makes int8 files and measures rounding and smaller sizes.
"""

import hashlib
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.tables import is_plain, read_records
from fcfi import cli
from fcfi.files import replacing, write_text
from fcfi.runtimes.network_file import read_info
from fcfi.weights import FOLDER, TABLE, Entry, find, shipped

app = typer.Typer(add_completion=False)


@app.command()
def add(
    checkpoint: Path,
    name: str,
    data: Annotated[str, typer.Option(help="Description of the training data.")],
    licence: Annotated[str, typer.Option(help="Licence of the weights.")] = "Apache-2.0",
) -> None:
    """Export a checkpoint into the package; the first network becomes the default."""
    from fcfi.models.export import export

    path = FOLDER / f"{name}.onnx"
    done = export(checkpoint, path, name, training_data=data, licence=licence, storage="float16")
    with replacing(FOLDER / f"{name}.safetensors") as temporary:
        shutil.copyfile(checkpoint, temporary)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = Entry(name, path, sha256, done.bytes, read_info(path).variant, licence, data)
    others = [other for other in shipped() if other.name != name]
    write_table([*others, entry], find().name if others else name)
    typer.echo(
        f"{path}: {done.bytes / 1e6:.1f} MB, differences from torch {dict(done.differences)}"
    )


@app.command()
def numbers() -> None:
    """Copy NoC@85 and NoC@90 of every shipped file into the table.

    They are from the protocol `fixed` without start masks and flip.
    """
    entries = []
    for entry in shipped():
        sha256 = read_info(entry.path).sha256
        noc = {
            f"{record['dataset']['name']} {quality}": float(record["results"]["noc"][quality])
            for record in read_records()
            if record["network"]["sha256"] == sha256 and is_plain(record["protocol"])
            for quality in ("85", "90")
        }
        entries.append(replace(entry, noc=noc))
        typer.echo(f"{entry.name}: {noc or 'not measured'}")
    write_table(entries, find().name)


def write_table(entries: Iterable[Entry], default: str) -> None:
    """Rewrite the table of shipped networks, the default first."""
    rows = [f"# Written by `python -m benchmarks.ship`.\ndefault = {default!r}\n"]
    for entry in sorted(entries, key=lambda entry: entry.name != default):
        rows.append(
            f"[[network]]\nname = {entry.name!r}\nfile = {entry.path.name!r}\n"
            f"sha256 = {entry.sha256!r}\nbytes = {entry.bytes}\nvariant = {entry.variant!r}\n"
            f"licence = {entry.licence!r}\ndata = {entry.data!r}\n"
            + _numbers("noc", entry.noc)
            + _numbers("dev", entry.dev)
            + _numbers("settings", entry.settings)
        )
        if entry.int8 is not None:
            name, sha256, size = entry.int8.path.name, entry.int8.sha256, entry.int8.bytes
            rows[-1] += f"[network.int8]\nfile = {name!r}\nsha256 = {sha256!r}\nbytes = {size}\n"
    write_text(FOLDER / TABLE, "\n".join(rows))


def _numbers(name: str, numbers: Mapping[str, float]) -> str:
    """Return a table of numbers, or "" if there are none."""
    rows = "".join(f"{key!r} = {value}\n" for key, value in numbers.items())
    return f"[network.{name}]\n{rows}" if rows else ""


if __name__ == "__main__":
    sys.exit(cli.main(program=app, name="python -m benchmarks.ship"))
