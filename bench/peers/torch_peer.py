"""PyTorch as a peer of the benchmark `inner`: a process that answers the line protocol (protocol.py)."""

import torch
from protocol import serve
from torch_compiled import Compiled
from torch_eager import Eager

serve(
    f"PyTorch {torch.__version__}",
    {
        "eager": Eager,
        "channels-last": lambda task: Eager(task, channels_last=True),
        "fused": lambda task: Eager(task, fused=True),
        "channels-last-fused": lambda task: Eager(task, channels_last=True, fused=True),
        "compile": Compiled,
    },
)
