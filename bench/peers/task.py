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
    # By name, as in weights.safetensors: convolutions are [kernel, kernel, channels, filters].
    weights: dict[str, np.ndarray]
    # Adam's second moments, of the same names and shapes, as after so many steps that no bias is left to correct.
    moments: dict[str, np.ndarray]
    # [steps, batch, height, width, channels]
    inputs: np.ndarray
    # [steps, batch]
    classes_of: np.ndarray
    # sha256 of what was read: weights, moments, inputs, classes.
    digest: str


def read_task(message: dict) -> Task:
    files = [Path(message[f"{name}File"]).read_bytes() for name in ("weights", "moments", "inputs", "classes")]
    weights, moments, inputs = (np.frombuffer(file, "<f4") for file in files[:3])
    return Task(
        layers=message["layers"],
        classes=message["classes"],
        learning_rate=message["learningRate"],
        threads=message["threads"],
        weights=split(weights, message["tensors"]),
        moments=split(moments, message["tensors"]),
        inputs=inputs.reshape(message["inputsShape"]),
        classes_of=np.frombuffer(files[3], "<i4").reshape(message["inputsShape"][:2]),
        digest=hashlib.sha256(b"".join(files)).hexdigest(),
    )


def split(flat: np.ndarray, tensors: list[dict]) -> dict[str, np.ndarray]:
    """One array of all parameters into named ones."""
    ends = np.cumsum([int(np.prod(tensor["shape"])) for tensor in tensors])
    parts = np.split(flat, ends[:-1])
    return {tensor["name"]: part.reshape(tensor["shape"]) for tensor, part in zip(tensors, parts)}
