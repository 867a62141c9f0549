"""What the orchestrating model answers: the next move, or the answer."""

from typing import Any, Literal

from pydantic import Field

from cloudprobe.agents.prompting.shapes import Answer


class ProbeWish(Answer):
    question: str = Field(
        description="What to find out, one precise question with every name, region and time it needs."
    )
    template: str = Field(
        default="", description="Exact name of a template that covers it; empty to have a script written."
    )
    variables: dict[str, Any] = Field(
        default_factory=dict, description="Name to value; with a template only its variables."
    )
    accounts: list[str] = Field(
        default_factory=list, description="Twelve digits each; empty for every inspected account."
    )
    regions: list[str] = Field(default_factory=list, description="Codes; empty for every region that may be looked at.")
    why: str = Field(default="", description="What its result would decide, in one sentence.")


class MoveAnswer(Answer):
    """What to look at next, or that enough is known."""

    action: Literal["collect", "complete"]
    reason: str = Field(description="Why, in one sentence.")
    probes: list[ProbeWish] = Field(default_factory=list, description="With collect: one to five independent ones.")


class ClaimAnswer(Answer):
    text: str = Field(description="One sentence, stating one thing the data shows.")
    evidence: list[str] = Field(default_factory=list, description="Places that prove it, exactly as they are shown.")
    key: bool = Field(default=False, description="The answer stands or falls with it.")


class FixAnswer(Answer):
    text: str = Field(description="What a person could do, in one sentence.")
    service: str = Field(default="", description="As botocore names it; empty where there is no single call.")
    operation: str = Field(default="", description="As botocore names it, for example PutBucketEncryption.")
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Of the operation, names and ARNs from the data."
    )
    region: str = Field(default="", description="Where the call is made.")


class ConclusionAnswer(Answer):
    """The answer to the question."""

    verdict: Literal["answered", "nothing_wrong", "cannot_tell"]
    reason: str = Field(description="Why this verdict, in one sentence.")
    claims: list[ClaimAnswer] = Field(default_factory=list, description="The answer, sentence by sentence.")
    fixes: list[FixAnswer] = Field(default_factory=list, description="None where nothing is wrong.")
