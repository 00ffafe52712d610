"""The network that model.json describes, in plain PyTorch, on named tensors as in weights.safetensors."""

import torch
from torch.nn import functional as F

Tensors = dict[str, torch.Tensor]
Statistics = dict[int, tuple[torch.Tensor, torch.Tensor]]


def forward(
    layers: list[dict],
    weights: Tensors,
    x: torch.Tensor,
    given: Statistics | None = None,
    population: Tensors | None = None,
    examples: int | None = None,
) -> tuple[torch.Tensor, Statistics]:
    """
    Images [n, c, h, w] or values [n, length] -> the last layer's output, flattened to [n, features] in the order c, h,
    w, and the statistics (mean, biased variance) that each batch norm used, by its layer number: the batch's own, mixed
    with those of the `population` where it is given and the layer has a prior, or those `given`. `examples`: how many
    different ones there are, if not n.
    """
    used: Statistics = {}
    for i, layer in enumerate(layers):
        match layer["type"]:
            case "conv2d":
                # Stored as [kernel, kernel, channels, filters].
                kernel = weights[f"{i}.weight"].permute(3, 2, 0, 1)
                x = F.conv2d(x, kernel, weights.get(f"{i}.bias"), layer["stride"], layer["padding"])
            case "batchNorm":
                over = [axis for axis in range(x.ndim) if axis != 1]
                used[i] = given[i] if given else (x.mean(over), x.var(over, correction=0))
                if population and "prior" in layer:
                    share = layer["prior"] / (layer["prior"] + (examples or len(x)))
                    seen = (population[f"{i}.mean"], population[f"{i}.variance"])
                    used[i] = tuple((1 - share) * own + share * known for own, known in zip(used[i], seen))
                per_channel = (*used[i], weights[f"{i}.scale"], weights[f"{i}.shift"])
                mean, variance, scale, shift = (v.reshape(1, -1, *[1] * (x.ndim - 2)) for v in per_channel)
                x = (x - mean) / (variance + layer["epsilon"]).sqrt() * scale + shift
            case "relu":
                x = x.relu()
            case "tanh":
                x = x.tanh()
            case "maxPool":
                x = F.max_pool2d(x, layer["size"], layer["stride"])
            case "dropout":
                pass  # off: its masks are random
            case "dense":
                x = F.linear(x.flatten(1), weights[f"{i}.weight"], weights[f"{i}.bias"])
            case other:
                raise ValueError(f"layer {i} is of an unknown type: {other}")
    return x.flatten(1), used


def start_head(model: dict, weights: Tensors, support: torch.Tensor, classes: int) -> Tensors:
    """The head before the first step: `head.weight` [classes, features] and `head.bias` [classes]."""
    if model["head"]["kind"] == "shared":
        return {
            "head.weight": weights["head.weight"].expand(classes, -1).clone(),
            "head.bias": weights["head.bias"].expand(classes).clone(),
        }
    features, _ = forward(model["layers"], weights, support, population=weights)
    class_of = torch.arange(len(support)) % classes
    prototypes = torch.stack([features[class_of == c].mean(0) for c in range(classes)])
    if "gaussian" in model["head"]:
        shots = class_of.bincount().to(features.dtype)
        return gaussian_head(weights, prototypes, shots, model["head"]["gaussian"]["temper"])
    mean = prototypes.mean(0)
    directions = F.normalize(prototypes - mean, dim=1, eps=0)
    weight = model["head"]["scale"] * directions
    return {"head.weight": weight, "head.bias": -weight @ mean}


def gaussian_head(known: Tensors, prototypes: torch.Tensor, shots: torch.Tensor, temper: float) -> Tensors:
    """
    The log-likelihood of each class, whose mean is only known from `shots` examples, where queries vary alike in all: with
    covariances in place of the axes along which they are diagonal, and matrix inverses in place of what follows from that.
    """
    axes = known["head.axes"]
    within, between = (axes @ torch.diag(known[f"head.{name}"]) @ axes.T for name in ("within", "between"))
    means, covariances = [], []
    for prototype, count in zip(prototypes, shots):
        gain = between @ torch.linalg.inv(between + within / count)
        means.append(gain @ (prototype - known["head.mean"]))
        # Of a query: beside the class's own the mean's, (I - gain) between.
        covariances.append(within + between - gain @ between)
    means = torch.stack(means)
    weight = temper * means @ torch.linalg.inv(sum(covariances) / len(covariances))
    return {"head.weight": weight, "head.bias": -0.5 * (weight * means).sum(1) - weight @ known["head.mean"]}


def logits(weights: Tensors, features: torch.Tensor) -> torch.Tensor:
    """Class scores [n, classes], or the output values of a regression [n, outputs], which are its features."""
    return F.linear(features, weights["head.weight"], weights["head.bias"]) if "head.weight" in weights else features
