"""
Meta-training in tuned PyTorch: as many processes as cores with one thread each, weights and moments in shared memory,
as flat vectors of which parameters are views, no copies but the one from which an inner loop starts; tasks go to
whoever is free. "halved": where the tasks cannot be dealt out evenly (5 on 2 cores take as long as 6), those left over
are cut in two, the first halves done first and the second halves last, maybe by somebody else.
"""

import time
from dataclasses import dataclass

import torch
import torch.multiprocessing as mp
from protocol import Unavailable, first_line, serve
from task import Task
from torch._dynamo.exc import BackendCompilerFailed
from torch._inductor.exc import InductorError
from train_inner import CompiledInner, EagerInner, Inner
from train_setting import Setting, iterations_of, read_setting

# Long enough for a compilation, short enough to end where a process is lost.
PATIENCE_S = 300


@dataclass
class Shared:
    """What the processes of a variant share. Vectors are [2, P]: weights, then second moments."""

    start: torch.Tensor
    now: torch.Tensor
    # [cores, 2, P]: the sum over the tasks that each process has done in this meta-iteration.
    sums: torch.Tensor
    # [meta-iterations, tasks, inner steps]
    losses: torch.Tensor
    # [tasks, 2, P]: where first halves ended, and in [tasks] whether they have.
    halves: torch.Tensor
    halves_done: torch.Tensor
    barrier: "mp.Barrier"
    # The next piece of the meta-iteration that nobody has taken.
    next_piece: "mp.Value"


@dataclass
class Piece:
    """Inner steps `first` to `last` - 1 of a task."""

    task: int
    first: int
    last: int


def cut_into_pieces(setting: Setting, halved: bool) -> list[Piece]:
    tasks, steps = setting.tasks_per_step, setting.inner_steps
    whole = tasks - tasks % setting.cores if halved and tasks > setting.cores else tasks
    middle = (steps + 1) // 2
    return [
        *(Piece(task, 0, middle) for task in range(whole, tasks)),
        *(Piece(task, 0, steps) for task in range(whole)),
        *(Piece(task, middle, steps) for task in range(whole, tasks)),
    ]


class Worker:
    def __init__(self, index: int, variant: str, task: Task, setting: Setting, shared: Shared):
        torch.set_num_threads(1)
        self.index, self.setting, self.shared = index, setting, shared
        how = variant.removesuffix("-halved")
        self.pieces = cut_into_pieces(setting, halved=variant != how)
        self.inner: Inner = CompiledInner(task) if how == "compile" else EagerInner(task, channels_last=how != "fused")
        self.iterations = iterations_of(task, setting)
        size = shared.now.shape[1]
        # Each process does the meta-step of its part of the vectors.
        cut = [size * part // setting.cores for part in (index, index + 1)]
        self.part = slice(*cut)

    def run(self) -> None:
        for number in range(len(self.iterations)):
            self.meta_iteration(number)

    def meta_iteration(self, number: int) -> None:
        shared, tasks = self.shared, self.iterations[number]
        own = shared.sums[self.index].zero_()
        while (taken := self.take()) < len(self.pieces):
            piece = self.pieces[taken]
            task, batches = piece.task, tasks[piece.task][piece.first : piece.last]
            losses = shared.losses[number, task, piece.first : piece.last]
            if piece.last < self.setting.inner_steps:
                self.inner.run(shared.now, True, batches, losses, shared.halves[task].zero_())
                shared.halves_done[task] = 1
            elif piece.first > 0:
                while not shared.halves_done[task]:
                    time.sleep(0)
                self.inner.run(shared.halves[task], False, batches, losses, own)
            else:
                self.inner.run(shared.now, True, batches, losses, own)
        shared.barrier.wait(PATIENCE_S)
        if self.index == 0:
            shared.next_piece.value = 0
            shared.halves_done.zero_()
        theta, moments = shared.now[:, self.part]
        sums = shared.sums[:, :, self.part].sum(0)
        theta.lerp_(sums[0] / len(tasks), self.setting.meta_step)
        torch.div(sums[1], len(tasks), out=moments)
        shared.barrier.wait(PATIENCE_S)

    def take(self) -> int:
        with self.shared.next_piece.get_lock():
            taken = self.shared.next_piece.value
            self.shared.next_piece.value += 1
        return taken


class Tuned:
    """The first of the processes, which starts the others."""

    def __init__(self, variant: str, task: Task, setting: Setting):
        torch.set_num_threads(1)
        size = sum(array.size for array in task.weights.values())
        iterations = len(task.inputs) // (setting.inner_steps * setting.tasks_per_step)
        context = mp.get_context("spawn")
        self.shared = shared = Shared(
            start=torch.zeros(2, size),
            now=torch.zeros(2, size).share_memory_(),
            sums=torch.zeros(setting.cores, 2, size).share_memory_(),
            losses=torch.zeros(iterations, setting.tasks_per_step, setting.inner_steps).share_memory_(),
            halves=torch.zeros(setting.tasks_per_step, 2, size).share_memory_(),
            halves_done=torch.zeros(setting.tasks_per_step).share_memory_(),
            barrier=context.Barrier(setting.cores),
            next_piece=context.Value("i", 0),
        )
        try:
            self.worker = Worker(0, variant, task, setting, shared)
        except (BackendCompilerFailed, InductorError) as error:  # mostly: there is no C++ compiler
            raise Unavailable(first_line(error)) from error
        self.worker.inner.write_start(shared.start)
        for index in range(1, setting.cores):
            context.Process(target=work, args=(index, variant, task, setting, shared), daemon=True).start()
        shared.barrier.wait(PATIENCE_S)

    def reset(self) -> None:
        self.shared.now.copy_(self.shared.start)

    def adapt(self) -> list[float]:
        """All meta-iterations; the mean losses before the first and before the last inner step of each."""
        self.shared.barrier.wait(PATIENCE_S)
        self.worker.run()
        return self.shared.losses.mean(1)[:, [0, -1]].flatten().tolist()


def work(index: int, variant: str, task: Task, setting: Setting, shared: Shared) -> None:
    try:
        worker = Worker(index, variant, task, setting, shared)
        shared.barrier.wait(PATIENCE_S)
        while True:
            shared.barrier.wait()
            worker.run()
    except Exception:
        shared.barrier.abort()
        raise


if __name__ == "__main__":
    setting = read_setting()
    ways = ("fused", "channels-last-fused", "compile")
    variants = (*ways, *(f"{way}-halved" for way in ways))
    serve(
        f"PyTorch {torch.__version__}, tuned: {setting.cores} processes",
        {variant: lambda task, variant=variant: Tuned(variant, task, setting) for variant in variants},
    )
