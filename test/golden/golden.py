"""Makes models/<name>/golden.json: what an independent implementation, in float64, says that the model computes.

    python test/golden/golden.py models/omniglot-conv4

Needs torch, safetensors and numpy; not run in CI. Run it again whenever model.json or weights.safetensors change:
golden.json names the digest of the weights it was made from. golden.test.ts holds every engine to it.

golden.json: the inputs of a case are made by inputs.py from `seed`, its mini-batches are listed as example numbers. A
tensor is summed up as its shape, L2 norm, sum and 8 evenly spaced elements (row-major numbers floor(i n / 8)), in the
layout of weights.safetensors. Batch-norm statistics are those of the whole support set under the final weights, mixed
with those of the training data where the model says so, each layer fed by those before it; predictions (probabilities, or values) of the queries use them.
"""

import argparse
import hashlib
import json
import random
import re
from pathlib import Path

import torch
from inner_loop import adapt, start_moments
from inputs import make_inputs, make_targets
from network import Tensors, forward, logits, start_head
from safetensors.torch import load_file

FORMAT_VERSION = 1
MOST_CLASSES = 20
QUERIES = 4


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes golden.json of a model.")
    parser.add_argument("folder", type=Path, help="the folder of model.json and the weights")
    parser.add_argument("--steps", type=int, default=5, help="the most inner steps of a case")
    options = parser.parse_args()
    model = json.loads((options.folder / "model.json").read_text())
    file = options.folder / model["weights"]["file"]
    stored = {name: tensor.double() for name, tensor in load_file(file).items()}
    golden = {
        "formatVersion": FORMAT_VERSION,
        "command": f"python test/golden/golden.py models/{model['name']} --steps {options.steps}",
        "torch": torch.__version__.split("+")[0],
        "weightsSha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "cases": [make_case(model, stored, **case) for case in choose_cases(model, options.steps)],
    }
    (options.folder / "golden.json").write_text(compact(golden) + "\n")


def choose_cases(model: dict, most_steps: int) -> list[dict]:
    """Every width that is small enough, and a little task for slow engines that leaves classes of its width unused."""
    cases = [
        {
            "classes": width["classes"],
            "examples": 3 * width["classes"] or 10,
            "steps": min(width["steps"], most_steps),
            "batch": width["batch"],
            "rate": width["learningRate"],
        }
        for width in model["innerLoop"]["widths"]
        if width["classes"] <= MOST_CLASSES
    ]
    if cases and cases[0]["classes"] > 2:
        classes = min(3, cases[0]["classes"] - 1)
        cases.append({**cases[0], "classes": classes, "examples": 2 * classes, "steps": 2, "batch": 4})
    return [{"seed": number, **case} for number, case in enumerate(cases, start=1)]


def make_case(
    model: dict, stored: Tensors, seed: int, classes: int, examples: int, steps: int, batch: int, rate: float
) -> dict:
    support, queries = make_inputs(model["input"], classes, seed, examples, QUERIES)
    start = {
        name: tensor
        for name, tensor in stored.items()
        if not name.startswith(("secondMoment.", "head.")) and not name.endswith((".mean", ".variance"))
    }
    if classes:
        targets = torch.arange(examples) % classes
        start |= start_head(model, stored, support, classes)
    else:
        values, _ = forward(model["layers"], start, support)
        targets = make_targets(support, values.shape[1])
    batches = draw_batches(seed, examples, batch, steps)
    second = start_moments(model, start, stored, classes)
    final, second, losses = adapt(model, start, second, support, targets, batches, rate, stored)
    _, statistics = forward(model["layers"], final, support, population=stored)
    features, _ = forward(model["layers"], final, queries, statistics)
    predictions = logits(final, features)
    return {
        "classes": classes,
        "examples": examples,
        "queries": QUERIES,
        "seed": seed,
        "learningRate": rate,
        "batches": batches,
        "head": summaries({name: tensor for name, tensor in start.items() if name.startswith("head.")}),
        "losses": losses,
        "weights": summaries(final),
        "secondMoments": summaries(second),
        "statistics": [
            {"layer": layer, "mean": summary(mean), "variance": summary(variance)}
            for layer, (mean, variance) in statistics.items()
        ],
        "predictions": (predictions.softmax(1) if classes else predictions).tolist(),
    }


def draw_batches(seed: int, examples: int, batch: int, steps: int) -> list[list[int]]:
    """Example numbers of each step: one shuffle of the support set after the other, cut into batches."""
    shuffle = random.Random(seed)
    order: list[int] = []
    while len(order) < steps * batch:
        order += shuffle.sample(range(examples), examples)
    return [order[step * batch : (step + 1) * batch] for step in range(steps)]


def summaries(tensors: Tensors) -> list[dict]:
    return [{"name": name, **summary(tensor)} for name, tensor in tensors.items()]


def summary(tensor: torch.Tensor) -> dict:
    flat = tensor.flatten()
    elements = [flat[i * len(flat) // 8].item() for i in range(8)] if len(flat) > 8 else flat.tolist()
    return {"shape": list(tensor.shape), "norm": flat.norm().item(), "sum": flat.sum().item(), "elements": elements}


def compact(value: dict) -> str:
    """JSON in lines that a person can read: lists of numbers stay on one."""
    text = json.dumps(value, indent=1)
    return re.sub(r"\[[^][{}]*\]", lambda found: re.sub(r"\s+", " ", found[0]), text)


if __name__ == "__main__":
    main()
