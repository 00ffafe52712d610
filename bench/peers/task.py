"""Reads a task of the benchmark: see writeTask in inner/task.ts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class Task:
    layers: list[dict]
    classes: int
    learning_rate: float
    threads: int
    # By name, as in weights.safetensors: convolutions are [filters, kernel, kernel, channels].
    weights: dict[str, np.ndarray]
    # [steps, batch, height, width, channels]
    inputs: np.ndarray
    # [steps, batch]
    classes_of: np.ndarray
    # sha256 of what was read: weights, inputs, classes.
    digest: str


def read_task(message: dict) -> Task:
    files = [Path(message[key]).read_bytes() for key in ("weightsFile", "inputsFile", "classesFile")]
    flat, inputs = (np.frombuffer(file, "<f4") for file in files[:2])
    weights, start = {}, 0
    for tensor in message["tensors"]:
        size = int(np.prod(tensor["shape"]))
        weights[tensor["name"]] = flat[start : start + size].reshape(tensor["shape"])
        start += size
    return Task(
        layers=message["layers"],
        classes=message["classes"],
        learning_rate=message["learningRate"],
        threads=message["threads"],
        weights=weights,
        inputs=inputs.reshape(message["inputsShape"]),
        classes_of=np.frombuffer(files[2], "<i4").reshape(message["inputsShape"][:2]),
        digest=hashlib.sha256(b"".join(files)).hexdigest(),
    )
