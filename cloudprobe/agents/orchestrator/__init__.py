"""Orchestration: what comes next, and when it is enough."""

from cloudprobe.agents.orchestrator.library import NO_TEMPLATE, LibraryOrchestrator

__all__ = ["NO_TEMPLATE", "LibraryOrchestrator"]
