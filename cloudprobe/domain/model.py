"""The base of every model that crosses a border."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen and closed: an unknown field is an error, never silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")
