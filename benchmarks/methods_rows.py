"""The rows of the methods table: the network that each trains, and the method around it.

Only data; `benchmarks.methods` trains and measures them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

BASE: Final = "RITM"
"""The row with which all others are compared."""


@dataclass(frozen=True)
class Training:
    """A network to train.

    changes: changed values of the recipe, by section and key.
    start: the training whose weights it starts from; None for ImageNet weights.
    share: share of the budget in clicks.
    """

    changes: Mapping[str, Mapping[str, Any]]
    start: str | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Row:
    """A row of the table.

    training: name of the network's training.
    method: method at inference (`--method`), or None.
    published: method and backbone of the published row to compare with, or None.
    note: differences from the paper, in a few words.
    slow: whether a click is so slow that only SLOW_OBJECTS of each dataset are measured.
    target: longer side of the network's input in pixels, or None for the recipe's.
    sequence: whether finished objects change the network for the next (SA).
    """

    training: str
    method: str | None = None
    published: tuple[str, str] | None = None
    note: str = ""
    slow: bool = False
    target: int | None = None
    sequence: bool = False


def _clicks_only(maps: str, **model: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the changes for a network that does not see the previous mask."""
    return {
        "model": {"prompt_maps": "clicks", "click_maps": maps, **model},
        # For such a network, sessions from a mask have no effect.
        "rounds": {"from_mask": 0.0},
    }


def _first_click() -> Mapping[str, Mapping[str, Any]]:
    """Return the changes for FCA-Net."""
    changes = _clicks_only("gaussians+first", neck="first")
    # One starting click, so that a session's first click is really the first.
    return {
        **changes,
        "rounds": {**changes["rounds"], "start": 1},
        "losses": {"clicks": 1.0},
    }


def _random_clicks() -> Mapping[str, Mapping[str, Any]]:
    """Return the changes for DOS as published: only starting clicks, without correcting rounds."""
    changes = _clicks_only("distances")
    return {**changes, "rounds": {**changes["rounds"], "most": 1}}


TRAININGS: Final[Mapping[str, Training]] = {
    "RITM": Training({}),
    "clicks only": Training(_clicks_only("disks")),
    "FCFI, modules alone": Training(
        {
            "model": {
                "prompt_maps": "clicks",
                "correction": "similarity",
                "fusion": "collaborative",
            }
        }
    ),
    "FCFI": Training({"model": {"correction": "similarity", "fusion": "collaborative"}}),
    "DOS": Training(_clicks_only("distances")),
    "DOS, random clicks": Training(_random_clicks()),
    "Gaussians": Training(_clicks_only("gaussians")),
    "FocusCut": Training(
        {
            "crops": {"part": 0.5, "part_ratio": (0.25, 1.1), "part_at": "border"},
            "rounds": {"spoil": 0.6},
        }
    ),
    "FocalClick": Training(
        {
            "model": {"answers": "refiner"},
            # Only the refiner is trained: the coarse answer is identical to RITM's.
            "run": {"freeze": ("body.*",)},
        },
        start="RITM",
        share=2 / 3,
    ),
    "CDNet": Training(_clicks_only("disks", neck="diffusion", answers="several")),
    "FCA-Net": Training(_first_click()),
    "CAG": Training(_clicks_only("superpixels")),
    "LD": Training(_clicks_only("distances+disks", answers="diverse")),
    "EdgeFlow": Training(
        {"model": {"prompt_maps": "edge", "neck": "late-prompts", "answers": "edge"}}
    ),
}
"""Trainings by name, in the order of training: the most informative for their time first."""

ROWS: Final[Mapping[str, Row]] = {
    "RITM": Row("RITM", published=("RITM", "HRNet-18s"), note="learns from every round"),
    "clicks only": Row("clicks only", note="RITM without the previous mask"),
    "Gaussians": Row("Gaussians", note="clicks only, drawn as Gaussians"),
    "FCFI, modules alone": Row("FCFI, modules alone", published=("FCFI", "ResNet-101")),
    "FCFI": Row("FCFI", published=("FCFI", "HRNet-18s"), note="mask also among the prompts"),
    "DOS w/o GC": Row("DOS", published=("DOS w/o GC", "FCN-8s"), note="clicks learnt in rounds"),
    "DOS w/o GC, random clicks": Row("DOS, random clicks", note="learns as published"),
    "DOS w/ GC": Row(
        "DOS", "graph-cut", ("DOS w/ GC", "FCN-8s"), note="cut where unsure, SciPy's flow"
    ),
    "BRS": Row("DOS", "brs", ("BRS", "DenseNet"), note="inside the zoom's crop", slow=True),
    "f-BRS-B": Row("DOS", "f-brs", ("f-BRS-B", "ResNet-101"), note="sees all clicks", slow=True),
    "f-BRS-B on disks": Row(
        "clicks only", "f-brs", note="f-BRS-B on RITM's drawing of clicks", slow=True
    ),
    "IA": Row("clicks only", "ia", note="pyramid and head learn", slow=True),
    "IA+SA": Row(
        "clicks only",
        "ia",
        ("IA+SA", "ResNet-101"),
        note="learns from object to object, in a random order",
        slow=True,
        sequence=True,
    ),
    "IA on RITM": Row("RITM", "ia", note="pyramid and head learn", slow=True),
    "LD": Row("LD", published=("LD", "VGG-19"), note="six answers on our backbone"),
    "CAG": Row("CAG", published=("CAG", "FCN-8s"), note="superpixels only, no proposals"),
    "FCA-Net": Row("FCA-Net", published=("FCA-Net", "ResNet-101"), note="narrower branch"),
    "FCA-Net, kept parts": Row("FCA-Net", "keep-clicked", note="with structural integrity"),
    "CDNet w/o PDM": Row("CDNet", note="feature diffusion and diverse heads"),
    "CDNet": Row("CDNet", "pixel-diffusion", ("CDNet", "ResNet-101"), note="diffusion at stride 8"),
    "RITM, focus views": Row("RITM", "focus-cut", note="FocusCut's views, not learnt", slow=True),
    "FocusCut w/o views": Row("FocusCut", note="learns views of parts too"),
    "FocusCut": Row("FocusCut", "focus-cut", ("FocusCut", "ResNet-101"), note="disks", slow=True),
    "FocalClick-S1": Row(
        "FocalClick",
        "focal-click",
        ("FocalClick-S1", "HRNet-18s"),
        note="the network of S2, at 128 px",
        target=128,
    ),
    "FocalClick-S2": Row(
        "FocalClick", "focal-click", ("FocalClick-S2", "HRNet-18s"), note="refiner on RITM's row"
    ),
    "EdgeFlow": Row("EdgeFlow", published=("EdgeFlow", "HRNet-18"), note="fine net at stride 2"),
}
"""Rows by name, in the order of the table."""

PUBLISHED_ONLY: Final[Mapping[tuple[str, str], str]] = {
    (
        "RIS-Net",
        "VGG-16",
    ): "no code was released, and the paper does not state how regions follow from "
    "clicks, their pooled size and the discount",
}
"""Published rows that are not measured here, with the reason."""
SLOW_OBJECTS: Final = 40
"""Number of objects of each dataset, evenly spaced, on which a slow row is measured."""
