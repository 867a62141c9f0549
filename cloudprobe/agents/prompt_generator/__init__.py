"""Prompt generation: each objective of an iteration as one focused task."""

from cloudprobe.agents.prompt_generator.library import LibraryPromptGenerator

__all__ = ["LibraryPromptGenerator"]
