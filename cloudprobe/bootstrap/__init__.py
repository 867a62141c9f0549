"""The one place that wires an inspection in this process: stores, account, agents, engine."""

from cloudprobe.bootstrap.account import Account, open_account
from cloudprobe.bootstrap.asking import open_asking
from cloudprobe.bootstrap.engine import build_engine
from cloudprobe.bootstrap.thinking import load_plugins, think
from cloudprobe.bootstrap.workspace import Workspace, open_workspace, start_logging

__all__ = [
    "Account",
    "Workspace",
    "build_engine",
    "load_plugins",
    "open_account",
    "open_asking",
    "open_workspace",
    "start_logging",
    "think",
]
