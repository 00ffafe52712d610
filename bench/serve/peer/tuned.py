"""
The peer as fast as it gets without leaving Python: answers past FastAPI's encoder, batch norm folded into the convolutions,
nothing allocated twice. Predictions are computed on the event loop, which is faster than handing them to threads;
adaptations by one thread beside it, so that predictions need not wait for them.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
import orjson
from fastapi.responses import Response
from images import decode
from learner import predict
from schemas import AdaptRequest, PredictRequest, rank
from service import app, cache_bytes, folder, info_of, learner, name, order_of, side, timing, unknown
from shelf import Shelf

shelf = Shelf(folder, cache_bytes)
adapting = ThreadPoolExecutor(1)


@app.post("/predict")
async def predict_route(request: PredictRequest) -> Response:
    started = perf_counter()
    images = np.stack([decode(one.image, side) for one in request.inputs])
    decoded = perf_counter()
    record = shelf.get(request.id)
    if record is None:
        raise unknown(request.id)
    found = perf_counter()
    labels = record.info["labels"]
    rows = predict(record.adapted, images).tolist()
    body = {
        "id": request.id,
        "model": name,
        "version": record.info["version"],
        "predictions": [rank(row, labels, request.topK) for row in rows],
        "timing": {
            "decodeMs": 1e3 * (decoded - started),
            "queueMs": 0,
            "computeMs": 1e3 * (perf_counter() - found),
            "storeMs": 1e3 * (found - decoded),
        },
    }
    return Response(orjson.dumps(body), 200, media_type="application/json")


@app.post("/adapt")
async def adapt_route(request: AdaptRequest) -> Response:
    started = perf_counter()
    order = order_of(request)
    decoded = perf_counter()
    run = asyncio.get_running_loop().run_in_executor
    adapted, losses = await run(adapting, learner.adapt, order.images, order.class_of, order.settings)
    computed = perf_counter()
    before = shelf.get(order.id)
    info = info_of(order, losses, before.info["version"] + 1 if before else 1)
    shelf.put(order.id, info, adapted)
    body = info | {"timing": timing(started, decoded, computed, perf_counter())}
    return Response(orjson.dumps(body), 201, media_type="application/json")
