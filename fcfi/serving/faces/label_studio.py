"""Label Studio's ML backend: `/setup` once, `/predict` at every click of "Auto-Annotation".

Each request of Label Studio holds all prompts of the object, oldest first, in per cent of the
picture.  It takes any 2xx as success, and writes errors to its log only.
Source: recorded requests of Label Studio 1.23.2.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from fastapi import APIRouter

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.formats.label_studio import decode, encode
from fcfi.masks.runs import RunMask
from fcfi.prediction.prediction import CachedImage
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Click, Prompts
from fcfi.serving.answering import Answered, Answering, JsonBody
from fcfi.serving.outlines import outlines

OUTPUTS: Final = {"BrushLabels": "brushlabels", "PolygonLabels": "polygonlabels"}
"""Controls that can show a mask, and their type in results."""
LONGEST_CONFIG: Final = 1 << 20
PERCENT: Final = 100
FULL_TURN: Final = 360

_Reader = Callable[[Mapping[str, Any], int, int], Click | Box | RunMask]


@dataclass(frozen=True)
class Control:
    """The control of a labelling configuration that shows the mask.

    tag: BrushLabels or PolygonLabels.  name: the control's.  image: name of the picture's tag.
    key: field of a task that holds the picture's address.
    """

    tag: str
    name: str
    image: str
    key: str


def router(answering: Answering) -> APIRouter:
    """Return the routes that Label Studio calls."""
    routes = APIRouter()

    @routes.post("/setup")
    async def setup(body: JsonBody) -> dict[str, str]:
        """Return the served network; the request's token and host are not used."""
        control_of(body.get("schema"))
        return {"model_version": answering.version}

    @routes.get("/versions")
    async def versions() -> dict[str, list[str]]:
        """Return the served network."""
        return {"versions": [answering.version]}

    @routes.post("/webhook", status_code=201)
    async def webhook(_: JsonBody) -> dict[str, str]:
        """Ignore the event: fcfi does not train on what is annotated."""
        return {"status": "ok"}

    @routes.post("/predict")
    async def predict(body: JsonBody) -> dict[str, Any]:
        """Return the mask for the prompts in `params.context`; nothing for a task without them."""
        context = _mapping(_mapping(body.get("params")).get("context"))
        given = context.get("result")
        if not isinstance(given, list) or not given:
            # Sent when a task is opened.  Label Studio would list an empty prediction.
            return {"results": []}
        tasks = body.get("tasks")
        if not isinstance(tasks, list) or len(tasks) != 1 or not isinstance(tasks[0], Mapping):
            raise InputError("expected one task with the prompts of its picture, got others")
        control = control_of(body.get("label_config"))
        asked = chosen(given)
        address = _mapping(tasks[0].get("data")).get(control.key)
        answered = await answering.answer(
            lambda: answering.server.read(address),
            lambda _, picture: prompts_of(asked, picture),
        )
        return answer_to(answered, asked, control, answering.version)

    return routes


def control_of(config: object) -> Control:
    """Return the first brush or polygon control of a labelling configuration (XML).

    Raises InputError if it has neither or cannot be read.
    """
    if not isinstance(config, str) or len(config) > LONGEST_CONFIG:
        raise InputError("expected a labelling configuration as text")
    if "<!" in config.replace("<!--", ""):
        raise InputError("expected a labelling configuration without <!DOCTYPE or <!ENTITY")
    try:
        root = ElementTree.fromstring(config)
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(f"the labelling configuration is not XML: {error}") from error
    images = {tag.get("name", ""): tag.get("value", "") for tag in root.iter("Image")}
    for tag in root.iter():
        image = tag.get("toName", "")
        if tag.tag in OUTPUTS and image in images:
            key = images[image].removeprefix("$")
            return Control(tag.tag, tag.get("name", ""), image, key)
    raise InputError(
        f"expected {' or '.join(OUTPUTS)} on an Image in the labelling configuration, got neither: "
        "see `fcfi serve --print-config`"
    )


def chosen(results: Sequence[Any]) -> list[Mapping[str, Any]]:
    """Return the prompts with the label of the last one, in their order.

    Raises InputError if no prompt is of a type that fcfi takes.
    """
    regions = [item for item in results if isinstance(item, Mapping)]
    known = [region for region in regions if region.get("type") in _READERS]
    if not known:
        kinds = ", ".join(sorted({str(region.get("type"))[:40] for region in regions})) or "nothing"
        raise InputError(
            f"expected prompts of the types {', '.join(_READERS)}, got {kinds}: set smart on "
            "KeyPointLabels or RectangleLabels, as `fcfi serve --print-config` does"
        )
    label = label_of(known[-1])
    return [region for region in known if label_of(region) == label]


def label_of(region: Mapping[str, Any]) -> str | None:
    """Return the first label of a prompt, or None without one."""
    labels = _mapping(region.get("value")).get(str(region.get("type")))
    return labels[0] if isinstance(labels, list) and labels and isinstance(labels[0], str) else None


def prompts_of(
    regions: Sequence[Mapping[str, Any]], picture: CachedImage
) -> tuple[Prompts, RunMask | None]:
    """Return regions as prompts, and brush strokes among them as a start mask.

    Raises InputError if Label Studio shows the picture rotated or states another size.
    """
    height, width = picture.image.shape[:2]
    prompts: list[Click | Box] = []
    start: RunMask | None = None
    for region in regions:
        if _number(region, "image_rotation", 0) % FULL_TURN:
            raise InputError("the picture is rotated in Label Studio: rotate it back, then click")
        size = region.get("original_width", width), region.get("original_height", height)
        if size != (width, height):
            raise InputError(
                f"expected a picture of {size[0]} x {size[1]} pixels as Label Studio says, got "
                f"{width} x {height}: the file was replaced, load the task again"
            )
        prompt = _READERS[str(region["type"])](region, height, width)
        if isinstance(prompt, RunMask):
            start = prompt if start is None else start.union([prompt])
        else:
            prompts.append(prompt)
    return tuple(prompts), start


def answer_to(
    answered: Answered, regions: Sequence[Mapping[str, Any]], control: Control, version: str
) -> dict[str, Any]:
    """Return the response of `/predict` in Label Studio's schema."""
    score, mask = score_of(answered.prediction), answered.prediction.run_mask
    label = label_of(regions[-1])
    values: list[dict[str, Any]] = []
    if mask is not None and control.tag == "BrushLabels":
        values = [{"format": "rle", "rle": encode(mask, answered.height, answered.width)}]
    elif mask is not None:
        # Whole coordinates are pixel centres here, and pixels' top left corners in Label Studio.
        scale = (PERCENT / answered.width, PERCENT / answered.height)
        found = outlines(mask.pixels(answered.height, answered.width)).polygons
        values = [
            {"points": ((polygon + 0.5) * scale).tolist(), "closed": True} for polygon in found
        ]
    kind = OUTPUTS[control.tag]
    results = [
        {
            "id": uuid.uuid4().hex[:10],
            "from_name": control.name,
            "to_name": control.image,
            "type": kind,
            "original_width": answered.width,
            "original_height": answered.height,
            "image_rotation": 0,
            "score": score,
            "readonly": False,
            "value": value | ({kind: [label]} if label is not None else {}),
        }
        for value in values
    ]
    return {"results": [{"model_version": version, "score": score, "result": results}]}


def config(labels: Sequence[str]) -> str:
    """Return a labelling configuration for these labels (XML) that works with clicks and boxes."""
    rows = "".join(f"    <Label value={quoteattr(label)}/>\n" for label in labels)
    # Smart tools first: the first control of a picture is the one that "Auto-Detect" uses.
    controls = (
        ("KeyPointLabels", "click", ' smart="true"'),
        ("RectangleLabels", "box", ' smart="true"'),
        ("BrushLabels", "brush", ""),
    )
    tags = "".join(
        f'  <{tag} name="{name}" toName="image"{smart}>\n{rows}  </{tag}>\n'
        for tag, name, smart in controls
    )
    return f'<View>\n  <Image name="image" value="$image" zoom="true"/>\n{tags}</View>\n'


def _click(region: Mapping[str, Any], height: int, width: int) -> Click:
    value = _mapping(region.get("value"))
    # Points drawn with the ordinary tool have no sign; they are positive.
    positive = region.get("is_positive", True) is not False
    return Click(_pixel(value, "x", width), _pixel(value, "y", height), positive)


def _box(region: Mapping[str, Any], height: int, width: int) -> Box:
    value = _mapping(region.get("value"))
    if _number(value, "rotation", 0) % FULL_TURN:
        raise InputError("expected an upright rectangle, got a rotated one: draw it upright")
    left, top = _number(value, "x") / PERCENT * width, _number(value, "y") / PERCENT * height
    right = left + _number(value, "width") / PERCENT * width
    bottom = top + _number(value, "height") / PERCENT * height
    # A rectangle may be drawn over the picture's edge: the part inside counts.
    sides = (max(0, round(left)), max(0, round(top)), min(width, round(right)))
    if not (sides[0] < sides[2] and sides[1] < min(height, round(bottom))):
        raise InputError("expected a rectangle of at least one pixel on the picture, got another")
    return Box(*sides, min(height, round(bottom)))


def _strokes(region: Mapping[str, Any], height: int, width: int) -> RunMask:
    runs = _mapping(region.get("value")).get("rle")
    if not isinstance(runs, list):
        raise InputError("expected a brush stroke with its run lengths under 'rle', got none")
    mask = decode(runs, height, width)
    if mask is None:
        raise InputError("expected a brush stroke with pixels, got an empty one")
    return mask


_READERS: Final[Mapping[str, _Reader]] = {
    "keypointlabels": _click,
    "rectanglelabels": _box,
    "brushlabels": _strokes,
}
"""The types of region that are prompts, and their readers."""


def _pixel(value: Mapping[str, Any], key: str, size: int) -> int:
    """Return the pixel at a percentage of the picture's side; 100 is the last pixel."""
    share = _number(value, key) / PERCENT
    if not 0 <= share <= 1:
        raise InputError(f"expected a click on the picture, got {key} = {value.get(key)} per cent")
    return min(int(share * size), size - 1)


def _number(value: Mapping[str, Any], key: str, default: float | None = None) -> float:
    found = value.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < 1e9:
        raise InputError(f"expected a number under {key!r}, got {str(found)[:40]!r}")
    return float(found)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
