"""`SamPredictor` and `SAM2ImagePredictor`: SAM's stateful predictors on a stateless one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fcfi.errors import InputError, UnsupportedError
from fcfi.images import Image, check_image
from fcfi.prediction.interface import Predictor
from fcfi.prediction.score import score_of
from fcfi.prompts.clicks import Prompts
from fcfi.sam.answers import STRETCHED, Frame, logits_of, three_masks
from fcfi.sam.model import SamModel, load_model
from fcfi.sam.picture import Known, SamPicture
from fcfi.sam.prompts import numbers, prompts_of

Arrays = tuple[NDArray[Any], NDArray[np.float32], NDArray[np.float32]]
"""Masks (C, H, W), scores (C,) and low-resolution logits (C, 256, 256)."""


class NoImageError(InputError, RuntimeError):
    """A call that needs a picture before one was set."""


class _SamBase:
    """The base class of the predictors of both generations."""

    def __init__(self, model: SamModel | Predictor | None = None) -> None:
        """Take a model of `sam_model_registry` or `build_sam2`, or the result of `fcfi.load`.

        None loads the default network.
        """
        if model is None:
            model = load_model()
        self.model = model if isinstance(model, SamModel) else SamModel(model)
        self.mask_threshold = 0.0
        self._pictures: list[SamPicture] = []

    @property
    def device(self) -> str:
        """The device of the network, as torch names it."""
        return self.model.device

    @property
    def is_image_set(self) -> bool:
        """Whether a picture was set."""
        return bool(self._pictures)

    @property
    def original_size(self) -> tuple[int, int]:
        """Height and width of the picture.  Raises NoImageError without one."""
        picture = self._picture()
        return picture.height, picture.width

    def get_image_embedding(self) -> Any:
        """Raise UnsupportedError: this network sees picture and clicks together."""
        raise UnsupportedError(
            "expected a network with an embedding of the picture, got one that sees picture and "
            "clicks together: call predict, which needs no embedding"
        )

    @property
    def features(self) -> Any:
        """Raise UnsupportedError, like `get_image_embedding`."""
        return self.get_image_embedding()

    def set_torch_image(self, *_: Any, **__: Any) -> None:
        """Raise UnsupportedError: pictures are arrays."""
        raise UnsupportedError(
            "expected a picture as an array, got a tensor of torch: call set_image with uint8 "
            "(H, W, 3)"
        )

    def predict_torch(self, *_: Any, **__: Any) -> Any:
        """Raise UnsupportedError: prompts are arrays."""
        raise UnsupportedError(
            "expected prompts as arrays, got a call for tensors of torch: call predict, with one "
            "box at a time"
        )

    def _picture(self) -> SamPicture:
        """Return the picture that was set."""
        if not self._pictures:
            raise NoImageError("expected a picture first, got none: call set_image before predict")
        return self._pictures[0]

    def _object(
        self, picture: SamPicture, prompts: Prompts, mask_input: Any, many: bool, logits: bool
    ) -> Arrays:
        """Return the answer for one object."""
        predictor = self.model.predictor
        before = picture.refined(mask_input, predictor.threshold)
        usual = picture.predict(predictor, prompts, before)
        if many:
            found, scores = three_masks(usual, predictor, picture.cached, prompts, before is None)
        else:
            found, scores = [usual], [score_of(usual)]
        full = [logits_of(prediction) for prediction in found]
        small = [picture.frame.low_res(values) for values in full]
        # The caller may refine any of the three next.
        for low_res, prediction in zip(small, found, strict=True):
            picture.remember(low_res, Known(prediction, prompts))
        # Logits are 0 at the network's threshold, as SAM programs expect.
        masks = np.stack(full)
        return (
            masks if logits else masks > self.mask_threshold,
            np.array(scores, np.float32),
            np.stack(small),
        )


class SamPredictor(_SamBase):
    """SAM's predictor of one picture, on a network of fcfi.

    It holds the picture, so threads need separate predictors or a lock.

    >>> import numpy as np
    >>> from fcfi.images import read_image
    >>> from fcfi.sam import SamPredictor, sam_model_registry
    >>> predictor = SamPredictor(sam_model_registry["vit_b"](checkpoint=None).to("cpu"))
    >>> predictor.set_image(read_image("examples/images/coffee.jpg"))
    >>> point = {"point_coords": np.array([[290, 130]]), "point_labels": np.array([1])}
    >>> masks, scores, logits = predictor.predict(**point, multimask_output=True)
    >>> masks.shape, masks.dtype, scores.shape, logits.shape
    ((3, 400, 600), dtype('bool'), (3,), (3, 256, 256))
    >>> best = logits[np.argmax(scores)]
    >>> refined, _, _ = predictor.predict(
    ...     np.array([[290, 130], [376, 287]]), np.array([1, 0]), mask_input=best[None],
    ...     multimask_output=False)
    >>> refined.shape, bool(refined[0, 130, 290])
    ((1, 400, 600), True)
    """

    def set_image(self, image: Any, image_format: str = "RGB") -> None:
        """Set the picture for the next predictions.

        image: uint8 (H, W, 3) or grey (H, W), or an image of Pillow.
        image_format: "RGB" or "BGR".  Raises InputError for anything else.
        """
        if image_format not in ("RGB", "BGR"):
            raise InputError(f"expected image_format RGB or BGR, got {image_format!r}")
        pixels = _image(image)
        # Copied, because a reversed view has negative strides, which OpenCV does not accept.
        if image_format == "BGR":
            pixels = np.ascontiguousarray(pixels[:, :, ::-1])
        self._pictures = [SamPicture(pixels, Frame.padded(*pixels.shape[:2]))]

    def predict(
        self,
        point_coords: Any = None,
        point_labels: Any = None,
        box: Any = None,
        mask_input: Any = None,
        multimask_output: bool = True,
        return_logits: bool = False,
    ) -> Arrays:
        """Return masks (C, H, W), scores (C,) float32 and low-resolution logits (C, 256, 256).

        point_coords: (N, 2), x and y in pixels, in order.  point_labels: (N,), 1 on the
            object, 0 off it.
        box: (4,), left, top, right, bottom in pixels; applied before the points.
        mask_input: (1, 256, 256) low-resolution logits of an answer, which is then continued, or of
            any other mask in SAM's frame, which the prompts then correct.
        multimask_output: C is 3 instead of 1, with other meanings of the prompts.
        return_logits: masks are float32 logits, above 0 for object, instead of bool.
        Raises NoImageError without a picture, InputError for arrays that do not fit.
        """
        picture = self._picture()
        prompts = prompts_of(point_coords, point_labels, box, picture.height, picture.width)
        return self._object(picture, prompts, mask_input, multimask_output, return_logits)

    def reset_image(self) -> None:
        """Drop the picture and its cached answers."""
        self._pictures = []


class SAM2ImagePredictor(_SamBase):
    """SAM 2's image predictor, on a network of fcfi.

    Masks are float32, 0 and 1, like SAM 2's.  Each of several boxes is an object.

    >>> import numpy as np
    >>> from fcfi.images import read_image
    >>> from fcfi.sam import SAM2ImagePredictor
    >>> predictor = SAM2ImagePredictor.from_pretrained("fcfi/lite0")
    >>> predictor.set_image(read_image("examples/images/coffee.jpg"))
    >>> boxes = np.array([[180, 60, 420, 300], [0, 200, 150, 390]])
    >>> masks, scores, logits = predictor.predict(box=boxes, multimask_output=False)
    >>> masks.shape, masks.dtype, scores.shape, logits.shape
    ((2, 1, 400, 600), dtype('float32'), (2, 1), (2, 1, 256, 256))
    """

    def __init__(self, sam_model: Any = None, mask_threshold: float = 0.0, **_: Any) -> None:
        """Take a model; see `SamPredictor`.

        mask_threshold: logits above it are object.  Other settings of SAM 2 are ignored.
        """
        super().__init__(sam_model)
        self.mask_threshold = mask_threshold

    @classmethod
    def from_pretrained(cls, model_id: str, **_: Any) -> "SAM2ImagePredictor":
        """Return the predictor of a shipped network, such as "fcfi/lite0", or of a network file.

        Any other name loads the default network, with a RuntimeWarning.
        """
        return cls(load_model(model_id))

    def set_image(self, image: Any) -> None:
        """Set the picture: uint8 (H, W, 3) RGB or grey (H, W), or an image of Pillow."""
        self._pictures = [SamPicture(_image(image), STRETCHED)]

    def set_image_batch(self, image_list: Sequence[Any]) -> None:
        """Set several pictures for `predict_batch`."""
        self._pictures = [SamPicture(_image(image), STRETCHED) for image in image_list]

    def predict(
        self,
        point_coords: Any = None,
        point_labels: Any = None,
        box: Any = None,
        mask_input: Any = None,
        multimask_output: bool = True,
        return_logits: bool = False,
        normalize_coords: bool = True,
    ) -> Arrays:
        """Return masks (C, H, W) float32, scores (C,) and low-resolution logits (C, 256, 256).

        point_coords: (N, 2) and point_labels (N,); or (B, N, 2) and (B, N) for B objects.
        box: (4,), or (B, 4) for B objects, whose results have a first axis B.
        mask_input: (1, 256, 256), or (B, 1, 256, 256); see `SamPredictor`.
        normalize_coords: coordinates are in pixels; False means shares of the picture, 0 to 1.
        Raises NoImageError without a picture, InputError for arrays that do not fit.
        """
        return self._predict(
            self._picture(),
            point_coords,
            point_labels,
            box,
            mask_input,
            multimask_output,
            return_logits,
            normalize_coords,
        )

    def predict_batch(
        self,
        point_coords_batch: Sequence[Any] | None = None,
        point_labels_batch: Sequence[Any] | None = None,
        box_batch: Sequence[Any] | None = None,
        mask_input_batch: Sequence[Any] | None = None,
        multimask_output: bool = True,
        return_logits: bool = False,
        normalize_coords: bool = True,
    ) -> tuple[list[NDArray[Any]], list[NDArray[np.float32]], list[NDArray[np.float32]]]:
        """Return lists of the masks, scores and logits of each picture of `set_image_batch`.

        Each argument is a list with an entry for each picture, as in `predict`.  Raises InputError
        for a list of another length.
        """
        self._picture()
        count = len(self._pictures)
        given = (point_coords_batch, point_labels_batch, box_batch, mask_input_batch)
        for entries in given:
            if entries is not None and len(entries) != count:
                raise InputError(
                    f"expected prompts for {count} pictures, got {len(entries)}: give an entry for "
                    "each picture, None without one"
                )
        columns = [[None] * count if entries is None else entries for entries in given]
        answers = [
            self._predict(
                picture,
                coords,
                labels,
                box,
                mask_input,
                multimask_output,
                return_logits,
                normalize_coords,
            )
            for picture, coords, labels, box, mask_input in zip(
                self._pictures, *columns, strict=True
            )
        ]
        masks, scores, logits = zip(*answers, strict=True)
        return list(masks), list(scores), list(logits)

    def reset_predictor(self) -> None:
        """Drop the pictures and their cached answers."""
        self._pictures = []

    def _predict(
        self,
        picture: SamPicture,
        coords: Any,
        labels: Any,
        box: Any,
        mask_input: Any,
        many: bool,
        logits: bool,
        pixels: bool,
    ) -> Arrays:
        """Return the answer for one picture, with all its objects."""
        scale = np.array([1.0, 1.0] if pixels else [picture.width, picture.height])
        if coords is not None:
            coords = numbers(coords, "point_coords")
            coords = coords * scale if coords.shape[-1:] == (2,) else coords
        if box is not None:
            box = numbers(box, "box")
            box = box * np.tile(scale, 2) if box.shape[-1:] == (4,) else box
        objects = _split(coords, labels, box, mask_input)
        answers = [
            self._object(
                picture,
                prompts_of(points, marks, corners, picture.height, picture.width),
                start,
                many,
                logits,
            )
            for points, marks, corners, start in objects
        ]
        masks, scores, low_res = (np.stack(arrays) for arrays in zip(*answers, strict=True))
        masks = masks.astype(np.float32)
        # SAM 2 drops the axis of objects if there is only one.
        return (masks[0], scores[0], low_res[0]) if len(answers) == 1 else (masks, scores, low_res)


class SamAutomaticMaskGenerator:
    """SAM's generator of masks without prompts, which fcfi does not support."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Raise UnsupportedError."""
        raise UnsupportedError(
            "expected prompts, got a call for masks of everything: give points or boxes to "
            "SamPredictor"
        )


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def _image(image: Any) -> Image:
    """Return a copy of an array or Pillow image, because programs reuse their arrays."""
    if isinstance(image, Pillow.Image):
        image = np.asarray(image.convert("RGB"))
    return check_image(image).copy()


def _split(coords: Any, labels: Any, box: Any, mask_input: Any) -> list[tuple[Any, Any, Any, Any]]:
    """Return points, labels, box and mask of each object."""
    singular = (2, 1, 1, 3)
    arrays = [
        None if given is None else numbers(given, name)
        for given, name in zip(
            (coords, labels, box, mask_input),
            ("point_coords", "point_labels", "box", "mask_input"),
            strict=True,
        )
    ]
    counts = {
        len(array)
        for array, dimensions in zip(arrays, singular, strict=True)
        if array is not None and array.ndim == dimensions + 1
    }
    if not counts:
        return [(arrays[0], arrays[1], arrays[2], arrays[3])]
    if len(counts) > 1 or 0 in counts:
        raise InputError(
            f"expected prompts for one number of objects, got {sorted(counts)}: give as many boxes "
            "as lists of points and masks"
        )
    (count,) = counts
    rows: list[list[Any]] = []
    for array, dimensions in zip(arrays, singular, strict=True):
        if array is None:
            rows.append([None] * count)
        elif array.ndim == dimensions + 1:
            rows.append(list(array))
        elif count == 1:
            rows.append([array])
        else:
            raise InputError(
                f"expected points, boxes and masks of {count} objects, got some for one: give all "
                "of them with a first axis for the objects"
            )
    return list(zip(*rows, strict=True))
