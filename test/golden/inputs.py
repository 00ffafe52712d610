"""Made inputs that Python and TypeScript (inputs.ts) compute bit for bit the same, so that golden.json needs no arrays.

All randomness is one stream of a linear congruential generator: state' = (1664525 state + 1013904223) mod 2^32 from the
case's seed, and a draw u = floor(state' / 2^16) / 2^16. Every number below is exact in float32. The order of draws:
the pattern of each class, the support set example by example, the queries. Example and query number e has class e mod
classes.

- image [height, width, channels]: a pattern is a grid of cells of 4 x 4 pixels, row by row, a cell is ink where u < 0.3,
  a pixel (row-major, channels last) is 1 - u / 4 in an ink cell and u / 4 elsewhere.
- values of a classification: a pattern is 2 u - 1 for each value; an example adds u / 4 to it.
- values of a regression: 10 u - 5 for each value; there are no patterns. Target j is |value 0| / 2 - 1 + j.
"""

import torch


class Draws:
    def __init__(self, seed: int):
        self.state = seed

    def next(self) -> float:
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return (self.state >> 16) / 2**16


def make_inputs(
    spec: dict, classes: int, seed: int, support: int, queries: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Support set and queries: images [n, channels, height, width], values [n, length]. 0 classes: regression."""
    draws = Draws(seed)
    if spec["kind"] == "image":
        examples = images(draws, spec, classes, support + queries)
    else:
        examples = values(draws, spec["length"], classes, support + queries)
    return examples[:support], examples[support:]


def make_targets(inputs: torch.Tensor, outputs: int) -> torch.Tensor:
    """The targets of a regression, [n, outputs]."""
    return inputs[:, :1].abs() / 2 - 1 + torch.arange(outputs, dtype=inputs.dtype)


def images(draws: Draws, spec: dict, classes: int, count: int) -> torch.Tensor:
    height, width, channels = spec["height"], spec["width"], spec["channels"]
    rows, columns = -(-height // 4), -(-width // 4)
    patterns = [[draws.next() < 0.3 for _ in range(rows * columns)] for _ in range(classes)]
    made = torch.empty(count, height, width, channels, dtype=torch.double)
    for example in range(count):
        pattern = patterns[example % classes]
        pixels = []
        for row in range(height):
            for column in range(width):
                ink = pattern[row // 4 * columns + column // 4]
                pixels += [1 - draws.next() / 4 if ink else draws.next() / 4 for _ in range(channels)]
        made[example] = torch.tensor(pixels, dtype=torch.double).reshape(height, width, channels)
    return made.permute(0, 3, 1, 2)


def values(draws: Draws, length: int, classes: int, count: int) -> torch.Tensor:
    if classes == 0:
        made = [[10 * draws.next() - 5 for _ in range(length)] for _ in range(count)]
    else:
        patterns = [[2 * draws.next() - 1 for _ in range(length)] for _ in range(classes)]
        made = [[center + draws.next() / 4 for center in patterns[e % classes]] for e in range(count)]
    return torch.tensor(made, dtype=torch.double)
