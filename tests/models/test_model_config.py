"""Configurations of networks: accepted values and error messages."""

from typing import Any

import pytest

from fcfi.errors import ConfigError
from fcfi.models.config import ModelConfig, variants


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"backbone": "hrnet19"},
            "expected backbone to be one of lite0, lite1, lite2, hrnet18s, hrnet18, hrnet32, "
            "resnet50, resnet101, got 'hrnet19'; did you mean 'hrnet18'?",
        ),
        ({"backbone": 5}, "resnet101, got 5"),
        (
            {"correction": "focused"},
            "expected correction to be one of none, similarity, encoded, got 'focused'",
        ),
        ({"fusion": True}, "expected fusion to be one of none, collaborative, got True"),
        ({"prompts": "early"}, "expected prompts to be one of stem, late, got 'early'"),
        (
            {"backbone": "hrnet18s", "prompts": "late"},
            "expected prompts = 'stem' with backbone 'hrnet18s', got 'late': "
            "use one of lite0, lite1, lite2 for it",
        ),
        (
            {"prompt_maps": "none"},
            "expected prompt_maps to be one of all, clicks, edge, got 'none'",
        ),
        (
            {"backbone": "hrnet18s", "prompt_maps": "clicks"},
            "expected prompt_maps = 'all' with backbone 'hrnet18s', got 'clicks': "
            "use one of lite0, lite1, lite2 for it",
        ),
        (
            {"prompts": "late", "head": "fine"},
            "expected head = 'light' with prompts = 'late', got 'fine': "
            "use prompts = 'stem' for it",
        ),
        ({"mid": 0}, "expected mid to be a whole number of at least 1, got 0"),
        ({"mid": 32.0}, "expected mid to be a whole number of at least 1, got 32.0"),
        ({"ocr_width": True}, "expected ocr_width to be a whole number of at least 1, got True"),
        ({"score": "yes"}, "expected score to be true or false, got 'yes'"),
        ({"fussion": "none"}, "got 'fussion'; did you mean 'fusion'?"),
        (
            {"zzz": 1},
            "expected settings of a network (backbone, correction, fusion, mid, ocr_width, prompts",
        ),
    ],
)
def test_a_wrong_setting_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ModelConfig.from_dict(values)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", variants())
def test_a_configuration_survives_being_written(name: str) -> None:
    assert ModelConfig.from_dict(variants()[name].as_dict()) == variants()[name]
