"""A chat model whose exchanges are counted, priced, and kept within the budgets."""

from cloudprobe.adapters.models.ledger import Ledger
from cloudprobe.domain.conversation import ChatReply, ChatRequest
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import ChatModel, Clock


class MeteredChat:
    """``ChatModel`` around another one.

    Args:
        chat: which is asked.
        ledger: lets an exchange pass before it is had, and writes it down after.
        clock: for how long it took.
    """

    def __init__(self, chat: ChatModel, *, ledger: Ledger, clock: Clock) -> None:
        self.name = chat.name
        self._chat = chat
        self._ledger = ledger
        self._clock = clock

    @property
    def context_tokens(self) -> int:
        return self._chat.context_tokens

    def count(self, request: ChatRequest) -> int:
        return self._chat.count(request)

    def send(self, request: ChatRequest) -> ChatReply:
        """Ask once, if the budgets allow.

        Raises:
            BudgetEndedError: it would exceed them; nothing was sent.
            CloudprobeError: whatever the model raises.
        """
        self._ledger.admit(request, model=self.name, prompt_tokens=self._prompt_tokens(request))
        started, before = self._clock.now().isoformat(timespec="milliseconds"), self._clock.monotonic()

        def enter(reply: ChatReply | None, error: Exception | None = None) -> None:
            seconds = self._clock.monotonic() - before
            self._ledger.enter(request, model=self.name, started=started, seconds=seconds, reply=reply, error=error)

        try:
            reply = self._chat.send(request)
        except CloudprobeError as error:
            enter(None, error)
            raise
        enter(reply)
        return reply

    def _prompt_tokens(self, request: ChatRequest) -> int:
        """Counted only where a sum depends on it: some models are asked over the network for their count."""
        return self._chat.count(request) if self._ledger.bounded else 0
