"""The inner loop in eager PyTorch: as everybody writes it, and tuned."""

import torch
from task import Task
from torch.nn import functional as F
from torch_network import Network, batches_of, by_parameter

# Adam's step count after meta-training: 0.999^n is nothing, so that no bias is corrected.
STEPS_BEFORE = 100_000.0


class Eager:
    def __init__(self, task: Task, channels_last: bool = False, fused: bool = False):
        torch.set_num_threads(task.threads)
        self.network = Network(task)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.network.to(memory_format=layout)
        self.weights = by_parameter(self.network, task.weights)
        self.moments = by_parameter(self.network, task.moments)
        self.batches = [(x.contiguous(memory_format=layout), y) for x, y in batches_of(task)]
        self.options = {"lr": task.learning_rate, "betas": (0.0, 0.999), "eps": 1e-8, "fused": fused or None}

    def reset(self) -> None:
        self.optimizer = torch.optim.Adam(self.network.parameters(), **self.options)
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(self.weights[name])
                self.optimizer.state[parameter] = {
                    "step": torch.tensor(STEPS_BEFORE),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter).copy_(self.moments[name]),
                }

    def adapt(self) -> list[float]:
        losses = []
        for x, y in self.batches:
            loss = F.cross_entropy(self.network(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()
