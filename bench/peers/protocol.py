"""The peers' side of the line protocol of peer-process.ts: one JSON object a line, each request answered by one line.

    (at the start)                                         -> {"kind": "ready", "about": "torch 2.15.0"}
    {"do": "setup", "variant": ..., "task": {...}}         -> {"kind": "set-up", "digest": "..."}
    {"do": "run", "variant": ..., "adaptations": 3,
     "startAt": 1700000000000.0}                           -> {"kind": "ran", "ms": 12.3, "losses": [...]}
    a variant that this machine cannot have                -> {"kind": "unavailable", "reason": "..."}
    anything else that fails                               -> {"kind": "failed", "reason": "..."}

`startAt` is a time in ms since 1970 at which all processes begin; `ms` counts the adaptations alone, without the
resets between them; `losses` are the last adaptation's. The process ends with its input.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Protocol

from task import Task, read_task


class Trainer(Protocol):
    """One way of training, set up for one task."""

    def reset(self) -> None:
        """Back to the initial weights and fresh optimizer state; not timed."""

    def adapt(self) -> list[float]:
        """All steps of one adaptation, from the weights after `reset`; returns the loss before each."""


class Unavailable(Exception):
    """Why a variant cannot be had on this machine; no fault of the benchmark."""


def serve(about: str, variants: dict[str, Callable[[Task], Trainer]]) -> None:
    # Libraries may print: the protocol keeps the real output to itself.
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    trainers: dict[str, Trainer] = {}
    print(json.dumps({"kind": "ready", "about": about}), file=replies)
    for line in sys.stdin:
        request = json.loads(line)
        variant = request["variant"]
        try:
            if request["do"] == "setup":
                task = read_task(request["task"])
                trainers[variant] = variants[variant](task)
                reply = {"kind": "set-up", "digest": task.digest}
            else:
                reply = run(trainers[variant], request["adaptations"], request["startAt"])
        except Unavailable as error:
            reply = {"kind": "unavailable", "reason": str(error)}
        except Exception as error:
            reply = {"kind": "failed", "reason": first_line(error)}
        print(json.dumps(reply), file=replies)


def first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]


def run(trainer: Trainer, adaptations: int, start_at: float) -> dict:
    losses: list[float] = []
    elapsed = 0.0
    trainer.reset()
    time.sleep(max(0.0, start_at / 1000 - time.time()))
    for number in range(adaptations):
        if number > 0:
            trainer.reset()
        started = time.perf_counter()
        losses = trainer.adapt()
        elapsed += time.perf_counter() - started
    return {"kind": "ran", "ms": elapsed * 1000, "losses": losses}
