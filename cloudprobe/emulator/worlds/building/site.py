"""Where a seed builds: the account's clients, the names to use, and what has been built."""

from collections.abc import Callable
from typing import Any

from cloudprobe.emulator.worlds.world import Clients


class Site:
    """Carries a seed through; ``arns`` is what it gives back."""

    def __init__(self, clients: Clients, names: Callable[[str], str]) -> None:
        self._clients = clients
        self._made: dict[tuple[str, str | None], Any] = {}
        self.name = names
        self.account: str = self.client("sts").get_caller_identity()["Account"]
        self.arns: dict[str, str] = {"root": f"arn:aws:iam::{self.account}:root"}

    def client(self, service: str, region: str | None = None) -> Any:
        """A client, made once: making one costs more than most calls."""
        if (service, region) not in self._made:
            self._made[service, region] = self._clients(service, region)
        return self._made[service, region]

    def bucket_arn(self, logical: str, suffix: str = "") -> str:
        return f"arn:aws:s3:::{self.name(logical)}{suffix}"

    def role_arn(self, logical: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{self.name(logical)}"
