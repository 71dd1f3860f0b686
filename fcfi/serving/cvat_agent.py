"""A function for CVAT's agents: programs that fetch requests from CVAT and call it with each.

For CVAT Online and CVAT Enterprise; no port is opened.  The agent loads this module by its name:

    cvat-cli function create-native "FCFI" --function-module fcfi.serving.cvat_agent
    cvat-cli function run-agent ID --function-module fcfi.serving.cvat_agent

The agent caches the pictures.  Source: the interface of interaction functions in cvat-sdk 2.80.
"""

from dataclasses import dataclass, field

from cvat_sdk import models
from cvat_sdk.auto_annotation import (
    BadFunctionError,
    InteractionFunctionContext,
    InteractionFunctionSpec,
    InteractionPrompts,
    InteractionResultAttributes,
    InteractionResultShape,
)
from cvat_sdk.masks import encode_mask
from PIL.Image import Image

from fcfi.errors import FCFIError
from fcfi.images import from_pillow, image_sha256
from fcfi.prediction.prediction import CachedImage
from fcfi.prediction.score import score_of
from fcfi.segmenter import load
from fcfi.serving.faces.cvat import prompts_of
from fcfi.serving.prompted import Prompted

SPEC = InteractionFunctionSpec(min_pos_points=1, min_neg_points=0, min_bounding_boxes=0)
"""Needs at least one positive click; takes negative clicks and a box."""


@dataclass(frozen=True)
class NamedPicture:
    """A picture and its name: the sha256 of its pixels."""

    name: str
    picture: CachedImage


@dataclass(frozen=True)
class Interactor:
    """A function that answers clicks, with the interface that CVAT's agents expect."""

    prompted: Prompted
    spec: InteractionFunctionSpec = field(default=SPEC)

    def preprocess_image(self, _: InteractionFunctionContext, image: Image) -> NamedPicture:
        """Return the picture as `detect` takes it; the agent keeps it for further clicks."""
        try:
            pixels = from_pillow(image)
        except FCFIError as error:
            raise BadFunctionError(str(error)) from error
        return NamedPicture(image_sha256(pixels), CachedImage(pixels))

    def detect(
        self, _: InteractionFunctionContext, pp_image: NamedPicture, prompts: InteractionPrompts
    ) -> list[InteractionResultShape]:
        """Return the mask for all prompts; no shape for an empty one.

        Raises BadFunctionError for prompts that do not fit: it is the only error whose message the
        agent passes on to the annotator.
        """
        try:
            given = prompts_of(prompts.pos_points, prompts.neg_points, prompts.bounding_box)
            # CVAT sends positive and negative clicks apart, without their common order.
            ordered = self.prompted.in_order(pp_image.name, given)
            prediction = self.prompted.predict(pp_image.name, pp_image.picture, ordered)
        except FCFIError as error:
            raise BadFunctionError(str(error)) from error
        if prediction.object_box is None:
            return []
        score = models.AttributeValRequest(
            spec_id=int(InteractionResultAttributes.CONFIDENCE), value=f"{score_of(prediction):.4f}"
        )
        shape = InteractionResultShape(
            type="mask", points=encode_mask(prediction.mask), attributes=[score]
        )
        return [shape]


def create(
    network: str | None = None,
    runtime: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
) -> Interactor:
    """Return the function, with the network loaded; the agent calls this in its own process.

    The arguments are those of `fcfi.load`, written as `-p network=str:lite0`.
    """
    segmenter = load(network, runtime, precision=precision, threads=threads)
    # No cache of pictures: the agent has its own.
    return Interactor(Prompted(segmenter.predictor, pictures=0))
