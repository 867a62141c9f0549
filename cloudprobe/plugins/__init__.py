"""Plugins: what can be added to cloudprobe from outside, and how it is found (docs/plugins.md)."""

from cloudprobe.plugins.hookspecs import AgentRole, Agents, ChatOrder, ModelProvider, ReportFormat, hookimpl

__all__ = ["AgentRole", "Agents", "ChatOrder", "ModelProvider", "ReportFormat", "hookimpl"]
