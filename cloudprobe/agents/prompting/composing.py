"""From what an agent has to say to a prompt that fits."""

from collections.abc import Mapping

from cloudprobe.agents.prompting.rendering import prompt_file
from cloudprobe.agents.prompting.room import Section, fitted
from cloudprobe.domain.conversation import RenderedPrompt
from cloudprobe.domain.tokens import estimate
from cloudprobe.errors import ModelOverflowError


def compose(name: str, *, fixed: Mapping[str, str], sections: Mapping[str, Section], room: int) -> RenderedPrompt:
    """The prompt of that name, no larger than the room; what was left out is said where it would stand.

    Args:
        name: of the prompt file.
        fixed: variables that stand as they are.
        sections: variables that may be cut.
        room: tokens it may have.

    Raises:
        ModelOverflowError: not even the fixed part fits.
    """
    file = prompt_file(name)
    texts = fitted(sections, fixed=(file.system, file.user, *fixed.values()), room=room)
    prompt = file.render(**fixed, **texts)
    if (size := estimate(prompt.system) + estimate(prompt.user)) > room:
        raise ModelOverflowError(f"The prompt {name} has about {size:,} tokens, and the model has room for {room:,}.")
    return prompt
