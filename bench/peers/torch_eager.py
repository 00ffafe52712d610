"""The inner loop in eager PyTorch: as everybody writes it, and tuned."""

import torch
from task import Task
from torch.nn import functional as F
from torch_network import Network, batches_of, load_weights


class Eager:
    def __init__(self, task: Task, channels_last: bool = False, fused: bool = False):
        torch.set_num_threads(task.threads)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.network = Network(task)
        load_weights(self.network, task.weights)
        self.network.to(memory_format=layout)
        self.initial = [parameter.detach().clone() for parameter in self.network.parameters()]
        self.batches = [(x.contiguous(memory_format=layout), y) for x, y in batches_of(task)]
        self.options = {"lr": task.learning_rate, "betas": (0.0, 0.999), "eps": 1e-8, "fused": fused or None}

    def reset(self) -> None:
        with torch.no_grad():
            for parameter, initial in zip(self.network.parameters(), self.initial):
                parameter.copy_(initial)
        self.optimizer = torch.optim.Adam(self.network.parameters(), **self.options)

    def adapt(self) -> list[float]:
        losses = []
        for x, y in self.batches:
            loss = F.cross_entropy(self.network(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()
