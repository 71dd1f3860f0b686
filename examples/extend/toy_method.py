"""A method of your own in one file: its predictor, its network file, and a command line.

    python examples/extend/toy_method.py write likeness.onnx
    python examples/extend/toy_method.py segment photo.jpg --click 320,180 -o mask.png \
        --network likeness.onnx

Object is what has nearly the mean colour of the clicked pixels, at two sizes of the image.  Copy
this file, replace the graph and `predict`, and change the names.
"""

import sys
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fcfi.boxes import Box, whole
from fcfi.errors import InputError
from fcfi.images import Image
from fcfi.prediction.fcfi import check_previous
from fcfi.prediction.guidance import draw_disks
from fcfi.prediction.interface import Flip, Predictor
from fcfi.prediction.looks import sigmoid
from fcfi.prediction.methods import register
from fcfi.prediction.prediction import THRESHOLD, CachedImage, Prediction, batch_of_one, frozen
from fcfi.prediction.zoom import Zoom, crop_at, zoom_of
from fcfi.prompts.clicks import Prompts, check_prompts, clicks_in
from fcfi.runtimes.network import Network, NetworkInfo

METHOD = "likeness"
SIZES = (1.0, 0.5)
"""Longer sides of the two looks, as parts of the zoom's."""


class LikenessPredictor:
    """Two looks at the whole image, averaged.  Holds no state; threads may share it."""

    def __init__(
        self,
        network: Network,
        zoom: Zoom | None = None,
        flip: Flip = "none",
        threshold: float = THRESHOLD,
    ) -> None:
        """Take a network of this method; `flip` changes nothing: the method is symmetric."""
        self.network = network
        self.zoom = zoom or zoom_of(network.info)
        self.threshold = threshold

    @property
    def info(self) -> NetworkInfo:
        """The network that answers."""
        return self.network.info

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings on which an answer depends, besides image, prompts and weights."""
        return {"target": self.zoom.target, "threshold": self.threshold}

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return what looks like the clicked pixels; see `fcfi.Predictor`."""
        # 1) What was given: refuse in a sentence what does not fit or is not understood.
        picture = image if isinstance(image, CachedImage) else CachedImage(image)
        height, width = picture.image.shape[:2]
        check_prompts(prompts, height, width)
        check_previous(previous, height, width)
        clicks = clicks_in(prompts)
        if len(clicks) < len(prompts) or within is not None:
            raise InputError("expected clicks alone with this method, got another prompt: click")

        # 2) Several looks, each at a crop of its own size.
        total: NDArray[np.float32] | float = 0.0
        for size in SIZES:
            target = round(self.zoom.target * size)
            crop = crop_at(whole(height, width), target, self.info.multiple)
            seen = crop.clicks(clicks)
            maps = [draw_disks(seen, crop.height, crop.width, sign) for sign in (True, False)]
            outputs = self.network(
                {"image": batch_of_one(picture.pixels(crop)), "clicks": np.stack(maps)[None]}
            )
            probs = sigmoid(outputs["logits"][0, 0])
            total = total + crop.back(probs, height, width)

        # 3) One prediction, at the size of the first look.
        crop = crop_at(whole(height, width), self.zoom.target, self.info.multiple)
        mean = np.clip(total / np.float32(len(SIZES)), 0, 1)
        return Prediction(
            crop,
            frozen(crop.map(mean)),
            height,
            width,
            self.threshold,
            answered=len(prompts),
        )


def write(path: str) -> None:
    """Write the network file, which says what it is for and what it takes."""
    import onnx
    from onnx import TensorProto, helper

    from fcfi.models.graph_file import save_graph

    def port(name: str, channels: int) -> onnx.ValueInfoProto:
        shape = ["batch", channels, "height", "width"]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def number(name: str, value: float) -> onnx.TensorProto:
        return helper.make_tensor(name, TensorProto.FLOAT, [], [value])

    sums = {"axes": [2, 3], "keepdims": 1}
    nodes = [
        helper.make_node("Split", ["clicks"], ["positive", "negative"], axis=1),
        # The mean colour of the pixels in positive disks.
        helper.make_node("Mul", ["image", "positive"], ["clicked"]),
        helper.make_node("ReduceMean", ["clicked"], ["mean_clicked"], **sums),
        helper.make_node("ReduceMean", ["positive"], ["part"], **sums),
        helper.make_node("Add", ["part", "tiny"], ["part_not_zero"]),
        helper.make_node("Div", ["mean_clicked", "part_not_zero"], ["colour"]),
        # How far each pixel is from it; negative disks are never object.
        helper.make_node("Sub", ["image", "colour"], ["difference"]),
        helper.make_node("Abs", ["difference"], ["distance"]),
        helper.make_node("ReduceMean", ["distance"], ["mean_distance"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean_distance", "steepness"], ["unlike"]),
        helper.make_node("Sub", ["offset", "unlike"], ["alike"]),
        helper.make_node("Mul", ["negative", "steepness"], ["forbidden"]),
        helper.make_node("Sub", ["alike", "forbidden"], ["logits"]),
    ]
    constants = [number("tiny", 1e-6), number("steepness", 40.0), number("offset", 4.0)]
    inputs = [port("image", 3), port("clicks", 2)]
    graph = helper.make_graph(nodes, METHOD, inputs, [port("logits", 1)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save_graph(
        model,
        path,
        {
            "fcfi_network": "1",
            "name": METHOD,
            "variant": METHOD,
            # It learnt nothing: any name does that changes with the numbers above.
            "weights_sha256": "likeness-1",
            "multiple": "8",
            "method": METHOD,
            "inputs": "image, clicks",
        },
    )


def make(network: Network, zoom: Zoom | None, flip: Flip, threshold: float) -> Predictor:
    """Return the predictor of a network file that names this method."""
    return LikenessPredictor(network, zoom, flip, threshold)


register(METHOD, make)

if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(sys.argv[2])
    else:
        from fcfi.cli import main

        sys.exit(main())
