"""Tables that map the tensors and parameters of released checkpoints to ours.

Tables and lookups only; the class that such a file names is a key of a table here and never
imported.  Source: the released files' own lists of keys and configurations.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from fcfi.errors import NetworkError
from fcfi.models.blocks import IMAGENET_MEAN, IMAGENET_STD
from fcfi.models.config import ModelConfig
from fcfi.models.deeplab import CHANNELS
from fcfi.models.hrnet import LAYOUTS
from fcfi.prediction.guidance import DISK_RADIUS, WINDOW_RATIO

Names = tuple[tuple[str, str], ...]
"""Pairs of name prefixes: (released, ours)."""

HRNET = "isegm.model.is_hrnet_model.HRNetModel"
DEEPLAB = "isegm.model.is_deeplab_model.DeeplabModel"
"""Class names in released files."""
DEAD = tuple(
    f"feature_extractor.ocr_distri_head.object_context_block.{name}."
    for name in ("f_pixel", "f_object")
)
"""Prefixes of tensors without effect (see `fcfi.models.ocr`): required in a file, not loaded."""

_PROMPTS: Names = (
    ("maps_transform.0.", "body.prompt.layers.0."),
    ("maps_transform.2.", "body.prompt.layers.2."),
    ("maps_transform.3.", "body.prompt."),
)
_CORRECTION: Names = (
    ("0.conv.", "0.0."),
    ("0.bn.", "0.1."),
    *(
        (f"{n}.{released}.", f"{n}.{i}.")
        for n in (1, 2)
        for i, released in enumerate(("conv3x3", "conv1x1", "bn"))
    ),
)
_FUSION: Names = (
    ("feature_conv.conv.", "features_to_feedback.0."),
    ("feature_conv.bn.", "features_to_feedback.1."),
    *((f"fusion_encoder.{released}", f"feedback_pathway.{ours}") for released, ours in _CORRECTION),
    ("fusion_encoder.3.", "feedback_pathway.3."),
    ("residual_predictor.conv.", "feedback_to_features.0."),
    ("residual_predictor.bn.", "feedback_to_features.1."),
)
_OCR: Names = (
    ("object_context_block.f_down.0.", "down.0."),
    ("object_context_block.f_down.1.0.", "down.1."),
    ("object_context_block.f_up.0.", "up.0."),
    ("object_context_block.f_up.1.0.", "up.1."),
    ("conv_bn_dropout.0.", "join.0."),
    ("conv_bn_dropout.1.0.", "join.1."),
)


def _under(released: str, ours: str, names: Names) -> Names:
    """Return name pairs with a prefix before each name."""
    return tuple((f"{released}{theirs}", f"{ours}{mine}") for theirs, mine in names)


NAMES: Mapping[str, Names] = {
    HRNET: (
        *_PROMPTS,
        *_under(
            "feature_extractor.correction_module.info_encoder.", "correction.encoder.", _CORRECTION
        ),
        *_under("feature_extractor.fusion_module.", "fusion.", _FUSION),
        *_under("feature_extractor.ocr_distri_head.", "body.ocr.", _OCR),
        ("feature_extractor.conv3x3_ocr.", "body.ocr.pixels."),
        ("feature_extractor.cls_head.", "body.ocr.classifier."),
        ("feature_extractor.aux_head.", "body.ocr.auxiliary."),
        *(
            (f"feature_extractor.{name}", f"body.backbone.{name}")
            for name in ("conv1.", "bn1.", "conv2.", "bn2.", "layer1.", "transition", "stage")
        ),
    ),
    DEEPLAB: (
        *_PROMPTS,
        *_under(
            "feature_extractor.correction_module.info_encoder.", "correction.encoder.", _CORRECTION
        ),
        *_under("feature_extractor.feedback_fusion.", "fusion.", _FUSION),
        ("feature_extractor.backbone.", "body.backbone."),
        ("feature_extractor.aspp.concurent.0.", "body.aspp.near."),
        *((f"feature_extractor.aspp.concurent.{n + 1}.", f"body.aspp.far.{n}.") for n in range(3)),
        ("feature_extractor.aspp.concurent.4.gap.", "body.aspp.whole."),
        ("feature_extractor.aspp.project.", "body.aspp.project."),
        ("feature_extractor.skip_project.skip_project.", "body.skip."),
        *((f"feature_extractor.head.block.{n}.body.", f"body.merge.{n}.") for n in (0, 1)),
        ("feature_extractor.head.block.2.", "body.merge.2."),
        *((f"head.layers.{n}.body.", f"body.classifier.{n}.") for n in (0, 1)),
        ("head.layers.2.", "body.classifier.2."),
    ),
}

_FIXED: Mapping[str, Any] = {
    "use_leaky_relu": True,
    "use_rgb_conv": False,
    "use_disks": True,
    "norm_radius": DISK_RADIUS,
    "with_prev_mask": True,
    "update_num": 1,
    "expansion_ratio": WINDOW_RATIO,
    "binary_prev_mask": False,
    "conv_extend": False,
    "clicks_groups": None,
    "norm_mean_std": [list(IMAGENET_MEAN), list(IMAGENET_STD)],
}
"""Parameters with the same value in every released file; no other value is accepted."""
_FIXED_BY_CLASS: Mapping[str, Mapping[str, Any]] = {
    HRNET: {**_FIXED, "with_aux_output": True, "num_classes": 1},
    DEEPLAB: {**_FIXED, "with_aux_output": False, "deeplab_ch": CHANNELS},
}
_IGNORED = {
    "backbone_lr_mult",
    "norm_layer",
    "backbone_norm_layer",
    "cpu_dist_maps",
    "aspp_dropout",
}
"""Parameters of the training or the machine, which are ignored."""
_HRNETS = {(layout.width, layout.small): name for name, layout in LAYOUTS.items()}
"""Backbone names by (width, small) of a released file."""


def _hrnet(values: Mapping[str, Any]) -> ModelConfig:
    key = (values.get("width", 48), values.get("small", False))
    if key not in _HRNETS:
        raise NetworkError(
            f"expected width 18 or 32, small only with 18, got width = {key[0]!r} with small = "
            f"{key[1]!r}: give a released file"
        )
    return ModelConfig(_HRNETS[key], "encoded", mid=values["mid_ch"], ocr_width=values["ocr_width"])


def _deeplab(values: Mapping[str, Any]) -> ModelConfig:
    return ModelConfig(values["backbone"], "encoded", mid=values["mid_ch"])


_CONFIGS: Mapping[str, tuple[Callable[[Mapping[str, Any]], ModelConfig], tuple[str, ...]]] = {
    HRNET: (_hrnet, ("width", "small", "ocr_width", "mid_ch")),
    DEEPLAB: (_deeplab, ("backbone", "mid_ch")),
}
"""By class: the function that turns parameters into a configuration, and those it uses."""


def config_of(class_name: object, values: Mapping[str, Any]) -> ModelConfig:
    """Return our configuration for a released class name and its parameters.

    Raises NetworkError or ConfigError for an unknown class or parameter.
    """
    if not isinstance(class_name, str) or class_name not in _CONFIGS:
        raise NetworkError(
            f"expected a class of {', '.join(_CONFIGS)}, got {class_name!r}: give a released file"
        )
    make, used = _CONFIGS[class_name]
    fixed = _FIXED_BY_CLASS[class_name]
    for name, value in values.items():
        if name in fixed:
            if _plain(value) != fixed[name]:
                raise NetworkError(
                    f"expected parameter {name} = {fixed[name]!r}, got {value!r}: "
                    "other values are not supported"
                )
        elif name not in used and name not in _IGNORED:
            near = get_close_matches(name, [*fixed, *used, *_IGNORED], n=1)
            hint = f"did you mean {near[0]!r}?" if near else "give a released file"
            raise NetworkError(f"expected known parameters, got {name!r}: {hint}")
    missing = [name for name in used if name not in values and name != "small"]
    if missing:
        raise NetworkError(
            f"expected parameters {', '.join(used)}, got none for {', '.join(missing)}: "
            "give a released file"
        )
    return make(values)


def dead_shapes(class_name: str, config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the released names and the shapes of tensors without effect.

    They belong to two projections of two layers, each a convolution and a normalisation.
    """
    if class_name != HRNET:
        return {}
    width = config.ocr_width
    shapes: dict[str, tuple[int, ...]] = {}
    for start in DEAD:
        for layer, inputs in ((0, 2 * width), (2, width)):
            shapes[f"{start}{layer}.weight"] = (width, inputs, 1, 1)
            norm = f"{start}{layer + 1}.0."
            shapes |= {
                f"{norm}{name}": (width,)
                for name in ("weight", "bias", "running_mean", "running_var")
            }
            shapes[f"{norm}num_batches_tracked"] = ()
    return shapes


def to_released(class_name: str, name: str) -> str:
    """Return the released name of one of our tensors."""
    return _rename(name, tuple((ours, released) for released, ours in NAMES[class_name]))


def _rename(name: str, names: Names) -> str:
    """Return a name with its longest known prefix replaced; other names are returned unchanged."""
    old, new = max(
        (pair for pair in names if name.startswith(pair[0])),
        key=lambda pair: len(pair[0]),
        default=("", ""),
    )
    return new + name[len(old) :]


def _plain(value: Any) -> Any:
    """Return tuples as lists, for comparison."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
