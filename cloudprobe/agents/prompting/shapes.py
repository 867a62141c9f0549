"""Pieces of answers that several agents ask for. Small and described: a model fills in what it is told to."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """The base of every shape: what a model adds beside it is left out, not refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)
