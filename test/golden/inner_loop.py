"""The inner loop of Reptile in plain PyTorch: k steps of model.json's optimizer on given mini-batches."""

import math

import torch
from torch.nn import functional as F

from network import Tensors, forward, logits


def adapt(
    model: dict,
    start: Tensors,
    second: Tensors,
    x: torch.Tensor,
    y: torch.Tensor,
    batches: list[list[int]],
    rate: float,
    population: Tensors,
) -> tuple[Tensors, Tensors, list[float]]:
    """
    `x` [n, ...] and `y` [n] (classes) or [n, outputs] are the support set; `second` are Adam's second moments at the
    start; `population` has the statistics of the training data. Returns the weights and second moments after all steps and
    the loss before each.
    """
    adapted = adapted_names(model, start)
    weights = {name: tensor.clone().requires_grad_(name in adapted) for name, tensor in start.items()}
    second = dict(second)
    first = {name: torch.zeros_like(start[name]) for name in adapted}
    losses = []
    for t, batch in enumerate(batches, start=1):
        different = min(len(batch), len(x))
        features, _ = forward(model["layers"], weights, x[batch], population=population, examples=different)
        out = logits(weights, features)
        loss = F.cross_entropy(out, y[batch]) if model["task"] == "classification" else F.mse_loss(out, y[batch])
        gradients = torch.autograd.grad(loss, [weights[name] for name in adapted])
        with torch.no_grad():
            for name, gradient in zip(adapted, gradients):
                weights[name] -= change(model["innerLoop"]["optimizer"], name, gradient, first, second, t, rate)
        losses.append(loss.item())
    return {name: tensor.detach() for name, tensor in weights.items()}, second, losses


def adapted_names(model: dict, weights: Tensors) -> list[str]:
    """What the scope lets adapt; the head of a regression is its last dense layer."""
    scope, layers = model["innerLoop"]["scope"], model["layers"]
    if scope == "all":
        return list(weights)
    dense = [i for i, layer in enumerate(layers) if layer["type"] == "dense"]
    head = "head." if model["task"] == "classification" else f"{dense[-1]}."
    norms = [f"{i}." for i, layer in enumerate(layers) if layer["type"] == "batchNorm"] if scope == "norm" else []
    return [name for name in weights if name.startswith((head, *norms))]


def change(
    optimizer: dict, name: str, gradient: torch.Tensor, first: Tensors, second: Tensors, t: int, rate: float
) -> torch.Tensor:
    """What step t = 1, 2, ... takes off the weights; updates the moments."""
    match optimizer["type"]:
        case "sgd":
            return rate * gradient
        case "momentum":
            first[name] = optimizer["momentum"] * first[name] + gradient
            return rate * first[name]
        case "adam":
            beta1, beta2 = optimizer["beta1"], optimizer["beta2"]
            first[name] = beta1 * first[name] + (1 - beta1) * gradient
            second[name] = beta2 * second[name] + (1 - beta2) * gradient**2
            # Carried second moments have no bias. Fresh ones: "epsilon hat", Kingma and Ba, end of section 2.
            unbiased = rate * (1 if optimizer["moments"] == "carried" else math.sqrt(1 - beta2**t)) / (1 - beta1**t)
            return unbiased * first[name] / (second[name].sqrt() + optimizer["epsilon"])
        case other:
            raise ValueError(f"unknown optimizer: {other}")


def start_moments(model: dict, start: Tensors, stored: Tensors, classes: int) -> Tensors:
    """Adam's second moments of what adapts before the first step, in the shapes of `start`; empty for others."""
    optimizer = model["innerLoop"]["optimizer"]
    if optimizer["type"] != "adam":
        return {}
    adapted = adapted_names(model, start)
    if optimizer["moments"] == "zero":
        return {name: torch.zeros_like(start[name]) for name in adapted}
    # The head's moments are stored once, the same for every class.
    repeated = {"head.weight": (classes, -1), "head.bias": (classes,)}
    return {name: stored[f"secondMoment.{name}"].expand(repeated.get(name, start[name].shape)) for name in adapted}
