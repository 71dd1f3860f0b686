from pathlib import Path

import pytest

from fcfi.errors import ConfigError
from fcfi.training.config import parse_recipe, read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))
SMALL = {"name": "small", "run": {"steps": 1}}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_parses_and_says_what_it_takes(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    assert recipe.hardware
    assert recipe.hours
    assert recipe.expected
    assert path.read_text().startswith("#")
    assert f"fcfi train recipes/{path.name}" in path.read_text()


def test_the_papers_recipes_are_there() -> None:
    assert {"lite0", "resnet101_sbd", "hrnet18s_cocolvis", "hrnet18_cocolvis"} <= {
        path.stem for path in RECIPES
    }


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({**SMALL, "modle": {}}, "did you mean 'model'"),
        (
            {**SMALL, "optimizer": {"learning": 1}},
            "expected one of the keys name, lr, .* got 'optimizer.learning'",
        ),
        (
            {**SMALL, "optimizer": {"lr": "fast"}},
            "expected optimizer.lr to be of the type float, got 'fast'",
        ),
        ({**SMALL, "model": {"correction": "magic"}}, "none, similarity, encoded"),
        ({**SMALL, "crops": {"close_ratio": [1.0]}}, "crops.close_ratio"),
        ({"name": "small", "run": {}}, "expected either run.steps or run.minutes"),
        (
            {"name": "small", "run": {"steps": 1, "minutes": 1.0}},
            "expected either run.steps or run.minutes",
        ),
        ({"name": "small", "run": {"steps": 1, "sizes": [[0.0, 250, 250]]}}, "multiples of 32"),
        (
            {
                "name": "small",
                "run": {"steps": 1, "sizes": [[0.0, 64, 64], [0.8, 96, 96], [0.4, 64, 64]]},
            },
            "their order",
        ),
        ({"name": "small", "run": {"steps": 1, "seed": -1}}, "run.seed"),
        ({"name": "small"}, "expected the keys name, run in the recipe, got none for run: "),
        ({"name": "small", "run": {"steps": -1}}, "expected run.steps of at least 0, got -1"),
        (
            {"name": "small", "run": {"steps": 1, "batch": 0}},
            "expected run.batch of at least 1, got 0",
        ),
        (
            {"name": "small", "run": {"steps": 1, "devices": "two"}},
            "expected run.devices to be 'auto' or a number of at least 1, got 'two'",
        ),
        ({"name": "small", "run": {"steps": 1, "precision": "16-mixed"}}, "32-true, bf16-mixed"),
        ({"name": "small", "run": {"steps": 1, "accelerator": "abacus"}}, "auto, cpu, cuda"),
        ({**SMALL, "data": {"dev_every": 0}}, "data.dev_every"),
        ({**SMALL, "rounds": {"start": 0}}, "rounds.start"),
        ({**SMALL, "rounds": {"decay": 1.5}}, "rounds.decay"),
        ({**SMALL, "rounds": {"centre": -0.5}}, "centre"),
        ({**SMALL, "losses": {"border": -1.0}}, "expected losses.border of at least 0, got -1.0"),
        ({**SMALL, "crops": {"flip": 2.0}}, "expected crops.flip from 0 to 1, got 2.0"),
        ({**SMALL, "crops": {"labelling_chances": {"coco": 1.5}}}, "crops.labelling_chances"),
        (
            {**SMALL, "crops": {"close_ratio": [0.0, 2.0]}},
            "crops.close_ratio .* ratios above 0, got 0.0, 2.0",
        ),
        ({**SMALL, "crops": {"brightness": [0.2, -0.2]}}, "the smaller number first"),
        ({**SMALL, "crops": {"weights": {"voc": -1.0}}}, "crops.weights"),
        ({**SMALL, "optimizer": {"lr": 0.0}}, "expected optimizer.lr above 0, got 0.0"),
        ({**SMALL, "optimizer": {"ema": 1.0}}, "optimizer.ema"),
        ({**SMALL, "data": 3}, "expected data to be a table of keys, got 3"),
    ],
)
def test_mistakes_are_named(table: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_recipe(table)


def test_overrides_are_read_as_toml_or_as_words(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('name = "r"\n[run]\nsteps = 5\n')
    recipe = read_recipe(
        path,
        ["run.steps=7", "data.root=some/where", "optimizer.lr=1e-3", "run.sizes=[[0.0, 64, 64]]"],
    )
    assert recipe.run.steps == 7
    assert recipe.data.root == "some/where"
    assert recipe.run.sizes == ((0.0, 64, 64),)
    with pytest.raises(ConfigError, match="expected section.key=value"):
        read_recipe(path, ["run.steps"])
    with pytest.raises(ConfigError, match="got 'name', which is a value"):
        read_recipe(path, ["name.steps=3"])


def test_files_other_than_recipes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_recipe(tmp_path / "missing.toml")
    (tmp_path / "bad.toml").write_text("name = ")
    with pytest.raises(ConfigError, match="expected a recipe in TOML"):
        read_recipe(tmp_path / "bad.toml")
