"""A server on this machine that speaks Amazon Bedrock's Converse, and says what a test scripted (docs/models.md).

    with ConverseServer(use("plan", {"action": "complete"}), fault("ThrottlingException")) as server:
        ...  # CLOUDPROBE_BEDROCK_ENDPOINT_URL=server.url, or endpoint_url=server.url of a boto3 client

Standard library alone. It knows the request rules that real models have and mocks forget, counts tokens and what a
cache would have read, answers ``Converse``, ``ConverseStream`` and ``CountTokens``, and fails in Bedrock's ways.
"""

from cloudprobe.testing.converse.answers import FAULTS, Answer, fault, hang_up, raw, say, use
from cloudprobe.testing.converse.by_hand import ByHand
from cloudprobe.testing.converse.server import ConverseRequest, ConverseServer

__all__ = [
    "FAULTS",
    "Answer",
    "ByHand",
    "ConverseRequest",
    "ConverseServer",
    "fault",
    "hang_up",
    "raw",
    "say",
    "use",
]
