"""The moving average of the weights forgets the first ones, however short a run is."""

import pytest
import torch
from torch import Tensor, nn

from fcfi.training.averaging import averaged, decay_at


class Counter(nn.Module):
    """A weight and two buffers, of which one counts."""

    mean: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2))
        self.register_buffer("mean", torch.zeros(2))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    def step(self, value: float) -> None:
        """Set everything to a value."""
        with torch.no_grad():
            self.weight.fill_(value)
            self.mean.fill_(value)
            self.count.fill_(int(value))


def average_of(values: list[float], decay: float) -> Counter:
    model = Counter()
    average = averaged(model, decay)
    for value in values:
        model.step(value)
        average.update_parameters(model)
    assert isinstance(average.module, Counter)
    return average.module


def test_the_first_weights_are_forgotten_within_a_short_run() -> None:
    module = average_of([1.0] + 50 * [0.0], 0.999)
    assert 0 < module.weight[0].item() < 1e-4
    assert torch.equal(module.weight, module.mean)


def test_early_steps_span_a_ninth_of_the_run_and_late_ones_follow_the_recipe() -> None:
    assert decay_at(1, 0.998) == pytest.approx(2 / 11)
    assert decay_at(90, 0.998) == pytest.approx(91 / 100)
    assert decay_at(1_000_000, 0.998) == 0.998
    assert decay_at(5, 0.0) == 0.0


def test_the_average_by_value() -> None:
    # The first update copies; the second has a decay of 2 / 11.
    module = average_of([5.0, 16.0], 0.998)
    assert module.weight[0].item() == pytest.approx(5 + (16 - 5) * 9 / 11)
    assert int(module.count) == 16


def test_a_decay_of_0_keeps_the_last_weights() -> None:
    assert average_of([3.0, 7.0, 2.0], 0.0).weight[0].item() == 2.0
