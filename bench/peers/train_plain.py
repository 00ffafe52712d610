"""Meta-training in PyTorch as most would write it: one process, task after task, deep copies of state_dicts."""

import copy

import torch
from protocol import serve
from task import Task
from torch.nn import functional as F
from torch_eager import STEPS_BEFORE
from torch_network import Network, by_parameter
from train_setting import Setting, iterations_of, read_setting


class Plain:
    def __init__(self, task: Task, setting: Setting):
        torch.set_num_threads(task.threads)
        self.setting = setting
        self.network = Network(task)
        self.weights = by_parameter(self.network, task.weights)
        self.moments = by_parameter(self.network, task.moments)
        self.rate = task.learning_rate
        self.iterations = iterations_of(task, setting)

    def reset(self) -> None:
        self.network.load_state_dict(self.weights)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=self.rate, betas=(0.0, 0.999), eps=1e-8)
        for name, parameter in self.network.named_parameters():
            self.optimizer.state[parameter] = {
                "step": torch.tensor(STEPS_BEFORE),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": self.moments[name].clone(),
            }

    def adapt(self) -> list[float]:
        """All meta-iterations; the mean losses before the first and before the last inner step of each."""
        losses = []
        for tasks in self.iterations:
            first, last = self.meta_iteration(tasks)
            losses += [first, last]
        return losses

    def meta_iteration(self, tasks: list[list[tuple[torch.Tensor, torch.Tensor]]]) -> tuple[float, float]:
        network, optimizer = self.network, self.optimizer
        weights_before = copy.deepcopy(network.state_dict())
        optimizer_before = copy.deepcopy(optimizer.state_dict())
        weights_after, optimizers_after, losses = [], [], []
        for batches in tasks:
            network.load_state_dict(weights_before)
            optimizer.load_state_dict(copy.deepcopy(optimizer_before))
            task_losses = []
            for x, y in batches:
                optimizer.zero_grad()
                loss = F.cross_entropy(network(x), y)
                loss.backward()
                optimizer.step()
                task_losses.append(loss.detach())
            weights_after.append(copy.deepcopy(network.state_dict()))
            optimizers_after.append(copy.deepcopy(optimizer.state_dict()))
            losses.append(torch.stack(task_losses))

        weights = {}
        for name, before in weights_before.items():
            after = torch.stack([weights[name] for weights in weights_after]).mean(0)
            weights[name] = rows_alike(name, before + self.setting.meta_step * (after - before))
        network.load_state_dict(weights)
        state = optimizers_after[-1]
        for index, (name, _) in enumerate(network.named_parameters()):
            squares = [after["state"][index]["exp_avg_sq"] for after in optimizers_after]
            state["state"][index]["exp_avg_sq"] = rows_alike(name, torch.stack(squares).mean(0))
        optimizer.load_state_dict(state)
        mean = torch.stack(losses).mean(0)
        return mean[0].item(), mean[-1].item()


def rows_alike(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """A head's rows all become their mean: what is meta-learned is one vector for every class."""
    return tensor.mean(0, keepdim=True).expand_as(tensor).contiguous() if name.startswith("head.") else tensor


if __name__ == "__main__":
    setting = read_setting()
    serve(f"PyTorch {torch.__version__}", {"plain": lambda task: Plain(task, setting)})
