"""Adapted weights that all worker processes share: one file an id in a folder, and a cache in each process."""

import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import torch
from learner import Adapted


@dataclass
class Record:
    info: dict
    adapted: Adapted
    bytes: int
    # Of the file when it was read: another process may have written it anew since.
    written: int


class Shelf:
    def __init__(self, folder: Path, most_bytes: int):
        self.folder = folder
        self.most_bytes = most_bytes
        self.bytes = 0
        self.cache: OrderedDict[str, Record] = OrderedDict()

    def get(self, id: str) -> Record | None:
        path = self.folder / id
        try:
            written = os.stat(path).st_mtime_ns
        except FileNotFoundError:
            return None
        record = self.cache.get(id)
        if record is not None and record.written == written:
            self.cache.move_to_end(id)
            return record
        record = read(path, written)
        self.keep(id, record)
        return record

    def put(self, id: str, info: dict, adapted: Adapted) -> None:
        """Not synced to the disk: the peer may lose what it has acknowledged, and is the faster for it."""
        tensors = [tensor for pair in [*adapted.convolutions, adapted.head] for tensor in pair]
        head = {"info": info, "shapes": [list(tensor.shape) for tensor in tensors]}
        fresh = self.folder / f".{id}.{os.getpid()}"
        with open(fresh, "wb") as file:
            file.write(orjson.dumps(head) + b"\n")
            for tensor in tensors:
                file.write(tensor.contiguous().numpy().data)
        os.replace(fresh, self.folder / id)

    def keep(self, id: str, record: Record) -> None:
        gone = self.cache.pop(id, None)
        self.bytes += record.bytes - (gone.bytes if gone else 0)
        self.cache[id] = record
        while self.bytes > self.most_bytes and len(self.cache) > 1:
            self.bytes -= self.cache.popitem(last=False)[1].bytes


def read(path: Path, written: int) -> Record:
    head, _, numbers = path.read_bytes().partition(b"\n")
    described = orjson.loads(head)
    flat = np.frombuffer(numbers, "<f4").copy()
    ends = np.cumsum([int(np.prod(shape)) for shape in described["shapes"]])
    parts = np.split(flat, ends[:-1])
    tensors = [torch.from_numpy(part.reshape(shape)) for part, shape in zip(parts, described["shapes"])]
    *convolutions, head_pair = zip(tensors[0::2], tensors[1::2])
    # Weights in this layout make a prediction a third cheaper.
    laid_out = [(weight.contiguous(memory_format=torch.channels_last), bias) for weight, bias in convolutions]
    return Record(described["info"], Adapted(laid_out, head_pair), flat.nbytes, written)
