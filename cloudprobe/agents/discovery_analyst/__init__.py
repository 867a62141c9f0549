"""Discovery analysis: what an iteration's data shows, how complete it is, and where to look next."""

from cloudprobe.agents.discovery_analyst.library import DiscoveryAnalyst

__all__ = ["DiscoveryAnalyst"]
