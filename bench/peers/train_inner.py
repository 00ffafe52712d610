"""Inner loops for the tuned peers of the benchmark `train`, on flat shared vectors [2, P]: weights, then second moments."""

from typing import Protocol

import numpy as np
import torch
from task import Task
from torch.nn import functional as F
from torch_compiled import BETA2, EPSILON, Tensors, compiled_step
from torch_eager import STEPS_BEFORE
from torch_network import Network, by_parameter
from train_setting import Batches


class Inner(Protocol):
    def write_start(self, start: torch.Tensor) -> None:
        """The task's weights and moments, in this one's order, into [2, P]."""

    def run(self, now: torch.Tensor, first: bool, batches: Batches, losses: torch.Tensor, sums: torch.Tensor) -> None:
        """
        Inner steps from `now`; adds where they end to `sums`, both [2, P], and writes the loss before each. `first`: an
        inner loop begins here, with a head whose rows are alike.
        """


def views(network: Network, flat: torch.Tensor, channels_last: bool) -> Tensors:
    """The parameters as parts of a flat vector."""
    found, offset = {}, 0
    for name, parameter in network.named_parameters():
        part = flat[offset : offset + parameter.numel()]
        offset += parameter.numel()
        if channels_last and parameter.ndim == 4:
            out, channels, height, width = parameter.shape
            found[name] = part.view(out, height, width, channels).permute(0, 3, 1, 2)
        else:
            found[name] = part.view(parameter.shape)
    return found


def write(network: Network, task: Task, start: torch.Tensor, channels_last: bool) -> None:
    for row, arrays in zip(start, (task.weights, task.moments)):
        tensors = by_parameter(network, arrays)
        for name, view in views(network, row, channels_last).items():
            view.copy_(tensors[name])


class Head:
    """The rows of a head are all alike where an inner loop starts: what is meta-learned is one vector."""

    def __init__(self, classes: int, features: int):
        self.classes, self.size = classes, classes * (features + 1)

    def make_alike(self, flat: torch.Tensor) -> None:
        """[2, P], of which the head comes last: weights, then biases."""
        head = flat[:, -self.size :]
        for part in (head[:, : -self.classes], head[:, -self.classes :]):
            rows = part.unflatten(1, (self.classes, -1))
            rows.copy_(rows.mean(1, keepdim=True))


class EagerInner:
    def __init__(self, task: Task, channels_last: bool):
        self.task, self.channels_last = task, channels_last
        self.network = Network(task)
        self.state = torch.zeros(2, sum(parameter.numel() for parameter in self.network.parameters()))
        weights, moments = (views(self.network, row, channels_last) for row in self.state)
        for name, parameter in self.network.named_parameters():
            parameter.data = weights[name]
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=task.learning_rate, betas=(0.0, BETA2), eps=EPSILON, fused=True
        )
        for name, parameter in self.network.named_parameters():
            self.optimizer.state[parameter] = {
                "step": torch.tensor(STEPS_BEFORE),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": moments[name],
            }
        self.head = Head(task.classes, self.network.head.in_features)

    def write_start(self, start: torch.Tensor) -> None:
        write(self.network, self.task, start, self.channels_last)

    def run(self, now: torch.Tensor, first: bool, batches: Batches, losses: torch.Tensor, sums: torch.Tensor) -> None:
        self.state.copy_(now)
        if first:
            self.head.make_alike(self.state)
        for step, (x, y) in enumerate(batches):
            loss = F.cross_entropy(self.network(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses[step] = loss.detach()
        sums += self.state


class CompiledInner:
    """Forward, backward and Adam as one function under torch.compile."""

    def __init__(self, task: Task):
        torch.compiler.reset()
        self.task = task
        self.network = network = Network(task)
        self.state = torch.zeros(2, sum(parameter.numel() for parameter in network.parameters()))
        self.head = Head(task.classes, network.head.in_features)
        self.train_step = compiled_step(network, task.learning_rate)
        # Compiles: what follows is measured.
        images = torch.from_numpy(task.inputs[:1].copy()).permute(0, 1, 4, 2, 3).contiguous()
        classes = torch.from_numpy(task.classes_of[:1].astype(np.int64))
        start = torch.zeros_like(self.state)
        self.write_start(start)
        self.run(start, True, [(images[0], classes[0])] * 2, torch.zeros(2), torch.zeros_like(start))

    def write_start(self, start: torch.Tensor) -> None:
        write(self.network, self.task, start, channels_last=False)

    def run(self, now: torch.Tensor, first: bool, batches: Batches, losses: torch.Tensor, sums: torch.Tensor) -> None:
        self.state.copy_(now)
        if first:
            self.head.make_alike(self.state)
        weights, moments = (views(self.network, row, channels_last=False) for row in self.state)
        for step, (x, y) in enumerate(batches):
            weights, moments, loss = self.train_step(weights, moments, x, y)
            losses[step] = loss
        for row, tensors in zip(sums, (weights, moments)):
            row += torch.cat([tensor.flatten() for tensor in tensors.values()])
