"""The published numbers: spot checks against the paper, and look-ups."""

from fcfi.evaluation.published import PUBLISHED


def test_rows_of_the_method() -> None:
    rows = {row.backbone: row for row in PUBLISHED if row.method == "FCFI"}
    assert list(rows) == ["ResNet-101", "HRNet-18s", "HRNet-18"]
    assert rows["HRNet-18s"].noc("DAVIS", 0.90) == 5.16
    assert rows["HRNet-18s"].noc("Berkeley", 0.90) == 2.05
    assert rows["HRNet-18s"].noc("Berkeley", 0.85) is None
    assert rows["ResNet-101"].noc("SBD", 0.85) == 3.26
    assert rows["HRNet-18"].noc("GrabCut", 0.95) is None
    assert rows["HRNet-18"].noc("COCO", 0.90) is None


def test_numbers_are_possible() -> None:
    assert len(PUBLISHED) == 19
    for row in PUBLISHED:
        for first, second in row.clicks.values():
            assert all(1 <= value <= 20 for value in (first, second) if value is not None)
            assert first is None or second is None or first <= second
