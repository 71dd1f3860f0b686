"""A few kills at fixed moments: repeated commands end with the results of an undisturbed run.

`make kills` runs these in a separate process: they fork, and a fork with threads of other tests
inherits locks that are never released.
"""

import os
import sys
from pathlib import Path
from random import Random

import pytest

from tests.kills.scenes import SCENES, annotate, killed, prepare_annotation, undisturbed

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="needs a fork"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # forks beside threads
]
PARTS = (0.3, 0.8)
"""Parts of a run after which it is killed."""


@pytest.mark.parametrize("name", ["import", "export coco", "export labelme", "batch"])
def test_what_was_killed_and_given_again_ends_as_if_undisturbed(name: str, tmp_path: Path) -> None:
    scene = SCENES[name]
    moments, expected = undisturbed(scene, tmp_path / "prepared")
    assert moments > 10
    assert expected
    for part in PARTS:
        kills = (max(1, round(part * moments)), max(1, round(part * moments / 2)))
        found = killed(scene, tmp_path / "prepared", tmp_path / f"killed {part}", kills)
        assert found == expected


@pytest.mark.parametrize("actions", [1, 9])
def test_no_acknowledged_action_is_lost_with_its_server(actions: int, tmp_path: Path) -> None:
    prepare_annotation(tmp_path)
    acknowledged, again = annotate(tmp_path, 0, actions, Random(0))
    assert (acknowledged, again) == (actions - 1, 1)
