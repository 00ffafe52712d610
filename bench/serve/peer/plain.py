"""
The peer as most would write it: endpoints that are plain functions, which FastAPI runs in threads; answers through response
models; an nn.Module a client, in evaluation mode, saved with torch.save.
"""

import os
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from images import decode
from learner import Trainee
from schemas import Adaptation, AdaptRequest, Predictions, PredictRequest, rank
from service import app, cache_bytes, folder, info_of, learner, name, order_of, side, timing, unknown
from torch import nn

# Of the network of five classes, about.
MODULE_BYTES = 460_000


@app.post("/predict")
def predict_route(request: PredictRequest) -> Predictions:
    started = perf_counter()
    images = np.stack([decode(one.image, side) for one in request.inputs])
    decoded = perf_counter()
    path = folder / request.id
    try:
        info, module = load(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise unknown(request.id) from error
    found = perf_counter()
    with torch.inference_mode():
        rows = module(torch.from_numpy(images).unsqueeze(1)).softmax(1).tolist()
    return Predictions(
        id=request.id,
        model=name,
        version=info["version"],
        predictions=[rank(row, info["labels"], request.topK) for row in rows],
        timing={
            "decodeMs": 1e3 * (decoded - started),
            "computeMs": 1e3 * (perf_counter() - found),
            "storeMs": 1e3 * (found - decoded),
        },
    )


@app.post("/adapt", status_code=201)
def adapt_route(request: AdaptRequest) -> Adaptation:
    started = perf_counter()
    order = order_of(request)
    decoded = perf_counter()
    # A network of its own: others adapt in other threads meanwhile.
    trainee = learner.new_trainee(len(order.labels), fused=False)
    losses = learner.train(trainee, order.images, order.class_of, order.settings)
    module = with_statistics(trainee, order.images)
    computed = perf_counter()
    path = folder / order.id
    version = load(path, path.stat().st_mtime_ns)[0]["version"] + 1 if path.exists() else 1
    info = info_of(order, losses, version)
    fresh = folder / f".{order.id}.{os.getpid()}"
    torch.save({"info": info, "state": module.state_dict()}, fresh)
    fresh.replace(path)
    return Adaptation(**info, timing=timing(started, decoded, computed, perf_counter()))


@lru_cache(maxsize=cache_bytes // MODULE_BYTES)
def load(path: Path, _written: int) -> tuple[dict, nn.Module]:
    """The file as it was when it was written so many nanoseconds after 1970."""
    saved = torch.load(path, weights_only=True)
    module = with_buffers(learner.new_trainee(len(saved["info"]["labels"]), fused=False))
    module.load_state_dict(saved["state"])
    return saved["info"], module.eval()


@torch.no_grad()
def with_statistics(trainee: Trainee, images: np.ndarray) -> nn.Module:
    """Each batch norm keeps the statistics of the whole support set."""
    network = with_buffers(trainee)
    x = torch.from_numpy(images).unsqueeze(1)
    for layer, module in enumerate(network.body):
        if isinstance(module, nn.BatchNorm2d):
            mean, variance = trainee.statistics(layer, x)
            module.running_mean.copy_(mean)
            module.running_var.copy_(variance)
        x = module(x)
    return network


def with_buffers(trainee: Trainee) -> nn.Module:
    """In evaluation mode, so that the running averages are what we put there."""
    for module in trainee.network.body:
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean = torch.zeros(module.num_features)
            module.running_var = torch.ones(module.num_features)
    return trainee.network.eval()
