"""What answers have in common, and what it means that none came."""

from pydantic import BaseModel, ConfigDict

from cloudprobe.errors import BudgetEndedError, ModelAnswerError, ModelOverflowError, ModelRefusedError

NO_ANSWER = (BudgetEndedError, ModelAnswerError, ModelOverflowError, ModelRefusedError)
"""Asking again gives none either: an agent then does what code can do, and what was found until then is kept. A replay
that lacks an answer is not among them: it is to end where it differs from what was recorded.
"""


class Answer(BaseModel):
    """The base of every shape: what a model adds beside it is left out, not refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)
