"""The whole train step (forward, backward, Adam) as one function under torch.compile."""

import torch
from protocol import Unavailable, first_line
from task import Task
from torch._dynamo.exc import BackendCompilerFailed
from torch._inductor.exc import InductorError
from torch.func import functional_call, grad_and_value
from torch.nn import functional as F
from torch_network import Network, batches_of, load_weights

Tensors = dict[str, torch.Tensor]

BETA2 = 0.999
EPSILON = 1e-8


class Compiled:
    def __init__(self, task: Task):
        torch.set_num_threads(task.threads)
        torch.compiler.reset()
        network = Network(task)
        load_weights(network, task.weights)
        self.initial = {name: parameter.detach() for name, parameter in network.named_parameters()}
        self.batches = batches_of(task)
        # Numbers that change from step to step are tensors: another value must not compile the step again.
        self.corrections = [torch.tensor(1 - BETA2 ** (t + 1)) for t in range(len(self.batches))]
        rate = task.learning_rate

        def train_step(weights: Tensors, moments: Tensors, correction: torch.Tensor, x: torch.Tensor, y: torch.Tensor):
            def loss_of(weights: Tensors) -> torch.Tensor:
                return F.cross_entropy(functional_call(network, weights, (x,)), y)

            gradients, loss = grad_and_value(loss_of)(weights)
            moments = {name: BETA2 * moments[name] + (1 - BETA2) * gradient**2 for name, gradient in gradients.items()}
            weights = {
                name: weights[name] - rate * gradient / ((moments[name] / correction).sqrt() + EPSILON)
                for name, gradient in gradients.items()
            }
            return weights, moments, loss

        self.train_step = torch.compile(train_step, dynamic=False)
        self.reset()
        try:
            self.adapt()
        except (BackendCompilerFailed, InductorError) as error:  # mostly: there is no C++ compiler
            raise Unavailable(first_line(error)) from error

    def reset(self) -> None:
        self.weights = self.initial
        self.moments = {name: torch.zeros_like(weight) for name, weight in self.initial.items()}

    def adapt(self) -> list[float]:
        losses = []
        weights, moments = self.weights, self.moments
        for (x, y), correction in zip(self.batches, self.corrections):
            weights, moments, loss = self.train_step(weights, moments, correction, x, y)
            losses.append(loss)
        return torch.stack(losses).tolist()
