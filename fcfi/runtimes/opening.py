"""Opening a network file or checkpoint according to a `Choice`; nothing is decided here."""

from dataclasses import dataclass, replace

from fcfi import weights
from fcfi.errors import NetworkError, guard
from fcfi.runtimes.choice import INT8, Choice
from fcfi.runtimes.cutting import cut
from fcfi.runtimes.interface import LOGITS, Arrays, Runtime, Settings
from fcfi.runtimes.network import IMAGE, NetworkInfo
from fcfi.runtimes.network_file import (
    CHECKPOINT,
    EXPORT_AGAIN,
    check_graph,
    info_of,
    read_info,
    regular,
)
from fcfi.runtimes.registry import RUNTIMES


@dataclass(frozen=True)
class OpenedNetwork:
    """A network, loaded in a runtime."""

    info: NetworkInfo
    runtime: Runtime

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs; see `Network`."""
        return _run(self.runtime, inputs, self.info.outputs)


@dataclass(frozen=True)
class CutNetwork(OpenedNetwork):
    """A network in two parts, one for the picture and one for the clicks.

    runtime: computes a click.  encoder: encodes the picture.  names: names of the values between.
    """

    encoder: Runtime
    names: tuple[str, ...]

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs; see `Network`."""
        prompts = {name: value for name, value in inputs.items() if name != IMAGE}
        return self.click(self.encode(inputs), prompts)

    def encode(self, inputs: Arrays, /) -> Arrays:
        """Return the encoding of the picture; see `EncodesOnce`."""
        return _run(self.encoder, {IMAGE: inputs[IMAGE]}, self.names)

    def click(self, encoding: Arrays, prompts: Arrays, /) -> Arrays:
        """Return the outputs for an encoding; see `EncodesOnce`."""
        inputs = {**encoding, **prompts}
        # Inputs that the graph does not use may be missing in a part: OpenVINO drops them.
        known = {name: value for name, value in inputs.items() if name in self.runtime.inputs}
        return _run(self.runtime, known, self.info.outputs)


def open_network(choice: Choice) -> OpenedNetwork:
    """Return the network of a choice, ready to run.

    A shipped file must match the table, byte for byte.  Raises NetworkError if the file cannot be
    used, or not with these settings.
    """
    with guard(NetworkError, f"{choice.path} cannot be opened", EXPORT_AGAIN):
        return _open(choice)


def _open(choice: Choice) -> OpenedNetwork:
    is_shipped = weights.check(choice.path)
    path = regular(choice.path)
    kind = RUNTIMES[choice.runtime]
    settings = Settings(choice.precision, choice.threads, choice.streams)
    if path.suffix == CHECKPOINT:
        return _open_checkpoint(choice, settings)

    info = read_info(path)
    if not is_shipped:
        # Before loading: OpenVINO prints an error to stderr for each format that a file is not in.
        check_graph(path, info)
    if (info.precision == INT8) != (choice.precision == INT8):
        raise NetworkError(
            f"expected {path} to be in {choice.precision}, got a file "
            f"{'in int8' if info.precision == INT8 else 'that is not in int8'}: "
            "choose another precision"
        )
    if info.encoding:
        encoder, clicker = (
            kind.open(part, settings) for part in cut(path, (IMAGE,), info.encoding)
        )
        ports = encoder.inputs | clicker.inputs - set(info.encoding)
        _check_ports(choice, info, ports | set(info.inputs), clicker.outputs)
        info = replace(info, runtime=clicker.description)
        return CutNetwork(info, clicker, encoder, info.encoding)
    runtime = kind.open(path, settings)
    _check_ports(choice, info, runtime.inputs, runtime.outputs)
    return OpenedNetwork(replace(info, runtime=runtime.description), runtime)


def _open_checkpoint(choice: Choice, settings: Settings) -> OpenedNetwork:
    """Return a checkpoint, opened in torch; reading it also checks it."""
    # Imported here: torch takes seconds to load, and only checkpoints need it.
    from fcfi.runtimes.torch import Torch

    runtime = Torch.load(choice.path, settings)
    info = replace(info_of(choice.path, runtime.metadata), runtime=runtime.description)
    if runtime.encoding:
        return CutNetwork(info, runtime, runtime, runtime.encoding)
    return OpenedNetwork(info, runtime)


def _run(runtime: Runtime, inputs: Arrays, names: tuple[str, ...]) -> Arrays:
    """Return the outputs of these names, by name."""
    return dict(zip(names, runtime.run(inputs, names), strict=True))


def _check_ports(
    choice: Choice, info: NetworkInfo, inputs: frozenset[str] | set[str], outputs: frozenset[str]
) -> None:
    """Raise NetworkError unless the graph has the inputs and outputs listed in its metadata."""
    named = set(info.outputs) | {LOGITS}
    if inputs != set(info.inputs) or not named <= outputs:
        raise NetworkError(
            f"expected {choice.path} with the inputs {', '.join(info.inputs)} and the outputs "
            f"{', '.join(sorted(named))}, got {', '.join(sorted(inputs))} and "
            f"{', '.join(sorted(outputs))}: give a file written by `fcfi export`"
        )
