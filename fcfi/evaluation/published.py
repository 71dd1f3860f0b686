"""Published numbers: clicks in papers, and the zoom settings tuned for each dataset.

Only data, to print next to measured numbers.  NoC is the mean number of clicks, at most 20; lower
is better.  These networks were trained on other pictures than those of fcfi (COCO+LVIS has about
100,000), as the tables show.
Source: Wei et al., CVPR 2023, tables 1 and 2; zoom settings from the released evaluation
    configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

Pair = tuple[float | None, float | None]
"""NoC at IoU 0.85 and 0.90; None if the paper has no number."""
NONE: Final[Pair] = (None, None)


@dataclass(frozen=True)
class Published:
    """A row of the comparison.

    clicks: NoC at IoU 0.85 and 0.90 by dataset (`GrabCut`, `Berkeley`, `SBD`, `DAVIS`).
    """

    method: str
    backbone: str
    training: str
    clicks: Mapping[str, Pair]

    def noc(self, dataset: str, target: float) -> float | None:
        """Return the NoC at IoU `target` on a dataset, or None if it was not published."""
        column = {0.85: 0, 0.90: 1}.get(target)
        return None if column is None else self.clicks.get(dataset, NONE)[column]


def _row(
    method: str,
    backbone: str,
    training: str,
    grabcut: Pair,
    berkeley: float | None,
    sbd: Pair = NONE,
    davis: Pair = NONE,
) -> Published:
    clicks = {"GrabCut": grabcut, "Berkeley": (None, berkeley), "SBD": sbd, "DAVIS": davis}
    return Published(method, backbone, training, MappingProxyType(clicks))


PUBLISHED: Final = (
    _row("DOS w/o GC", "FCN-8s", "SBD", (8.02, 12.59), None, (14.30, 16.79), (12.52, 17.11)),
    _row("DOS w/ GC", "FCN-8s", "SBD", (5.08, 6.08), None, (9.22, 12.80), (9.03, 12.58)),
    _row("RIS-Net", "VGG-16", "Pascal VOC", (None, 5.00), None, (6.03, None)),
    _row("LD", "VGG-19", "SBD", (3.20, 4.79), None, (7.41, None), (5.95, 9.57)),
    _row("CAG", "FCN-8s", "Augmented SBD", (None, 3.58), 5.60),
    _row("BRS", "DenseNet", "SBD", (2.60, 3.60), 5.08, (6.59, 9.78), (5.58, 8.24)),
    _row("f-BRS-B", "ResNet-101", "SBD", (2.30, 2.72), 4.57, (4.81, 7.73), (5.04, 7.41)),
    _row("FCA-Net", "ResNet-101", "Augmented SBD", (1.88, 2.14), 4.19, NONE, (5.38, 7.90)),
    _row("IA+SA", "ResNet-101", "Augmented SBD", (None, 3.07), 4.94, NONE, (5.16, None)),
    _row("CDNet", "ResNet-101", "SBD", (2.42, 2.76), 3.65, (4.73, 7.66), (5.33, 6.97)),
    _row("FocusCut", "ResNet-101", "SBD", (1.46, 1.64), 3.01, (3.40, 5.31), (4.85, 6.22)),
    _row("FCFI", "ResNet-101", "SBD", (1.64, 1.80), 2.84, (3.26, 5.35), (4.75, 6.48)),
    _row("RITM", "HRNet-18s", "COCO+LVIS", (1.54, 1.68), 2.60, (4.26, 6.86), (4.79, 6.00)),
    _row("FocalClick-S1", "HRNet-18s", "COCO+LVIS", (1.72, 1.94), 3.40, (4.75, 7.22), (5.19, 7.95)),
    _row("FocalClick-S2", "HRNet-18s", "COCO+LVIS", (1.52, 1.66), 2.41, (4.37, 6.59), (4.20, 5.49)),
    _row("FCFI", "HRNet-18s", "COCO+LVIS", (1.50, 1.56), 2.05, (3.88, 6.24), (3.70, 5.16)),
    _row("EdgeFlow", "HRNet-18", "COCO+LVIS", (1.60, 1.72), 2.40, NONE, (4.54, 5.77)),
    _row("RITM", "HRNet-18", "COCO+LVIS", (1.42, 1.54), 2.26, (3.80, 6.06), (4.36, 5.74)),
    _row("FCFI", "HRNet-18", "COCO+LVIS", (1.38, 1.46), 1.96, (3.63, 5.83), (3.97, 5.16)),
)
"""The rows of the paper's comparison, in its order."""

TUNED_ZOOMS: Final[Mapping[tuple[str, str], tuple[int, float]]] = MappingProxyType(
    {
        ("GrabCut", "hrnet"): (700, 3.0),
        ("GrabCut", "resnet"): (600, 3.2),
        ("Berkeley", "hrnet"): (720, 2.8),
        ("Berkeley", "resnet"): (720, 2.5),
        ("DAVIS", "hrnet"): (720, 3.5),
        ("DAVIS", "resnet"): (640, 3.0),
        ("SBD", "hrnet"): (480, 2.3),
        ("SBD", "resnet"): (480, 2.3),
    }
)
"""Longer side of the input in pixels and ratio of the box, by dataset and backbone family.

Source: the released code.
"""
