"""The only reader of the environment: where data goes, how much is logged, and which account is meant.

Nothing here connects to anything; ``adapters.aws.session`` does, with what a ``Target`` says.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

import platformdirs

from cloudprobe.errors import CredentialsError, RefusedError, UsageError

DEFAULT_REGION = "us-east-1"
DEFAULT_LOG_LEVEL = "WARNING"

AWS_DOMAINS = (
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
)
"""Of every partition, as botocore's ``partitions.json`` lists them; a test compares."""

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|CREDENTIAL", re.IGNORECASE)
_SERVICE_ENDPOINT = "AWS_ENDPOINT_URL_"
_BEDROCK_ENDPOINT = "CLOUDPROBE_BEDROCK_ENDPOINT_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Keys given in the environment. They appear in no representation."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The account to inspect: an endpoint, and who asks."""

    endpoint_url: str | None
    """None: AWS itself."""
    region: str | None
    """Where the variables name one; else the profile's, else ``DEFAULT_REGION``."""
    credentials: Credentials | None
    """None: those of the profile."""
    profile: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LangSmith:
    """LangSmith's own variables (``LANGSMITH_…``, or ``LANGCHAIN_…`` as they were once called)."""

    api_key: str = field(repr=False)
    endpoint: str | None = None
    """None: LangSmith's own."""
    project: str = "cloudprobe"
    workspace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the environment and the command line say, read once."""

    data_dir: Path
    """Absolute; it need not exist."""
    log_level: str
    """A level, or levels by component: ``cloudprobe.sandbox=DEBUG,INFO``."""
    colour: bool = True
    """Unless ``NO_COLOR`` is set."""
    template_folders: tuple[Path, ...] = ()
    """Of ``CLOUDPROBE_TEMPLATES``, split at the path separator, and ``templates`` beside the data."""
    plugins: bool = True
    """Whether installed packages may add to us: unless ``CLOUDPROBE_PLUGINS`` is ``off``."""
    endpoint_url: str | None = None
    """``AWS_ENDPOINT_URL``, unless ``AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`` says otherwise."""
    service_endpoints: Mapping[str, str] = field(default_factory=dict)
    """``AWS_ENDPOINT_URL_<SERVICE>``, by variable."""
    region: str | None = None
    profile: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    model: str | None = None
    """``CLOUDPROBE_MODEL``: who thinks where ``--model`` does not say."""
    bedrock_endpoint_url: str | None = None
    """``CLOUDPROBE_BEDROCK_ENDPOINT_URL``; ``AWS_ENDPOINT_URL`` leads to the inspected account, never to a model."""
    bedrock_region: str | None = None
    """``CLOUDPROBE_BEDROCK_REGION``, else ``region``."""
    bedrock_profile: str | None = None
    """``CLOUDPROBE_BEDROCK_PROFILE``, else what AWS's tools find by themselves."""
    langsmith: "LangSmith | None" = None
    """Where inspections are traced: with a key, unless ``LANGSMITH_TRACING`` is ``false``."""
    prices: Path | None = None
    """``CLOUDPROBE_PRICES``, else ``prices.toml`` beside the data if it is there: what one's own models cost."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Values of every variable whose name says that it is one; they may stand in no log."""

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        data_dir: Path | None = None,
        log_level: str | None = None,
    ) -> Self:
        """Read the environment; arguments given win over it, and a variable that is empty is not set.

        Args:
            environment: variables to read instead of the process's own.
            data_dir: ``--data-dir``.
            log_level: ``--log-level``.
        """
        given = {name: value for name, value in (os.environ if environment is None else environment).items() if value}
        ignored = given.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
        data = _data_dir(data_dir or given.get("CLOUDPROBE_DATA_DIR"))
        return cls(
            data_dir=data,
            template_folders=_template_folders(given.get("CLOUDPROBE_TEMPLATES", ""), data),
            plugins=given.get("CLOUDPROBE_PLUGINS", "").lower() != "off",
            log_level=log_level or given.get("CLOUDPROBE_LOG_LEVEL", DEFAULT_LOG_LEVEL),
            colour="NO_COLOR" not in given,
            endpoint_url=None if ignored else given.get("AWS_ENDPOINT_URL"),
            service_endpoints={n: v for n, v in given.items() if n.startswith(_SERVICE_ENDPOINT) and not ignored},
            region=given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION"),
            profile=given.get("AWS_PROFILE") or given.get("AWS_DEFAULT_PROFILE"),
            access_key_id=given.get("AWS_ACCESS_KEY_ID"),
            secret_access_key=given.get("AWS_SECRET_ACCESS_KEY"),
            session_token=given.get("AWS_SESSION_TOKEN") or given.get("AWS_SECURITY_TOKEN"),
            model=given.get("CLOUDPROBE_MODEL"),
            bedrock_endpoint_url=given.get(_BEDROCK_ENDPOINT),
            bedrock_region=given.get("CLOUDPROBE_BEDROCK_REGION")
            or given.get("AWS_REGION")
            or given.get("AWS_DEFAULT_REGION"),
            bedrock_profile=given.get("CLOUDPROBE_BEDROCK_PROFILE"),
            langsmith=_langsmith(given),
            prices=_prices(given.get("CLOUDPROBE_PRICES", ""), data),
            secrets=tuple(value for name, value in given.items() if _SECRET_NAME.search(name)),
        )

    def target(self) -> Target:
        """The account the standard AWS variables name.

        Raises:
            RefusedError: that is not one account.
            UsageError: ``AWS_ENDPOINT_URL`` is no URL, or the address of a single service of AWS.
            CredentialsError: half of a key pair is missing.
        """
        if self.endpoint_url is None:
            return self._aws()
        endpoint = _endpoint("AWS_ENDPOINT_URL", self.endpoint_url)
        if is_aws(endpoint.hostname or ""):
            raise UsageError(
                f"AWS_ENDPOINT_URL names {endpoint.hostname}, one address for every service; AWS has one for each.",
                hint="Unset AWS_ENDPOINT_URL to inspect an account of AWS itself.",
            )
        self._refuse_second_endpoint(endpoint)
        return Target(
            endpoint_url=endpoint.geturl().rstrip("/"),
            region=self.region,
            credentials=self._credentials(),
            profile=self.profile,
        )

    def bedrock_endpoint(self) -> str | None:
        """Where Bedrock is asked; None: at AWS itself.

        Raises:
            UsageError: the variable is no URL.
        """
        if self.bedrock_endpoint_url is None:
            return None
        return _endpoint(_BEDROCK_ENDPOINT, self.bedrock_endpoint_url).geturl().rstrip("/")

    def with_profile(self, name: str) -> Self:
        """The same with a profile that was asked for: it comes before keys in the environment, as in the AWS CLI."""
        if not name:
            return self
        return replace(self, profile=name, access_key_id=None, secret_access_key=None, session_token=None)

    def _aws(self) -> Target:
        if self.service_endpoints:
            variable = min(self.service_endpoints)
            model = f" A model's is {_BEDROCK_ENDPOINT}." if "BEDROCK" in variable else ""
            raise RefusedError(
                f"{variable} points one service to {self.service_endpoints[variable]}, away from AWS; an inspection is "
                "of one account.",
                hint=f"Unset {variable}, or set AWS_ENDPOINT_URL as well.{model}",
            )
        return Target(endpoint_url=None, region=self.region, credentials=self._credentials(), profile=self.profile)

    def _refuse_second_endpoint(self, endpoint: SplitResult) -> None:
        """One inspection is one account. A service with an endpoint of its own may be any account, a real one too."""
        for variable, url in sorted(self.service_endpoints.items()):
            if _endpoint(variable, url) != endpoint:
                raise RefusedError(
                    f"{variable} points one service to {url}, away from AWS_ENDPOINT_URL; an inspection has one "
                    "endpoint.",
                    hint=f"Unset {variable}, or give it the same value.",
                )

    def _credentials(self) -> Credentials | None:
        """Keys in the environment come before a profile, as with every AWS tool."""
        if self.access_key_id and self.secret_access_key:
            return Credentials(
                access_key_id=self.access_key_id,
                secret_access_key=self.secret_access_key,
                session_token=self.session_token,
            )
        if self.access_key_id or self.secret_access_key:
            here, missing = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
            if not self.access_key_id:
                here, missing = missing, here
            raise CredentialsError(f"{here} is set and {missing} is not.", hint=f"Set {missing} too, or unset {here}.")
        return None


def is_aws(host: str) -> bool:
    """Whether a host name belongs to AWS itself, in any partition."""
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith("." + domain) for domain in AWS_DOMAINS)


def _endpoint(variable: str, url: str) -> SplitResult:
    """Scheme, host, port and path in one spelling.

    Strict, because what one parser takes for the host another takes for a user name: no credentials, escapes, spaces or
    letters beyond ASCII.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port = "", None
    if not _HOST.fullmatch(host) or parts.scheme not in {"http", "https"} or set(url) & set("@\\?#%"):
        raise UsageError(
            f"{variable} is {url!r}, which is no endpoint.", hint="Give it as http://HOST:PORT or https://HOST."
        )
    address = f"[{host}]" if ":" in host else host
    netloc = address if port is None else f"{address}:{port}"
    return SplitResult(parts.scheme, netloc, parts.path.rstrip("/"), "", "")


def _langsmith(given: Mapping[str, str]) -> LangSmith | None:
    def value(name: str) -> str | None:
        return given.get(f"LANGSMITH_{name}") or given.get(f"LANGCHAIN_{name}")

    key = value("API_KEY")
    off = (value("TRACING") or value("TRACING_V2") or "").lower() == "false"
    if key is None or off:
        return None
    return LangSmith(
        api_key=key,
        endpoint=value("ENDPOINT"),
        project=value("PROJECT") or "cloudprobe",
        workspace=given.get("LANGSMITH_WORKSPACE_ID"),
    )


def _template_folders(given: str, data_dir: Path) -> tuple[Path, ...]:
    """A folder that is named and missing is told when it is read; the one beside the data need not be there."""
    named = [Path(one).expanduser().absolute() for one in given.split(os.pathsep) if one]
    own = data_dir / "templates"
    return (*named, *([own] if own.is_dir() else []))


def _prices(given: str, data_dir: Path) -> Path | None:
    """A file that is named and missing is told when it is read; the one beside the data need not be there."""
    if given:
        return Path(given).expanduser().absolute()
    own = data_dir / "prices.toml"
    return own if own.is_file() else None


def _data_dir(given: Path | str | None) -> Path:
    if given:
        return Path(given).expanduser().absolute()
    return platformdirs.user_data_path("cloudprobe", appauthor=False)
