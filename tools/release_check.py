"""Checking a release: `python -m tools.release_check FOLDER`.

Builds the wheel and the source distribution into a folder, checks both, installs the wheel into an
empty environment, segments an object on a bundled photograph there, and writes a list of the
installed packages (SBOM, CycloneDX).  Stops at the first fault with a sentence and exit code 1.
Packages are installed from the package index; nothing is published.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
MAX_WHEEL: Final = 25_000_000
"""Largest size of the wheel in bytes, which every installation downloads."""
IN_WHEEL: Final = (
    "fcfi/py.typed",
    "fcfi/weights/table.toml",
    "fcfi/server/static/index.html",
    "fcfi/server/static/assets/licences.txt",
    ".dist-info/licenses/LICENSE",
    ".dist-info/licenses/NOTICE",
    ".dist-info/entry_points.txt",
)
"""Suffixes of paths that must be in the wheel."""
IN_SOURCE: Final = (
    "/README.md",
    "/CITATION.cff",
    "/SECURITY.md",
    "/tests/conftest.py",
    "/fcfi/weights/table.toml",
)
PHOTO: Final = ROOT / "examples" / "images" / "astronaut.jpg"
TRUTH: Final = ROOT / "examples" / "masks" / "astronaut.png"
CLICKS: Final = ("169,341", "322,295", "188,95")
LEAST_IOU: Final = 0.85
"""Smallest IoU of the mask after these clicks, which any good network reaches."""
COMPARE: Final = """
import sys
from fcfi.mask_files import read_map, read_mask
truth = read_map(sys.argv[1]).numbers
mask = read_mask(sys.argv[2], *truth.shape)
counted, object = truth != 128, truth == 255
print((mask & object).sum() / ((mask | object) & counted).sum())
"""
"""A program that compares a mask with a truth, in which 128 is ignored."""
ENTRIES_OF_NETWORKS: Final = """
from fcfi.weights import shipped, verified
for entry in shipped():
    print(verified(entry).name, *([verified(entry.int8).name] if entry.int8 else []))
"""


class Fault(Exception):  # noqa: N818, not an error of the program
    """Something that stops a release."""


def main(folder: Path) -> None:
    """Run all checks.  Raises Fault, or CalledProcessError if a tool fails."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel, source = build(folder)
    run(sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(source))
    run(sys.executable, "-m", "check_wheel_contents", str(wheel))
    check_wheel(wheel)
    check_source(source)
    with tempfile.TemporaryDirectory(prefix="fcfi-release-") as temporary:
        python = install(wheel, Path(temporary) / "environment")
        check_installed(python, Path(temporary))
        bill = folder / "sbom.cdx.json"
        run(sys.executable, "-m", "cyclonedx_py", "environment", str(python), "-o", str(bill))
    parts = len(json.loads(bill.read_text())["components"])
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, works; {parts} packages in {bill}")


def build(folder: Path) -> tuple[Path, Path]:
    """Build the source distribution, and the wheel from it."""
    for old in (*folder.glob("*.whl"), *folder.glob("*.tar.gz")):
        old.unlink()
    run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


def check_wheel(wheel: Path) -> None:
    """Raise Fault if the wheel is too large, lacks a file or has one that it must not."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    _need(names, IN_WHEEL, wheel)
    weights = [name for name in names if name.endswith(".safetensors")]
    if weights:
        raise Fault(f"{wheel.name} holds weights to train from: {weights[0]}")
    foreign = [name for name in names if not name.startswith("fcfi")]
    if foreign:
        raise Fault(f"{wheel.name} would install outside of its package: {foreign[0]}")
    size = wheel.stat().st_size
    if size > MAX_WHEEL:
        raise Fault(f"{wheel.name} has {size} bytes, at most {MAX_WHEEL} are accepted")


def check_source(source: Path) -> None:
    """Raise Fault if the source distribution lacks a file."""
    with tarfile.open(source) as archive:
        names = archive.getnames()
    _need(names, IN_SOURCE, source)


def install(wheel: Path, environment: Path) -> Path:
    """Install the wheel into an empty environment and return its Python."""
    try:
        venv.create(environment, with_pip=True)
    except subprocess.CalledProcessError:
        # Some distributions ship venv without pip: then this environment's pip is used.
        venv.create(environment, clear=True)
    folder = "Scripts" if sys.platform == "win32" else "bin"
    python = environment / folder / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", str(wheel))
    return python


def check_installed(python: Path, folder: Path) -> None:
    """Raise Fault unless the installed package works, outside the source folder."""
    program = str(python.with_name("fcfi"))
    mask = folder / "mask.png"
    clicks = [word for click in CLICKS for word in ("--click", click)]
    run(program, "--version", cwd=folder)
    run(program, "networks", cwd=folder)
    run(program, "segment", str(PHOTO), *clicks, "-o", str(mask), cwd=folder)
    iou = float(run(str(python), "-I", "-c", COMPARE, str(TRUTH), str(mask), cwd=folder))
    if iou < LEAST_IOU:
        raise Fault(f"the mask of {PHOTO.name} has an IoU of {iou:.3f}, expected {LEAST_IOU}")
    run(str(python), "-I", "-c", ENTRIES_OF_NETWORKS, cwd=folder)


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a program and return what it printed.  Raises CalledProcessError."""
    print("$", " ".join(command).replace("\n", "; ")[:120], flush=True)
    # Without PYTHONPATH, to test the installed package and not this checkout.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _need(names: Iterable[str], ends: Iterable[str], archive: Path) -> None:
    for end in ends:
        if not any(name.endswith(end) for name in names):
            raise Fault(f"{archive.name} lacks {end}")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
    except Fault as fault:
        sys.exit(f"error: {fault}")
    except subprocess.CalledProcessError as failed:
        sys.exit(f"error: {' '.join(failed.cmd)[:200]} ended with {failed.returncode}")
