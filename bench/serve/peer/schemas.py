"""Requests and answers of openapi.yaml, as far as the benchmark asks them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Image(Strict):
    image: Annotated[str, Field(min_length=1)]


class Example(Strict):
    label: Annotated[str, Field(min_length=1, max_length=200)]
    input: Image


class AdaptRequest(Strict):
    model: str | None = None
    id: Id | None = None
    examples: Annotated[list[Example], Field(min_length=1, max_length=500)]
    steps: Annotated[int, Field(ge=0, le=1000)] | None = None
    learningRate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    seed: Annotated[int, Field(ge=0, le=4294967295)] = 1


class PredictRequest(Strict):
    id: Id
    inputs: Annotated[list[Image], Field(min_length=1, max_length=1000)]
    topK: Annotated[int, Field(ge=1, le=100)] = 5


class Timing(Strict):
    decodeMs: float
    queueMs: float = 0
    computeMs: float
    storeMs: float


class Adaptation(Strict):
    id: str
    model: str
    version: int
    labels: list[str]
    examples: int
    steps: int
    learningRate: float
    seed: int
    losses: list[float]
    createdAt: str
    timing: Timing


class Score(Strict):
    label: str
    confidence: float


class Prediction(Strict):
    label: str
    confidence: float
    scores: list[Score]


class Predictions(Strict):
    id: str
    model: str
    version: int
    predictions: list[Prediction]
    timing: Timing


def rank(probabilities: list[float], labels: list[str], top: int) -> dict:
    """One prediction: the `top` best labels."""
    order = sorted(range(len(labels)), key=probabilities.__getitem__, reverse=True)[:top]
    scores = [{"label": labels[i], "confidence": probabilities[i]} for i in order]
    return {**scores[0], "scores": scores}
