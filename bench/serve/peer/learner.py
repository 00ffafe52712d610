"""The inner loop and the prediction in eager PyTorch; as tuned as in the benchmark `inner`: channels_last, fused Adam."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from task import Task
from torch import nn
from torch.nn import functional as F
from torch_network import Network, by_parameter

# Adam's step count after meta-training: 0.999^n is nothing, so that no bias is corrected.
STEPS_BEFORE = 100_000.0
LAYOUT = torch.channels_last


@dataclass
class Settings:
    """What a request leaves open comes from model.json."""

    steps: int
    learning_rate: float
    seed: int


@dataclass
class Adapted:
    """Batch norm is folded into the convolutions, with the statistics of the whole support set: predicting is cheaper."""

    convolutions: list[tuple[torch.Tensor, torch.Tensor]]
    head: tuple[torch.Tensor, torch.Tensor]


class Learner:
    def __init__(self, folder: Path):
        self.model = json.loads((folder / "model.json").read_text())
        self.stored = load_file(folder / self.model["weights"]["file"])

    def width(self, classes: int) -> dict:
        """The settings for so many classes. Raises ValueError where there are too many."""
        fitting = [width for width in self.model["innerLoop"]["widths"] if width["classes"] >= classes]
        if classes < 2 or not fitting:
            raise ValueError(f"Send examples of 2 to 100 classes instead of {classes}.")
        return fitting[0]

    def adapt(self, images: np.ndarray, class_of: list[int], settings: Settings) -> tuple[Adapted, list[float]]:
        """`images` [n, height, width]; also returns the loss before each step."""
        trainee = self.trainee(max(class_of) + 1)
        losses = self.train(trainee, images, class_of, settings)
        return trainee.folded(as_tensor(images)), losses

    def train(self, trainee: "Trainee", images: np.ndarray, class_of: list[int], settings: Settings) -> list[float]:
        network = trainee.network
        x, y = as_tensor(images), torch.tensor(class_of)
        # No example twice, where model.json's batch is larger than the support set.
        batch = min(self.width(max(class_of) + 1)["batch"], len(class_of))
        optimizer = trainee.reset(settings.learning_rate)
        trainee.start_head(x, y, self.model["head"])
        trainee.count(batch)
        examples = balanced(random.Random(settings.seed), class_of)
        losses = []
        for _ in range(settings.steps):
            rows = torch.tensor(list(islice(examples, batch)))
            loss = F.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).tolist() if losses else []

    @lru_cache(maxsize=100)
    def trainee(self, classes: int) -> "Trainee":
        return self.new_trainee(classes)

    def new_trainee(self, classes: int, fused: bool = True) -> "Trainee":
        return Trainee(self.model, self.stored, classes, fused)


class MixedNorm(nn.BatchNorm2d):
    """A batch norm that counts the statistics of the training data as those of `prior` more examples."""

    def __init__(self, norm: nn.BatchNorm2d, prior: float, mean: torch.Tensor, variance: torch.Tensor):
        super().__init__(norm.num_features, norm.eps, track_running_stats=False)
        self.prior, self.share = prior, 0.0
        self.mean, self.variance = mean, variance

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return super().forward(x)
        variance, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        mean, variance = mean.lerp(self.mean, self.share), variance.lerp(self.variance, self.share)
        factor = self.weight * torch.rsqrt(variance + self.eps)
        shift = self.bias - mean * factor
        return torch.addcmul(shift[:, None, None], x, factor[:, None, None])


class Trainee:
    """A network with so many classes, to be reset before each adaptation."""

    def __init__(self, model: dict, stored: dict[str, np.ndarray], classes: int, fused: bool):
        features = stored["secondMoment.head.weight"].size
        known = {
            name: torch.from_numpy(value)
            for name, value in stored.items()
            if name.endswith((".mean", ".variance", ".axes", ".within", ".between"))
        }
        body = {
            name: value
            for name, value in stored.items()
            if name not in known and not name.startswith(("secondMoment.", "head."))
        }
        moments = {
            name.removeprefix("secondMoment."): value for name, value in stored.items() if name.startswith("second")
        }
        spec = model["input"]
        task = Task(
            layers=model["layers"],
            classes=classes,
            learning_rate=0.0,
            threads=1,
            weights=body | {"head.weight": np.zeros((classes, features), "f4"), "head.bias": np.zeros(classes, "f4")},
            # Stored once, the same for every class.
            moments=moments
            | {
                "head.weight": np.tile(moments["head.weight"].reshape(1, -1), (classes, 1)),
                "head.bias": np.tile(moments["head.bias"].reshape(-1), classes),
            },
            inputs=np.empty((0, 0, spec["height"], spec["width"], spec["channels"]), "f4"),
            classes_of=np.empty((0, 0)),
            digest="",
        )
        self.known = known
        self.layers = model["layers"]
        self.network = Network(task)
        for layer, spec in enumerate(self.layers):
            if "prior" in spec:
                seen = (known[f"{layer}.mean"], known[f"{layer}.variance"])
                self.network.body[layer] = MixedNorm(self.network.body[layer], spec["prior"], *seen)
        self.network = self.network.to(memory_format=LAYOUT)
        self.weights = by_parameter(self.network, task.weights)
        self.moments = by_parameter(self.network, task.moments)
        inner = model["innerLoop"]["optimizer"]
        self.adam = {"betas": (float(inner["beta1"]), inner["beta2"]), "eps": inner["epsilon"], "fused": fused}

    def reset(self, learning_rate: float) -> torch.optim.Optimizer:
        optimizer = torch.optim.Adam(self.network.parameters(), lr=learning_rate, **self.adam)
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(self.weights[name])
                optimizer.state[parameter] = {
                    "step": torch.tensor(STEPS_BEFORE),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter).copy_(self.moments[name]),
                }
        return optimizer

    def count(self, examples: int) -> None:
        """How many different examples a mini-batch has."""
        for module in self.network.body:
            if isinstance(module, MixedNorm):
                module.share = module.prior / (module.prior + examples)

    @torch.no_grad()
    def start_head(self, x: torch.Tensor, y: torch.Tensor, spec: dict) -> None:
        """
        From class prototypes: W_i = scale (c_i - m) / |c_i - m|, b_i = -W_i m; or, where the model knows what classes are
        like, as the log-likelihood of class i, whose mean follows from those of all classes and its examples.
        """
        features, _ = self.walk(x)
        members = F.one_hot(y).to(features.dtype)
        shots = members.sum(0)[:, None]
        prototypes = members.T @ features / shots
        if "gaussian" in spec:
            weight, bias = self.likelihoods(prototypes, shots, spec["gaussian"]["temper"])
        else:
            middle = prototypes.mean(0)
            directions = prototypes - middle
            lengths = directions.norm(dim=1, keepdim=True)
            weight = torch.where(lengths > 1e-6 * middle.norm(), spec["scale"] * directions / lengths, 0)
            bias = -weight @ middle
        self.network.head.weight.copy_(weight)
        self.network.head.bias.copy_(bias)

    def likelihoods(self, prototypes: torch.Tensor, shots: torch.Tensor, temper: float) -> tuple[torch.Tensor, torch.Tensor]:
        mean, axes, within, between = (self.known[f"head.{name}"] for name in ("mean", "axes", "within", "between"))
        seen = shots * between + within
        expected = ((prototypes - mean) @ axes) * shots * between / seen
        rows = temper * expected / (within + within * between / seen).mean(0)
        weight = rows @ axes.T
        return weight, -0.5 * (expected * rows).sum(1) - weight @ mean

    @torch.no_grad()
    def folded(self, x: torch.Tensor) -> Adapted:
        _, convolutions = self.walk(x)
        return Adapted(convolutions, (self.network.head.weight.clone(), self.network.head.bias.clone()))

    def walk(self, x: torch.Tensor) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor]]]:
        """
        The features of the whole support set, and the convolutions with its statistics folded in, beside which those of
        the training data count where model.json says so.
        """
        convolutions = []
        convolution = None
        for layer, module in enumerate(self.network.body):
            if isinstance(module, nn.BatchNorm2d):
                mean, variance = self.statistics(layer, x)
                factor = module.weight / (variance + module.eps).sqrt()
                shift = module.bias - mean * factor
                convolutions.append((convolution.weight * factor[:, None, None, None], shift))
                x = x * factor[:, None, None] + shift[:, None, None]
            else:
                convolution = module
                x = module(x)
        return self.network.flatten(x), convolutions

    def statistics(self, layer: int, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and variance of the whole support set, mixed with those of the training data where the layer has a prior."""
        variance, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        if "prior" not in self.layers[layer]:
            return mean, variance
        share = self.layers[layer]["prior"] / (self.layers[layer]["prior"] + len(x))
        return mean.lerp(self.known[f"{layer}.mean"], share), variance.lerp(self.known[f"{layer}.variance"], share)


@torch.inference_mode()
def predict(adapted: Adapted, images: np.ndarray) -> torch.Tensor:
    """`images` [n, height, width] -> probabilities [n, classes]."""
    x = torch.from_numpy(images).unsqueeze(1)
    for weight, bias in adapted.convolutions:
        x = F.conv2d(x, weight, bias, stride=2, padding=1).relu_()
    return F.linear(x.flatten(1), *adapted.head).softmax(1)


def as_tensor(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).unsqueeze(1).contiguous(memory_format=LAYOUT)


def balanced(draw: random.Random, class_of: list[int]) -> Iterator[int]:
    """Endless example numbers: every run of `classes` has one of each class, no example again before all of its class."""
    groups = [
        endless(draw, [example for example, label in enumerate(class_of) if label == number])
        for number in range(max(class_of) + 1)
    ]
    while True:
        for group in draw.sample(groups, len(groups)):
            yield next(group)


def endless(draw: random.Random, examples: list[int]) -> Iterator[int]:
    while True:
        yield from draw.sample(examples, len(examples))
