"""How a caller reaches one account of the emulator: endpoint, account, region and an administrator's keys."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from cloudprobe.adapters.aws.loopback import reach_prefixed_hosts

if TYPE_CHECKING:
    import boto3


@cache
def _shared_loader() -> Any:
    """Service models, read once for all sessions: EC2's alone take 150 ms."""
    from botocore.loaders import create_loader  # noqa: PLC0415 - the command line must start without loading the SDK

    return create_loader()


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """A way into one emulated account, at first its administrator's. The keys are random and die with the process."""

    endpoint_url: str
    account_id: str
    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return f"AccountAccess(endpoint_url={self.endpoint_url!r}, account_id={self.account_id!r})"

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "AccountAccess":
        return cls(
            endpoint_url=message["endpoint_url"],
            account_id=message["account_id"],
            region=message["region"],
            access_key_id=message["access_key_id"],
            secret_access_key=message["secret_access_key"],
        )

    def acting_as(self, credentials: Mapping[str, Any]) -> "AccountAccess":
        """The same account through other keys, as AssumeRole and CreateAccessKey give them."""
        return replace(
            self,
            access_key_id=credentials["AccessKeyId"],
            secret_access_key=credentials["SecretAccessKey"],
            session_token=credentials.get("SessionToken", ""),
        )

    def environment(self) -> dict[str, str]:
        """The variables by which any AWS client finds this account, and nothing else in the environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            **({"AWS_SESSION_TOKEN": self.session_token} if self.session_token else {}),
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def session(self, region: str | None = None) -> "boto3.Session":
        """A session with these keys. Its clients still need ``endpoint_url``; ``client`` below gives it."""
        import boto3  # noqa: PLC0415 - the command line must start without loading the SDK
        import botocore.session  # noqa: PLC0415 - likewise

        core = botocore.session.Session()
        core.register_component("data_loader", _shared_loader())
        session = boto3.Session(
            botocore_session=core,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            aws_session_token=self.session_token or None,
            region_name=region or self.region,
        )
        reach_prefixed_hosts(session.events)
        return session

    def client(self, service: str, region: str | None = None, **options: Any) -> Any:
        """A client of one service at this endpoint; ``options`` go to ``boto3.Session.client``.

        Host prefixes of operations are left out, as an address has no names in front of it.
        """
        from botocore.config import Config  # noqa: PLC0415 - the command line must start without loading the SDK

        config = Config(inject_host_prefix=False).merge(options.pop("config", None) or Config())
        # The service name is only known at run time, so no overload of the stubs fits.
        return self.session(region).client(service, endpoint_url=self.endpoint_url, config=config, **options)  # type: ignore[call-overload]
