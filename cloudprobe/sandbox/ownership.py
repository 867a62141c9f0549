"""Does everything a call names belong to the inspected accounts?

Reads carry data out: a prefix sent to somebody else's bucket stands in that bucket's access log, a name sent to
somebody else's queue or registry in their trail. So whatever a parameter names is judged before anything is sent.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit


class Ownership(Protocol):
    """What the inspected accounts own. Asked from several threads."""

    def accounts(self) -> frozenset[str]:
        """Twelve-digit ids."""

    def owns_bucket(self, name: str) -> bool:
        """Whether a bucket of this name belongs to one of the accounts; ``False`` where that is not known."""


class ListedBuckets:
    """Ownership by listing: bucket names are looked up again once a name is unknown, at most a few times.

    Args:
        accounts: twelve-digit ids.
        list_buckets: names of all buckets of the accounts, asked with the trusted side's credentials.
        refreshes: how often an unknown name may cause another listing, so that a script cannot make us list forever.
    """

    def __init__(
        self, accounts: Iterable[str], *, list_buckets: Callable[[], Iterable[str]], refreshes: int = 3
    ) -> None:
        self._accounts = frozenset(accounts)
        self._list = list_buckets
        self._left = refreshes
        self._names: frozenset[str] = frozenset()
        self._listing = threading.Lock()

    def accounts(self) -> frozenset[str]:
        return self._accounts

    def owns_bucket(self, name: str) -> bool:
        if name in self._names:
            return True
        # One thread lists and the others wait for what it finds; each listing of its own would use up the refreshes.
        with self._listing:
            if name not in self._names and self._left > 0:
                self._left -= 1
                self._names = frozenset(self._list())
        return name in self._names


_BUCKET_MEMBER = re.compile(r"bucket(?:name)?s?$")
# Its buckets are no buckets of S3: names within the account, asked of nobody else.
_OWN_BUCKETS = frozenset({"lightsail"})
_ACCOUNT_MEMBERS = frozenset(
    {
        "account",
        "accountid",
        "accountids",
        "awsaccountid",
        "awsaccountids",
        "catalogid",
        "expectedbucketowner",
        "expectedsourcebucketowner",
        "owneraccount",
        "owneraccountid",
        "ownerawsaccountid",
        "ownerids",
        "queueownerawsaccountid",
        "registryid",
        "registryids",
        "restorablebyuserids",
        "sourceaccount",
        "sourceaccountid",
        "sourceowner",
        "targetaccount",
        "targetaccountid",
        "targetaccountids",
    }
)
# Here an account id picks a member of our own organisation; the question never goes to that account.
_ACCOUNT_IS_DATA = frozenset(
    [
        "access-analyzer",
        "account",
        "accessanalyzer",
        "budgets",
        "ce",
        "cloudtrail",
        "compute-optimizer",
        "config",
        "detective",
        "guardduty",
        "health",
        "identitystore",
        "inspector2",
        "logs",
        "macie2",
        "organizations",
        "pricing",
        "securityhub",
        "sso-admin",
        "support",
        "trustedadvisor",
    ]
)
# Policies are evaluated as text; nothing is asked of what they name.
_ARN_IS_DATA = frozenset(
    {
        ("iam", "SimulateCustomPolicy"),
        ("iam", "SimulatePrincipalPolicy"),
        ("accessanalyzer", "CheckAccessNotGranted"),
        ("accessanalyzer", "ValidatePolicy"),
        ("cloudtrail", "LookupEvents"),
        ("logs", "FilterLogEvents"),
        ("logs", "StartQuery"),
    }
)
_WITHOUT_ACCOUNT = frozenset({"apigateway", "ec2", "elasticbeanstalk", "rds", "route53", "ssm", "cloudwatch", "events"})
_AMAZON_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonaws.eu")
_ARN = re.compile(r"arn:[a-z0-9-]*:(?P<service>[^:]*):[^:]*:(?P<account>[^:]*):(?P<resource>.*)", re.DOTALL)
_ACCOUNT_FIRST = re.compile(r"(\d{12}):.+", re.DOTALL)
_REGISTRY = re.compile(r"(\d{12})\.dkr[.-]")
_ACCOUNT = re.compile(r"\d{12}")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
# What one reader of an address takes for one place and another for a different one.
_MISLEADING = re.compile(r"[\\\s@]|%2e|%2f|%5c|/\.{1,2}(?:/|$)|[^:]//", re.IGNORECASE)
_QUEUE_SEGMENTS = 2
_URL_MEMBER = re.compile(r"ur[li]s?$|endpoint$|location$|source$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Finds what parameters name, and what of it is not ours."""

    ownership: Ownership
    accounts: frozenset[str]

    def foreign(
        self, parameters: Mapping[str, Any], *, service: str, operation: str, endpoint_host: str = ""
    ) -> str | None:
        """The first thing named that belongs to nobody inspected, in words; None where all is ours.

        Args:
            parameters: of one call, as the script gave them.
            service: as botocore names it.
            operation: as botocore names it.
            endpoint_host: where this call will go; a URL that names the same host is ours.
        """
        for member, raw in _strings(parameters):
            text = raw.strip()
            found = (
                self._bucket(member, text, service=service)
                or self._arn(text, data=(service, operation) in _ARN_IS_DATA)
                or self._account(member, text, service=service)
                or self._url(member, text, endpoint_host=endpoint_host)
                or self._path_in_s3(text, data=(service, operation) in _ARN_IS_DATA)
            )
            if found:
                return found
        return None

    def _bucket(self, member: str, text: str, *, service: str) -> str | None:
        names_bucket = _BUCKET_MEMBER.search(member) and service not in _OWN_BUCKETS
        if not names_bucket and not (service == "s3" and member == "copysource"):
            return None
        name = text.removeprefix("/").split("/")[0] if member == "copysource" else text
        if name.startswith("arn:") or self.ownership.owns_bucket(name):
            return None
        return f"the bucket {name[:100]}"

    def _arn(self, text: str, *, data: bool) -> str | None:
        if data or not (match := _ARN.match(text)):
            return None
        account, service = match["account"], match["service"]
        if account in self.accounts or account == "aws":
            return None
        if not account and service == "s3":
            bucket = match["resource"].split("/")[0]
            return None if self.ownership.owns_bucket(bucket) else f"the bucket {bucket[:100]}"
        if not account and service in _WITHOUT_ACCOUNT:
            return None
        return f"the ARN {text[:200]}"

    def _account(self, member: str, text: str, *, service: str) -> str | None:
        for pattern in (_ACCOUNT_FIRST, _REGISTRY):
            match = pattern.match(text)
            if match and match[1] not in self.accounts:
                return f"the account {match[1]}"
        if member not in _ACCOUNT_MEMBERS or service in _ACCOUNT_IS_DATA:
            return None
        if _ACCOUNT.fullmatch(text) and text not in self.accounts:
            return f"the account {text}"
        return None

    def _url(self, member: str, text: str, *, endpoint_host: str) -> str | None:
        if not (_URL.match(text) or member == "queueurl") or not _URL_MEMBER.search(member):
            return None
        try:
            url = urlsplit(text)
            host, path = (url.hostname or "").lower(), url.path.strip("/").split("/")
        except ValueError:
            return f"the URL {text[:200]}"
        if url.scheme == "s3":
            return None if self.ownership.owns_bucket(host) else f"the bucket {host[:100]}"
        if _MISLEADING.search(text):
            return f"the URL {text[:200]}"
        if member == "queueurl":
            ours = (
                path[0] in self.accounts
                and len(path) == _QUEUE_SEGMENTS
                and (host == endpoint_host or _is_amazon(host, "sqs", "queue"))
            )
            return None if ours else f"the queue {text[:200]}"
        return None if self._is_own_bucket_url(host, path) else f"the URL {text[:200]}"

    def _path_in_s3(self, text: str, *, data: bool) -> str | None:
        """``s3://bucket/…`` names a bucket whatever it stands under."""
        scheme, separator, rest = text.partition("://")
        if data or not separator or scheme.lower() not in ("s3", "s3a", "s3n"):
            return None
        bucket = rest.split("/")[0]
        return None if self.ownership.owns_bucket(bucket) else f"the bucket {bucket[:100]}"

    def _is_own_bucket_url(self, host: str, path: list[str]) -> bool:
        """A template may lie in a bucket of ours; no other address has any business in a parameter."""
        if not host.endswith(_AMAZON_DOMAINS):
            return False
        if host.startswith(("s3.", "s3-")):
            return self.ownership.owns_bucket(path[0])
        bucket, separator, _ = host.partition(".s3")
        return bool(separator) and self.ownership.owns_bucket(bucket)


def _is_amazon(host: str, *services: str) -> bool:
    """``sqs.eu-west-1.amazonaws.com`` and the older ``eu-west-1.queue.amazonaws.com``."""
    return host.endswith(_AMAZON_DOMAINS) and bool(set(host.split(".")) & set(services))


def _strings(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    """Every string with the name, lower-cased, of the member it stands under; keys of objects count as values too."""
    if isinstance(value, str):
        yield member, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield "", key
            yield from _strings(item, key.lower())
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item, member)
