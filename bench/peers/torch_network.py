"""The task's network and data as ordinary PyTorch modules and tensors."""

import numpy as np
import torch
from task import Task
from torch import nn


class Network(nn.Module):
    """Images [n, channels, height, width] -> logits [n, classes]. Module i of `body` is layer i of the task."""

    def __init__(self, task: Task):
        super().__init__()
        channels = task.inputs.shape[-1]
        modules: list[nn.Module] = []
        for layer in task.layers:
            match layer["type"]:
                case "conv2d":
                    filters = layer["filters"]
                    window = (layer["kernel"], layer["stride"], layer["padding"])
                    modules.append(nn.Conv2d(channels, filters, *window, bias=layer["bias"]))
                    channels = filters
                case "batchNorm":
                    # Without running averages, which the inner loop has no use for: cheaper.
                    modules.append(nn.BatchNorm2d(channels, layer["epsilon"], track_running_stats=False))
                case "relu":
                    modules.append(nn.ReLU())
                case other:
                    raise ValueError(f"the benchmark's network has no {other}")
        self.body = nn.Sequential(*modules)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(task.weights["head.weight"].shape[1], task.classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.flatten(self.body(x)))


def by_parameter(network: Network, arrays: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """The task's arrays under the names and in the shapes of the network's parameters, all of which must be there."""
    own = {"weight": "weight", "bias": "bias", "scale": "weight", "shift": "bias"}
    found = {}
    for name, array in arrays.items():
        layer, kind = name.split(".")
        tensor = torch.from_numpy(array.copy())
        module = "head" if layer == "head" else f"body.{layer}"
        tensor = tensor.permute(3, 2, 0, 1).contiguous() if tensor.ndim == 4 else tensor
        found[f"{module}.{own[kind]}"] = tensor
    return {name: found[name] for name, _ in network.named_parameters()}


def batches_of(task: Task) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Per step: images [batch, channels, height, width] and classes [batch], in memory as PyTorch likes them."""
    images = torch.from_numpy(task.inputs.copy()).permute(0, 1, 4, 2, 3).contiguous()
    return list(zip(images, torch.from_numpy(task.classes_of.astype(np.int64))))
