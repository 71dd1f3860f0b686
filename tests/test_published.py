"""The published numbers: spot checks against the paper, and what they can be asked."""

from fcfi.published import ABLATION, PUBLISHED, RELEASED_HRNET18S


def test_rows_of_the_method() -> None:
    rows = {row.backbone: row for row in PUBLISHED if row.method == "FCFI"}
    assert list(rows) == ["ResNet-101", "HRNet-18s", "HRNet-18"]
    assert rows["HRNet-18s"].noc("DAVIS", 0.90) == 5.16
    assert rows["HRNet-18s"].noc("Berkeley", 0.90) == 2.05
    assert rows["HRNet-18s"].noc("Berkeley", 0.85) is None
    assert rows["ResNet-101"].noc("SBD", 0.85) == 3.26
    assert rows["HRNet-18"].noc("GrabCut", 0.95) is None
    assert rows["HRNet-18"].noc("COCO", 0.90) is None
    assert RELEASED_HRNET18S.noc("GrabCut", 0.90) == 1.68


def test_numbers_are_possible() -> None:
    assert len(PUBLISHED) == 19
    for row in PUBLISHED:
        for first, second in row.clicks.values():
            assert all(1 <= value <= 20 for value in (first, second) if value is not None)
            assert first is None or second is None or first <= second


def test_the_whole_method_is_the_last_row_of_the_ablation() -> None:
    assert ABLATION[-1].berkeley_hrnet18 == (1.96, 0)
    assert ABLATION[-1].davis_resnet101[0] == 6.48
