"""What both peers share: the application, its settings, and what a request to adapt asks for."""

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from images import BadImage, decode
from learner import Learner, Settings
from schemas import AdaptRequest

torch.set_num_threads(1)
torch.set_num_interop_threads(1)

learner = Learner(Path(os.environ["PEER_MODEL"]))
folder = Path(os.environ["PEER_DATA"])
cache_bytes = int(os.environ.get("PEER_CACHE_BYTES", 256 * 2**20))
side = learner.model["input"]["height"]
name = learner.model["name"]
app = FastAPI(openapi_url=None)


@app.exception_handler(BadImage)
async def bad_image(_request, error: BadImage) -> JSONResponse:
    return JSONResponse({"status": 400, "title": "The request is invalid", "detail": str(error)}, 400)


@app.get("/readyz")
async def readyz() -> dict:
    return {"ready": True, "models": [name], "defaultModel": name}


@dataclass
class Order:
    id: str
    # [n, side, side]
    images: np.ndarray
    labels: list[str]
    class_of: list[int]
    settings: Settings


def order_of(request: AdaptRequest) -> Order:
    """Raises HTTPException and BadImage."""
    if request.model not in (None, name):
        raise HTTPException(404, f'There is no model named "{request.model}".')
    labels = list(dict.fromkeys(example.label for example in request.examples))
    try:
        width = learner.width(len(labels))
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    settings = Settings(
        width["steps"] if request.steps is None else request.steps,
        request.learningRate or width["learningRate"],
        request.seed,
    )
    return Order(
        request.id or str(uuid.uuid4()),
        np.stack([decode(example.input.image, side) for example in request.examples]),
        labels,
        [labels.index(example.label) for example in request.examples],
        settings,
    )


def info_of(order: Order, losses: list[float], version: int) -> dict:
    """What is kept, and answered, beside the weights. Raises HTTPException where the steps diverged."""
    if not np.isfinite(losses).all():
        raise HTTPException(422, "The steps diverged; send a smaller learningRate.")
    return {
        "id": order.id,
        "model": name,
        "version": version,
        "labels": order.labels,
        "examples": len(order.class_of),
        "steps": order.settings.steps,
        "learningRate": order.settings.learning_rate,
        "seed": order.settings.seed,
        "losses": losses,
        "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


def unknown(id: str) -> HTTPException:
    return HTTPException(404, f'There is no adaptation named "{id}".')


def timing(*times: float) -> dict:
    """Of the moments before and after decoding, computing and storing, in this order."""
    decode_ms, compute_ms, store_ms = (1e3 * (end - start) for start, end in zip(times, times[1:]))
    return {"decodeMs": decode_ms, "queueMs": 0, "computeMs": compute_ms, "storeMs": store_ms}
