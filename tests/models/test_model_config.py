"""Configurations of networks: what is accepted, and what the errors say."""

from typing import Any

import pytest

from fcfi.errors import ConfigError
from fcfi.models.config import VARIANTS, ModelConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"backbone": "hrnet19"},
            "backbone = 'hrnet19' is unknown: use one of lite0, lite1, lite2, hrnet18s",
        ),
        (
            {"correction": "focused"},
            "correction = 'focused' is unknown: use one of none, similarity, encoded",
        ),
        ({"fusion": True}, "fusion = True is unknown: use one of none, collaborative"),
        ({"prompts": "early"}, "prompts = 'early' is unknown: use one of stem, late"),
        (
            {"backbone": "hrnet18s", "prompts": "late"},
            "prompts = 'late' is for lite0, lite1, lite2; with hrnet18s use 'stem'",
        ),
        ({"prompt_maps": "none"}, "prompt_maps = 'none' is unknown: use one of all, clicks"),
        (
            {"backbone": "hrnet18s", "prompt_maps": "clicks"},
            "prompt_maps = 'clicks' is for lite0, lite1, lite2 with prompts = 'stem', this is hrnet18s with",
        ),
        (
            {"prompts": "late", "head": "fine"},
            "head = 'fine' is for lite0, lite1, lite2 with prompts = 'stem', this is lite0 with prompts = 'late': use 'light'",
        ),
        ({"mid": 0}, "mid = 0 is not a whole number of at least 1"),
        ({"mid": 32.0}, "mid = 32.0 is not a whole number"),
        ({"ocr_width": True}, "ocr_width = True is not a whole number"),
        ({"fussion": "none"}, "unknown model setting 'fussion'; did you mean 'fusion'?"),
        (
            {"zzz": 1},
            "unknown model setting 'zzz': known are backbone, correction, fusion, mid, ocr_width, prompts",
        ),
    ],
)
def test_a_wrong_setting_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ModelConfig.from_dict(values)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_configuration_survives_being_written(name: str) -> None:
    assert ModelConfig.from_dict(VARIANTS[name].as_dict()) == VARIANTS[name]
