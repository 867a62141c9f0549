"""Code generation: the script of one task."""

from cloudprobe.agents.code_generator.library import LibraryCodeGenerator

__all__ = ["LibraryCodeGenerator"]
