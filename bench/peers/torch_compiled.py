"""The whole train step (forward, backward, Adam) as one function under torch.compile."""

import torch
from protocol import Unavailable, first_line
from task import Task
from torch._dynamo.exc import BackendCompilerFailed
from torch._inductor.exc import InductorError
from torch.func import functional_call, grad_and_value
from torch.nn import functional as F
from torch_network import Network, batches_of, by_parameter

Tensors = dict[str, torch.Tensor]

BETA2 = 0.999
EPSILON = 1e-8


def compiled_step(network: Network, rate: float):
    """(weights, moments, x, y) -> weights, moments, loss: nothing is changed in place."""

    def train_step(weights: Tensors, moments: Tensors, x: torch.Tensor, y: torch.Tensor):
        def loss_of(weights: Tensors) -> torch.Tensor:
            return F.cross_entropy(functional_call(network, weights, (x,)), y)

        gradients, loss = grad_and_value(loss_of)(weights)
        moments = {name: BETA2 * moments[name] + (1 - BETA2) * gradient**2 for name, gradient in gradients.items()}
        weights = {
            name: weights[name] - rate * gradient / (moments[name].sqrt() + EPSILON)
            for name, gradient in gradients.items()
        }
        return weights, moments, loss

    return torch.compile(train_step, dynamic=False)


class Compiled:
    def __init__(self, task: Task):
        torch.set_num_threads(task.threads)
        torch.compiler.reset()
        network = Network(task)
        self.weights = by_parameter(network, task.weights)
        self.moments = by_parameter(network, task.moments)
        self.batches = batches_of(task)
        self.train_step = compiled_step(network, task.learning_rate)
        try:
            self.adapt()
        except (BackendCompilerFailed, InductorError) as error:  # mostly: there is no C++ compiler
            raise Unavailable(first_line(error)) from error

    def reset(self) -> None:
        """Nothing to do: the step changes nothing in place."""

    def adapt(self) -> list[float]:
        losses = []
        weights, moments = self.weights, self.moments
        for x, y in self.batches:
            weights, moments, loss = self.train_step(weights, moments, x, y)
            losses.append(loss)
        return torch.stack(losses).tolist()
