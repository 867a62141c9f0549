"""Does everything a call names belong to the inspected accounts?

Reads carry data out: a prefix sent to somebody else's bucket stands in that bucket's access log, a name sent to
somebody else's queue or registry in their trail. So whatever a parameter names is judged before anything is sent.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from cloudprobe.sandbox.partitions import Partition


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
_ACCOUNT_MEMBER = re.compile(
    r"(?:accounts?(?:ids?|identifiers?)?|owner(?:s|ids?)?|catalogids?|registryids?|restorablebyuserids)(?:equals)?$"
)
# Who publishes an image for machines is public, and asking for it goes to nobody but AWS.
_PUBLISHERS = frozenset({("ec2", "DescribeImages", "owners"), ("ec2", "DescribeFpgaImages", "owners")})
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
# Text that is searched for or evaluated; nothing is asked of what it names. By service, operation and member.
_IS_TEXT: Mapping[tuple[str, str], frozenset[str]] = {
    **dict.fromkeys(
        (("iam", "SimulateCustomPolicy"), ("iam", "SimulatePrincipalPolicy")),
        frozenset(
            [
                "PolicyInputList",
                "PermissionsBoundaryPolicyInputList",
                "ResourceArns",
                "ResourcePolicy",
                "ResourceOwner",
                "CallerArn",
                "ContextEntries",
            ]
        ),
    ),
    ("accessanalyzer", "CheckAccessNotGranted"): frozenset({"policyDocument", "access"}),
    ("accessanalyzer", "CheckNoNewAccess"): frozenset({"newPolicyDocument", "existingPolicyDocument"}),
    ("accessanalyzer", "CheckNoPublicAccess"): frozenset({"policyDocument"}),
    ("accessanalyzer", "ListFindings"): frozenset({"filter"}),
    ("accessanalyzer", "ListFindingsV2"): frozenset({"filter"}),
    ("accessanalyzer", "ValidatePolicy"): frozenset({"policyDocument"}),
    ("cloudtrail", "LookupEvents"): frozenset({"LookupAttributes"}),
    ("config", "SelectAggregateResourceConfig"): frozenset({"Expression"}),
    ("config", "SelectResourceConfig"): frozenset({"Expression"}),
    ("guardduty", "ListFindings"): frozenset({"FindingCriteria"}),
    ("inspector2", "ListFindings"): frozenset({"filterCriteria"}),
    ("logs", "FilterLogEvents"): frozenset({"filterPattern"}),
    ("logs", "StartQuery"): frozenset({"queryString"}),
    ("macie2", "ListFindings"): frozenset({"findingCriteria"}),
    ("resource-explorer-2", "Search"): frozenset({"QueryString"}),
    ("securityhub", "GetFindings"): frozenset({"Filters"}),
}
_ARN = re.compile(
    r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):[^:]*:(?P<account>[^:]*):(?P<resource>.*)", re.DOTALL | re.IGNORECASE
)
# Wherever a whole or a shortened ARN has its account: before a colon, as in "us-east-1:123456789012:function:f".
_ACCOUNT_BETWEEN = re.compile(r"(?<![0-9A-Za-z_./@+-])([0-9]{12})(?=:.)", re.DOTALL)
_REGISTRY = re.compile(r"([0-9]{12})\.dkr[.-]")
_ACCOUNT = re.compile(r"[0-9]{12}")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
# What one reader of an address takes for one place and another for a different one.
_MISLEADING = re.compile(r"[\\\s@]|%2e|%2f|%5c|/\.{1,2}(?:/|$)|[^:]//", re.IGNORECASE)
_QUEUE_SEGMENTS = 2
_USUAL_PORTS = (None, 80, 443)
_URL_MEMBER = re.compile(r"ur[li]s?$|endpoint$|location$|source$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Finds what parameters name, and what of it is not ours."""

    ownership: Ownership
    accounts: frozenset[str]
    partition: Partition
    """Of the accounts. A bucket of the same name in another partition is somebody else's."""

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
        text_members = _IS_TEXT.get((service, operation), frozenset())
        named = {name: value for name, value in parameters.items() if name not in text_members}
        for member, raw in _strings(named):
            text = raw.strip()
            found = (
                self._bucket(member, text, service=service)
                or self._arn(text)
                or self._account_within(text)
                or self._account(member, text, service=service, operation=operation)
                or self._url(member, text, endpoint_host=endpoint_host)
                or self._path_in_s3(text)
            )
            if found:
                return found
        return None

    def _bucket(self, member: str, text: str, *, service: str) -> str | None:
        names_bucket = _BUCKET_MEMBER.search(member) and service not in _OWN_BUCKETS
        if not names_bucket and not (service == "s3" and member == "copysource"):
            return None
        name = text.removeprefix("/").split("/")[0] if member == "copysource" else text
        if self.ownership.owns_bucket(name) or self._is_own_arn(text):
            return None
        return f"the bucket {name[:100]}"

    def _is_own_arn(self, text: str) -> bool:
        match = _ARN.match(text)
        in_s3 = match is not None and match["service"] == "s3" and not match["account"]
        return match is not None and (in_s3 or match["account"] in self.accounts) and self._arn(text) is None

    def _arn(self, text: str) -> str | None:
        if not (match := _ARN.match(text)):
            return None
        account, foreign = match["account"], f"the ARN {text[:200]}"
        if match["partition"] != self.partition.name:
            return foreign
        if not account and match["service"].lower().startswith("s3"):
            bucket = match["resource"].split("/")[0]
            return None if self.ownership.owns_bucket(bucket) else f"the bucket {bucket[:100]}"
        # Without an account it names AWS's own things, or what only the account that asks could have.
        return None if not account or account == "aws" or account in self.accounts else foreign

    def _account_within(self, text: str) -> str | None:
        for pattern in (_ACCOUNT_BETWEEN, _REGISTRY):
            for account in pattern.findall(text):
                if account not in self.accounts:
                    return f"the account {account}"
        return None

    def _account(self, member: str, text: str, *, service: str, operation: str) -> str | None:
        if not _ACCOUNT.fullmatch(text) or text in self.accounts or not _ACCOUNT_MEMBER.search(member):
            return None
        if service in _ACCOUNT_IS_DATA or (service, operation, member) in _PUBLISHERS:
            return None
        return f"the account {text}"

    def _url(self, member: str, text: str, *, endpoint_host: str) -> str | None:
        # Where an address is wanted, what is none in form may still be taken for one by whoever is asked.
        if not (_URL.match(text) or member.endswith("url")) or not _URL_MEMBER.search(member):
            return None
        try:
            url = urlsplit(text)
            host, port = (url.hostname or "").lower(), url.port
        except ValueError:
            return f"the URL {text[:200]}"
        if url.scheme == "s3":
            return None if self.ownership.owns_bucket(host) else f"the bucket {host[:100]}"
        if _MISLEADING.search(text):
            return f"the URL {text[:200]}"
        if member == "queueurl":
            named = host == endpoint_host or (port in _USUAL_PORTS and host in self.partition.sqs_hosts)
            return None if named and self._is_own_queue(url) else f"the queue {text[:200]}"
        bucket = self.partition.bucket_of(host, url.path) if port in _USUAL_PORTS else None
        # A template may lie in a bucket of ours; no other address has any business in a parameter.
        return None if bucket and self.ownership.owns_bucket(bucket) else f"the URL {text[:200]}"

    def _is_own_queue(self, url: SplitResult) -> bool:
        path = url.path.strip("/").split("/")
        return path[0] in self.accounts and len(path) == _QUEUE_SEGMENTS and not url.query and not url.fragment

    def _path_in_s3(self, text: str) -> str | None:
        """``s3://bucket/…`` names a bucket whatever it stands under."""
        scheme, separator, rest = text.partition("://")
        if not separator or scheme.lower() not in ("s3", "s3a", "s3n"):
            return None
        bucket = rest.split("/")[0]
        return None if self.ownership.owns_bucket(bucket) else f"the bucket {bucket[:100]}"


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
