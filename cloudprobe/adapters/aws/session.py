"""Clients for one account at one endpoint: whose credentials, which retries, how long to wait."""

import ipaddress
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

from cloudprobe import __version__
from cloudprobe.adapters.aws.failures import AWS_ERRORS, translate
from cloudprobe.adapters.aws.loopback import reach_prefixed_hosts
from cloudprobe.adapters.local.log_redaction import keep_out_of_logs
from cloudprobe.errors import EndpointUnreachableError, RefusedError

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 60.0
_ATTEMPTS = 5
_POOL = 16
"""As many connections as a broker has threads."""
_ACCOUNT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials in hand. They appear in no representation."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks, and of which account."""

    account: str
    """Twelve digits."""
    arn: str
    region: str
    """Of a client that names none."""

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


class AwsSession:
    """Makes clients as one caller, one for each service and region, and keeps them. Thread-safe.

    It is a ``ClientSource`` of the sandbox. Made by ``open_session`` and ``with_keys``.
    """

    def __init__(self, factory: "_ClientFactory", *, region: str, keys: Keys | None) -> None:
        self._factory = factory
        self._keys = keys
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self.region = region

    @property
    def endpoint(self) -> str:
        """Where calls go, for people."""
        return self._factory.endpoint_url or "AWS"

    def with_keys(self, keys: Keys) -> "AwsSession":
        """The same account, asked by somebody else. API models that were read are shared, clients are not."""
        return AwsSession(self._factory, region=self.region, keys=keys)

    def client(self, service: str, region: str | None = None) -> Any:
        """A thread-safe client.

        Raises:
            BotoCoreError: as botocore does, for a service it does not know.
        """
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._factory.create(*key, self._keys)
            return self._clients[key]

    def identify(self) -> Identity:
        """Ask who we are: the first call of every inspection, with little patience.

        Raises:
            CredentialsError: there are no credentials, or the account does not take them.
            EndpointUnreachableError: nothing answers, or nothing that speaks AWS.
        """
        hasty = Config(read_timeout=10.0, retries={"mode": "standard", "total_max_attempts": 2})
        try:
            answer = self._factory.create("sts", self.region, self._keys, hasty).get_caller_identity()
        except AWS_ERRORS as error:
            raise translate(error, endpoint=self.endpoint) from error
        except (LookupError, TypeError, ValueError):
            answer = {}  # botocore trips over a well-formed document of somebody else's
        account, arn = str(answer.get("Account", "")), str(answer.get("Arn", ""))
        if not (len(account) == _ACCOUNT_DIGITS and account.isdigit() and arn.startswith("arn:")):
            raise EndpointUnreachableError(
                f"What answers at {self.endpoint} does not say whose account it is.", hint="Check AWS_ENDPOINT_URL."
            )
        return Identity(account=account, arn=arn, region=self.region)


def open_session(
    *,
    endpoint_url: str | None,
    region: str | None = None,
    keys: Keys | None = None,
    profile: str | None = None,
    default_region: str = "us-east-1",
) -> AwsSession:
    """A session; nothing is called yet.

    Args:
        endpoint_url: where every service answers; None for AWS itself.
        region: of a client that names none; without it the profile's, else ``default_region``.
        keys: credentials; without them those of the profile, or of the default one.
        profile: a name in the shared configuration; not used when there are keys.
        default_region: where neither says one.

    Raises:
        CredentialsError: there is no such profile, or it cannot be read.
    """
    if keys:
        keep_out_of_logs(keys.secret_access_key, keys.session_token)
    try:
        factory = _ClientFactory(endpoint_url, profile=None if keys else profile)
        if endpoint_url is None and (configured := factory.configured_endpoint()):
            factory = _ClientFactory(configured, profile=None if keys else profile)
        return AwsSession(factory, region=region or factory.configured_region() or default_region, keys=keys)
    except AWS_ERRORS as error:
        raise translate(error, endpoint=endpoint_url or "AWS") from error


class _ClientFactory:
    """One botocore session, which holds the API models it has read; only making clients needs the lock."""

    def __init__(self, endpoint_url: str | None, *, profile: str | None) -> None:
        self.endpoint_url = endpoint_url
        self._config = _config(endpoint_url)
        self._lock = threading.Lock()
        self._session = botocore.session.Session(profile=profile)
        # Only credentials that were given: not those this machine or container happens to have.
        resolver = self._session.get_component("credential_provider")
        for provider in ("iam-role", "container-role"):
            resolver.remove(provider)
        if endpoint_url is not None and _is_loopback(endpoint_url):
            reach_prefixed_hosts(self._session)

    def configured_region(self) -> str | None:
        region = self._session.get_config_variable("region")
        return str(region) if region else None

    def configured_endpoint(self) -> str | None:
        """``endpoint_url`` of the profile; every AWS tool goes there, so somebody else's account is never asked.

        Raises:
            RefusedError: the profile sends single services elsewhere; an inspection is of one account.
        """
        profile = self._session.get_scoped_config()
        if profile.get("services"):
            raise RefusedError(
                f"The profile has endpoints for single services (services = {profile['services']}); an inspection is "
                "of one account.",
                hint="Use a profile without `services`.",
            )
        return str(profile["endpoint_url"]) if profile.get("endpoint_url") else None

    def create(self, service: str, region: str, keys: Keys | None, config: Config | None = None) -> Any:
        with self._lock:
            return self._session.create_client(
                service,
                region_name=region,
                endpoint_url=self.endpoint_url,
                config=self._config.merge(config) if config else self._config,
                aws_access_key_id=keys.access_key_id if keys else None,
                aws_secret_access_key=keys.secret_access_key if keys else None,
                aws_session_token=keys.session_token if keys else None,
            )


def _config(endpoint_url: str | None) -> Config:
    options: dict[str, Any] = {
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
        "max_pool_connections": _POOL,
        "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS},
        "user_agent_extra": f"cloudprobe/{__version__}",
        # A bearer token in the environment would otherwise be used instead of a run's keys.
        "auth_scheme_preference": "sigv4,sigv4a",
        # Where calls go is decided once, above; a variable for one service must not lead that service elsewhere.
        "ignore_configured_endpoint_urls": True,
    }
    if endpoint_url is not None:
        options |= {
            "inject_host_prefix": False,  # no name below an emulator's resolves
            "s3": {"addressing_style": "path"},
            "use_fips_endpoint": False,
            "use_dualstack_endpoint": False,
            "proxies": {} if _is_loopback(endpoint_url) else None,
        }
    return Config(**options)


def _is_loopback(url: str) -> bool:
    """No proxy reaches this machine's own ports."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
