"""The program in the guide runs unchanged."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_python_of_the_guide_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "how-to" / "sam.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "sam.md", "exec"), names)
    masks = names["masks"]
    assert isinstance(masks, np.ndarray)
    assert masks.shape == (1, 400, 600)
    assert masks[0, 130, 290]
    assert not masks[0, 287, 376]
