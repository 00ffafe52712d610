"""What the peers of the benchmark `train` know beside the task: the options of their command line (train/peers.ts)."""

import json
import sys
from dataclasses import dataclass

import torch
from task import Task
from torch_network import batches_of

Batches = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass
class Setting:
    tasks_per_step: int
    inner_steps: int
    meta_step: float
    cores: int


def read_setting() -> Setting:
    options = json.loads(sys.argv[1])
    return Setting(options["tasksPerStep"], options["innerSteps"], options["metaStep"], options["cores"])


def iterations_of(task: Task, setting: Setting) -> list[list[Batches]]:
    """Per meta-iteration and task the mini-batches of its inner steps; the benchmark's task has all of them in a row."""
    batches = batches_of(task)
    tasks = [batches[first : first + setting.inner_steps] for first in range(0, len(batches), setting.inner_steps)]
    return [tasks[first : first + setting.tasks_per_step] for first in range(0, len(tasks), setting.tasks_per_step)]
