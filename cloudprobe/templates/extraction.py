"""Values for a template's variables, read from the question: ARNs, names, regions, times, operations.

A name is a hint: nothing here knows the account. Probes resolve hints (exact name, else part of one) and say what they
took them for.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloudprobe.templates.beside import names_beside, word_set
from cloudprobe.templates.definition import Variable
from cloudprobe.templates.lexicon import is_known
from cloudprobe.templates.names import masked, names_noun, tokens
from cloudprobe.templates.regions import regions_in
from cloudprobe.templates.times import days_named, time_window
from cloudprobe.templates.wording import LONGEST_QUESTION

_ARN = re.compile(r"\barn:aws[\w-]*:[a-z0-9-]+:[^\s,;\"'`()<>]*[^\s,;\"'`()<>.?!:]")
_S3_URL = re.compile(r"\bs3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])", re.IGNORECASE)
_S3_HOST = re.compile(r"\b([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3[.-][a-z0-9.-]*amazonaws\.com", re.IGNORECASE)
_QUEUE_URL = re.compile(r"\bhttps?://[\w.:-]+/\d{12}/([\w-]{1,80}(?:\.fifo)?)")
_UNDER = re.compile(r"\b(?:under|prefix)\s+[\"'`]?([\w.-]+(?:/[\w.-]+)*/)(?=[\s\"'`?,;]|$)")
_SECURITY_GROUP = re.compile(r"\bsg-[0-9a-f]{8,17}\b")
_ID = re.compile(r"[a-z]{1,8}-[0-9a-f]{8,17}")
_INSTANCE = re.compile(r"\bi-[0-9a-f]{8,17}\b")
_PERCENT = re.compile(r"(?P<within>\bwithin\s+)?(?<![\w.-])(?P<share>\d{1,3})\s?(?:%|per ?cent\b)", re.IGNORECASE)
_WHOLE = 100
_ABOUT_BUCKETS = re.compile(
    r"\b(?:s3\w*|buckets?|objects?|files?|upload\w*|write|writ\w+|put\w*|read\w*|sav(?:e|es|ing))\b", re.IGNORECASE
)
_ACCOUNT = re.compile(r"(?<![\w:-])\d{12}(?![\w:-])")
_PORT = re.compile(r"\b(?:port|ports|tcp|udp)[\s/:]+((?:\d{1,5}(?:\s*(?:,|and|or|/)\s*)?)+)", re.IGNORECASE)
_LONE_NUMBER = re.compile(r"(?<![\w.:/-])\d{2,5}(?![\w:%-]|\.\d|/\d)")
_KNOWN_PORTS = frozenset(
    {"3389", "3306", "5432", "6379", "27017", "9200", "1433", "11211", "5439", "1521", "8080", "8443"}
)
"""Numbers that are taken for ports wherever they stand."""
_WELL_KNOWN_PORTS = {"ssh": 22, "rdp": 3389, "mysql": 3306, "postgres": 5432, "postgresql": 5432, "redis": 6379}


_INTO = frozenset({"to", "into", "from", "in", "on", "at", "of"})
_FUNCTION_NOUNS = frozenset({"function", "functions", "lambda", "lambdas", "fn", "func"})
_BUCKET_NOUNS = frozenset({"bucket", "buckets"})
_USER_NOUNS = frozenset({"user", "users"})
_ROLE_NOUNS = frozenset({"role", "roles"})
_GROUP_NOUNS = frozenset({"group", "groups", "sg"})
_QUEUE_NOUNS = frozenset({"queue", "queues", "sqs", "dlq"})
_ABOUT_QUEUES = word_set("dead-letter letter dead depth length size backlog fifo standard sqs queue message messages")
_ALARM_NOUNS = frozenset({"alarm", "alarms", "alert", "alerts"})
_DATABASE_NOUNS = frozenset({"database", "databases", "db", "rds", "postgres", "mysql", "aurora", "mariadb"})
_BALANCER_NOUNS = frozenset({"balancer", "balancers", "alb", "nlb", "elb", "lb", "tg"})
_SERVICE_NOUNS = frozenset({"service", "services", "svc", "task", "tasks"})
_OUTSIDE = re.compile(
    r"\b(?:internet|(?:from |the )outside|laptop|my (?:computer|machine|desktop)|home|office|workstation|publicly)\b",
    re.IGNORECASE,
)
_COMPOUNDS = (  # of two words: the name stands before the first
    (re.compile(r"\b(?:(?:application |network )?load balancer|target group)(s?)\b", re.IGNORECASE), r"balancer\1"),
    (re.compile(r"\b(?:ecs|fargate) (service|task|cluster)(s?)\b", re.IGNORECASE), r"\1\2"),
    (
        re.compile(r"\b(?:aurora|rds|db|database|mysql|postgres) (?:cluster|instance)(s?)\b", re.IGNORECASE),
        r"database\1",
    ),
)
_STATES = word_set(
    "unhealthy healthy reachable unreachable available down up stopped running ecs fargate rds state states status"
)
_DATABASE_PARTS = frozenset({"db", "database", "rds", "postgres", "mysql", "aurora"})
_BALANCER_PARTS = frozenset({"alb", "nlb", "elb", "lb", "tg"})
_CLUSTER_NOUNS = frozenset({"cluster", "clusters"})
_RESOURCE_NOUNS = word_set(
    "function lambda bucket role group sg queue alarm database db table topic balancer alb nlb service task cluster "
    "instance stack volume snapshot policy key secret subnet vpc"
)
_DOES = r"(?:do|done|change|changed|delete|deleted|create|created|modify|modified|update|updated|touch|touched|deploy)"
_ACTORS = (
    re.compile(rf"\b(?:what|which|anything)\b[^.?!]*?\b(?:did|has|have)\s+([\w.@+=-]+)\s+{_DOES}\b", re.IGNORECASE),
    re.compile(
        r"\b(?:changes?|modifications?|done|made|changed|deleted|created|modified|updated|activity)\s+(?:\w+\s+)?by\s+"
        r"(?:user\s+|role\s+)?([\w.@+=-]+)",
        re.IGNORECASE,
    ),
)
_DID = re.compile(
    r"(?:changed|modified|deleted|created|updated|touched|edited|removed|deployed|added|did|altered|made)"
)
_CHANGED = re.compile(
    r"\b(?:changed|deleted|created|modified|updated|touched|edited|removed|deployed|added)\s+(?:the\s+|our\s+|my\s+)?"
    rf"(?:\w+\s+)?(?:{'|'.join(sorted(_RESOURCE_NOUNS))})\s+([\w.-]*\w)",
    re.IGNORECASE,
)
"""``who deleted the table orders``: behind a verb of change a word behind the noun is its name."""
_PROTECTED = re.compile(
    r"\b(?:does|did|has|is)\s+([\w.@+-]+)\s+(?:have|got|enabled?|set up|use|using|protected|still)\b", re.IGNORECASE
)
_ENDPOINTS = {  # words for a service, and its name in VPC endpoints
    "sqs": "sqs", "sns": "sns", "s3": "s3", "dynamodb": "dynamodb", "dynamo": "dynamodb", "kms": "kms", "sts": "sts",
    "secrets manager": "secretsmanager", "secretsmanager": "secretsmanager", "parameter store": "ssm", "ssm": "ssm",
    "systems manager": "ssm", "cloudwatch logs": "logs", "cloudwatch": "monitoring", "eventbridge": "events",
    "step functions": "states", "kinesis": "kinesis-streams", "firehose": "kinesis-firehose", "athena": "athena",
    "bedrock": "bedrock-runtime", "api gateway": "execute-api", "ecr": "ecr.api",
}  # fmt: skip
_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")

_OPERATIONS = (  # the first that is named counts: who is told "cannot delete or write" asks most of all about the rarer
    ("delete", r"delet\w*|remov\w*|purg\w*|eras\w*"),
    (
        "write",
        r"writ\w*|put\w*|upload\w*|sav(?:e|es|ing)|stor(?:e|es|ing)|persist\w*|deliver\w*|dump\w*|archiv(?:e|es|ing)|export\w*|push\w*|drop\w*",
    ),
    ("list", r"list\w*|enumerat\w*|brows\w*"),
    (
        "read",
        r"read\w*|get(?:object|\s+objects?|\s+files?)|s3:get\w*|download\w*|fetch\w*|load\w*|retriev\w*|pull\w*|consum\w*",
    ),
)

_ANY_ACCESS = re.compile(r"\b(?:access\w*|reach\w*|permission\w*|denied|denies|forbidden|use|connect)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the clock it was asked at."""

    text: str
    now: datetime | None = None

    @property
    def arns(self) -> list[str]:
        return _ARN.findall(self.text)

    @property
    def masked(self) -> str:
        """The text without the names in it, so that nothing is read from them."""
        return masked(self.text)

    def names_of(self, nouns: frozenset[str]) -> list[str]:
        """Names standing beside a noun: ``the orders function``, ``function called orders``, ``bucket 'x'``."""
        return list(dict.fromkeys(names_beside(tokens(self.text), nouns)))

    @property
    def loose_names(self) -> list[tuple[str, str]]:
        """Quoted or name-shaped words, each with the word before it that is no article."""
        words = tokens(self.text)
        return [
            (word.text, next((w.lower for w in reversed(words[max(i - 3, 0) : i]) if w.lower not in _ARTICLES), ""))
            for i, word in enumerate(words)
            if word.named
        ]

    @property
    def bare_names(self) -> list[str]:
        """Names beside which nothing says of what kind they are."""
        words = tokens(self.text)
        beside = ((word, words[max(i - 1, 0) : i] + words[i + 1 : i + 2]) for i, word in enumerate(words) if word.named)
        bare = [word.text for word, near in beside if not any(not w.named and names_noun(w.text) for w in near)]
        return [name for name in bare if not _ID.fullmatch(name)]


_ARTICLES = frozenset(
    {"the", "a", "my", "our", "their", "its", "bucket", "buckets", "s3", "called", "named", "function", "lambda"}
)


def extract_variables(
    question: str, variables: Mapping[str, Variable], *, now: datetime | None = None
) -> dict[str, Any]:
    """What a question says about some variables; a variable it says nothing about is left out.

    Args:
        question: as a person put it.
        variables: as a template declares them; ``extract`` names an entry of ``EXTRACTORS``.
        now: against which relative times are resolved; without it times are left out.
    """
    asked = Question(question[:LONGEST_QUESTION], now)
    found: dict[str, Any] = {}
    for name, variable in variables.items():
        values = EXTRACTORS[variable.extract](asked) if variable.extract in EXTRACTORS else []
        values = [*values, *_worded(asked.masked, variable)]
        fitting = [
            value for value in values if not variable.problem_with([value] if variable.type == "list" else value)
        ]
        if fitting:
            found[name] = fitting if variable.type == "list" else fitting[0]
    return found


def _worded(text: str, variable: Variable) -> list[Any]:
    """The values of a variable whose words stand in a text, in the order the template gives them."""
    return [
        value
        for value, words in variable.words.items()
        if re.search(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?:e?s)?(?![\w-])", text, re.IGNORECASE)
    ]


def _arns_of(question: Question, *markers: str) -> list[str]:
    return [arn for arn in question.arns if all(marker in arn for marker in markers)]


def _functions(question: Question) -> list[Any]:
    named = _arns_of(question, ":lambda:") + question.names_of(_FUNCTION_NOUNS)
    if named:
        return named
    buckets = set(_buckets(question))
    bare = set(question.bare_names)
    loose = [(name, before) for name, before in question.loose_names if name in bare and name not in buckets]
    return [name for name, before in loose if before not in _INTO or before == "of"][:1]


def _buckets(question: Question) -> list[Any]:
    named = [arn.split(":::", 1)[1].split("/")[0] for arn in _arns_of(question, ":s3:::")]
    named += _S3_URL.findall(question.text) + _S3_HOST.findall(question.text)
    named += question.names_of(_BUCKET_NOUNS)
    if not named:
        functions = set(question.names_of(_FUNCTION_NOUNS))
        bare = set(question.bare_names) if _ABOUT_BUCKETS.search(question.masked) else set()
        loose = [(name, before) for name, before in question.loose_names if name in bare]
        named = [name for name, before in loose if before in _INTO and name not in functions]
    return list(dict.fromkeys(named))


def _keys(question: Question) -> list[Any]:
    """Keys or their beginnings, from ``s3://bucket/key`` and object ARNs; a trailing wildcard is left out."""
    arns = (arn.split(":::", 1)[1] for arn in _arns_of(question, ":s3:::"))
    paths = [*re.findall(r"\bs3://([^\s,;\"'`)?]+)", question.text), *arns]
    keys = [path.partition("/")[2].rstrip("*") for path in paths]
    return [key for key in (*keys, *_UNDER.findall(question.text)) if key]


def _users(question: Question) -> list[Any]:
    arns = [arn.rsplit("/", 1)[1] for arn in _arns_of(question, ":iam:", ":user/")]
    owners = re.findall(
        r"\b(?!(?i:user|who|what|it|that|there|here)\b)([\w.@+-]+)'s (?:access )?(?:key|mfa|password|credential)",
        question.text,
    )
    owners += _PROTECTED.findall(question.text)
    return arns + question.names_of(_USER_NOUNS) + [name for name in owners if not is_known(name)]


def _actors(question: Question) -> list[Any]:
    """Who did something: users and roles, and whoever a sentence makes its subject."""
    arns = [re.split(r"[:/]", arn)[-1] for arn in question.arns if re.search(r":(?:user|role|assumed-role)/", arn)]
    said = [name for pattern in _ACTORS for name in pattern.findall(question.text) if not is_known(name)]
    nouns = {*_FUNCTION_NOUNS, *_BUCKET_NOUNS, *_RESOURCE_NOUNS}
    did = re.findall(
        rf"\b(?:did|has|have)\s+(?:the\s+)?(?:iam\s+)?(?:user|role)\s+([\w.@+=-]+)\s+{_DOES}",
        question.text,
        re.IGNORECASE,
    )
    users = question.names_of(_USER_NOUNS)
    doers = _doers(question)
    return list(dict.fromkeys(name for name in arns + did + users + said + doers if name.lower() not in nouns))


def _doers(question: Question) -> list[str]:
    """``everything svc-deploy modified``: names right before a verb of change, where no kind of thing is named."""
    words = tokens(question.text)
    bare = set(question.bare_names)
    return [
        word.text
        for word, verb in itertools.pairwise(words)
        if word.text in bare and word.named and _DID.fullmatch(verb.lower)
    ]


def _changed_things(question: Question) -> list[Any]:
    """What was changed: ids, names in quotes or of a name's shape, ends of ARNs, names beside any kind of thing."""
    actors = {name.lower() for name in _actors(question)}
    arns = [re.split(r"[:/]", arn)[-1] for arn in question.arns if not re.search(r":(?:user|assumed-role)/", arn)]
    loose = [name for name, _ in question.loose_names]
    direct = [name for name in _CHANGED.findall(question.text) if not is_known(name)]
    names = arns + loose + direct + _things(question, _RESOURCE_NOUNS)
    return list(dict.fromkeys(name for name in names if name.lower() not in actors))


def _roles(question: Question) -> list[Any]:
    arns = [arn.rsplit("/", 1)[1] for arn in _arns_of(question, ":iam:", ":role/")]
    return arns + question.names_of(_ROLE_NOUNS)


def _queues(question: Question) -> list[Any]:
    named = [arn.rsplit(":", 1)[1] for arn in _arns_of(question, ":sqs:")] + _QUEUE_URL.findall(question.text)
    named = named or [name for name in question.names_of(_QUEUE_NOUNS) if name.lower() not in _ABOUT_QUEUES]
    others = {*_ABOUT_QUEUES, *question.names_of(_FUNCTION_NOUNS), *question.names_of(_BUCKET_NOUNS)}
    loose = [name for name, _ in question.loose_names if name not in others]
    return list(dict.fromkeys(named or loose[:1]))


def _security_groups(question: Question) -> list[Any]:
    return _SECURITY_GROUP.findall(question.text) or question.names_of(_GROUP_NOUNS)


def _things(question: Question, nouns: frozenset[str]) -> list[str]:
    """Names beside nouns that may be of two words, and beside which a state often stands."""
    text = question.text
    for pattern, noun in _COMPOUNDS:
        text = pattern.sub(noun, text)
    return [name for name in Question(text).names_of(nouns) if name.lower() not in _STATES]


def _alarms(question: Question) -> list[Any]:
    named = _arns_of(question, ":cloudwatch:", ":alarm:") + _things(question, _ALARM_NOUNS)
    return named or question.bare_names[:1]


def _databases(question: Question) -> list[Any]:
    arns = [arn.rsplit(":", 1)[1] for arn in _arns_of(question, ":rds:")]
    hosts = re.findall(r"\b([a-z][a-z0-9-]*)\.[a-z0-9.-]*\.rds\.amazonaws\.com", question.text, re.IGNORECASE)
    return arns + hosts + _things(question, _DATABASE_NOUNS) or _named_after(question, _DATABASE_PARTS)


def _balancers(question: Question) -> list[Any]:
    named = _arns_of(question, ":elasticloadbalancing:") + _things(question, _BALANCER_NOUNS)
    return named or _named_after(question, _BALANCER_PARTS)


def _named_after(question: Question, parts: frozenset[str]) -> list[Any]:
    """Names that say of themselves what they are (``billing-db``, ``tg-api``), else the only name there is."""
    bare = question.bare_names
    telling = [name for name in bare if parts & set(re.split(r"[^a-z0-9]+", name.lower()))]
    return telling or (bare if len(bare) == 1 else [])


def _services(question: Question) -> list[Any]:
    arns = [re.split(r"[:/]", arn.partition(":ecs:")[2])[-1] for arn in _arns_of(question, ":ecs:", ":service/")]
    return arns + _things(question, _SERVICE_NOUNS) or question.bare_names[:1]


def _clusters(question: Question) -> list[Any]:
    arns = [arn.partition(":ecs:")[2].split("/") for arn in _arns_of(question, ":ecs:")]
    kept = [parts[1] for parts in arns if len(parts) > (1 if ":cluster" in parts[0] else 2)]
    return kept + _things(question, _CLUSTER_NOUNS)


def _endpoint_services(question: Question) -> list[Any]:
    """Services as the names of VPC endpoints call them, longest word first; none that is only part of a name."""
    text = question.masked.lower()
    found: list[Any] = []
    for words in sorted(_ENDPOINTS, key=len, reverse=True):
        text, times = re.subn(rf"(?<![\w./:-]){re.escape(words)}(?![\w-])", " ", text)
        found += [_ENDPOINTS[words]] if times else []
    return list(dict.fromkeys(found))


def _network_sources(question: Question) -> list[Any]:
    """From where something is to be reached: an instance, a security group, an address, a function, or the internet."""
    named = _INSTANCE.findall(question.text) + _SECURITY_GROUP.findall(question.text) + _IP.findall(question.text)
    named += _arns_of(question, ":lambda:") + question.names_of(_FUNCTION_NOUNS)
    return named or (["internet"] if _OUTSIDE.search(question.masked) else [])


def _regions(question: Question) -> list[Any]:
    """Regions that are named; else those of the ARNs that are."""
    from_arns = (arn.split(":")[3] for arn in question.arns if arn.count(":") > 4)  # noqa: PLR2004 - arn:partition:service:region:account:…
    return list(regions_in(question.masked)) or [region for region in dict.fromkeys(from_arns) if region]


def _ports(question: Question) -> list[Any]:
    text = _ARN.sub(" ", question.masked)
    numbers = [int(n) for group in _PORT.findall(text) for n in re.findall(r"\d+", group)]
    numbers += [int(n) for n in _LONE_NUMBER.findall(text) if n in _KNOWN_PORTS]
    words = [port for word, port in _WELL_KNOWN_PORTS.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
    return list(dict.fromkeys([*numbers, *words]))


def _access(question: Question) -> list[Any]:
    """Operations by the question's verbs: all of them joined by commas, then each."""
    names = {*question.names_of(_FUNCTION_NOUNS), *question.names_of(_BUCKET_NOUNS)}
    verbs = (w for w in tokens(question.text) if not (w.named or w.text in names))
    text = " ".join(word.text for word in verbs)
    named = [name for name, words in _OPERATIONS if re.search(rf"\b(?:s3:)?(?:{words})\b", text, re.IGNORECASE)]
    if named:
        return [",".join(named), *named]
    return ["any"] if _ANY_ACCESS.search(text) else []


def _start(question: Question) -> list[Any]:
    window = time_window(question.masked, now=question.now) if question.now else None
    return [window.start.isoformat()] if window else []


def _end(question: Question) -> list[Any]:
    window = time_window(question.masked, now=question.now) if question.now else None
    return [window.end.isoformat()] if window else []


def _percent(question: Question) -> list[Any]:
    """Shares of a whole; who asks for what is within 10 percent of a limit means 90."""
    shares = [(match["within"], int(match["share"])) for match in _PERCENT.finditer(question.masked)]
    return [_WHOLE - share if within else share for within, share in shares if 0 < share < _WHOLE]


def _days(question: Question) -> list[Any]:
    days = days_named(question.masked)
    return [days] if days else []


EXTRACTORS: dict[str, Callable[[Question], list[Any]]] = {
    "arn": lambda question: list(question.arns),
    "quoted": lambda question: [name for name, _ in question.loose_names],
    "lambda_function": _functions,
    "s3_bucket": _buckets,
    "s3_key": _keys,
    "iam_user": _users,
    "iam_role": _roles,
    "security_group": _security_groups,
    "sqs_queue": _queues,
    "instance": lambda question: list(_INSTANCE.findall(question.text)),
    "alarm": _alarms,
    "database": _databases,
    "load_balancer": _balancers,
    "ecs_service": _services,
    "ecs_cluster": _clusters,
    "endpoint_service": _endpoint_services,
    "actor": _actors,
    "changed_thing": _changed_things,
    "network_source": _network_sources,
    "account": lambda question: list(_ACCOUNT.findall(question.text)),
    "regions": _regions,
    "ports": _ports,
    "access": _access,
    "days": _days,
    "percent": _percent,
    "time_start": _start,
    "time_end": _end,
}
"""What a variable's ``extract`` may say, and how it is read from a question: the values in order of trust."""
