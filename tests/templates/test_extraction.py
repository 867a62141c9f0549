"""What a question says of a template's variables."""

from datetime import UTC, datetime

import pytest

from cloudprobe.templates.definition import Variable
from cloudprobe.templates.extraction import EXTRACTORS, Question, extract_variables
from cloudprobe.templates.registry import TemplateLibrary

LIBRARY = TemplateLibrary.builtin()
LAMBDA = LIBRARY.get("lambda_bucket_access").variables


def says(question):
    return extract_variables(question, LAMBDA)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("why can the orders function not write to its bucket", {"function": "orders", "access": "write"}),
        (
            "why can't my lambda arn:aws:lambda:eu-west-1:123456789012:function:invoices put objects in s3://invoices-archive/2024/",
            {
                "function": "arn:aws:lambda:eu-west-1:123456789012:function:invoices",
                "bucket": "invoices-archive",
                "access": "write",
                "prefix": "2024/",
                "regions": ["eu-west-1"],
            },
        ),
        ("Why can't my Lambda write to its bucket?", {"access": "write"}),
        ("Why is the function denied?", {"access": "any"}),
        ("Which function cannot reach its bucket?", {"access": "any"}),
        ("does the lambda called Checkout read from bucket named orders", {"function": "Checkout", "bucket": "orders", "access": "read"}),
        ('The function "orders" cannot delete from the bucket `data-export`', {"function": "orders", "bucket": "data-export", "access": "delete"}),
        ("orders-api gets 403 uploading to orders-data", {"function": "orders-api", "bucket": "orders-data", "access": "write"}),
        ("The shipping function cannot upload to shipping-labels. What stops it?", {"function": "shipping", "bucket": "shipping-labels", "access": "write"}),
        ("Why does the thumbnails function fail to store objects in thumbnail-store?", {"function": "thumbnails", "bucket": "thumbnail-store", "access": "write"}),
        ("why cant func payments-v2 list the objects of payments-data", {"function": "payments-v2", "bucket": "payments-data", "access": "list"}),
        ("can acme-x1-orders read and write arn:aws:s3:::acme-data/in/*?", {"function": "acme-x1-orders", "bucket": "acme-data", "access": "write,read", "prefix": "in/"}),
        ("why can my function not get objects from https://pics.s3.eu-west-1.amazonaws.com/", {"bucket": "pics", "access": "read"}),
        ("Does my function, in Frankfurt, write to the bucket in-box?", {"bucket": "in-box", "access": "write", "regions": ["eu-central-1"]}),
    ],
)  # fmt: skip
def test_the_variables_of_the_lambda_template(question, expected):
    assert says(question) == expected


@pytest.mark.parametrize(
    ("extract", "question", "expected"),
    [
        ("iam_user", "does user alice have MFA", ["alice"]),
        ("iam_user", "how old is bob's access key?", ["bob"]),
        ("iam_user", "is it's key old? which user's keys are old?", []),
        ("iam_user", "arn:aws:iam::123456789012:user/team/carol has no MFA?", ["carol"]),
        ("iam_role", "what may role deploy-role do", ["deploy-role"]),
        ("iam_role", "arn:aws:iam::123456789012:role/app", ["app"]),
        ("security_group", "is sg-0123456789abcdef0 open", ["sg-0123456789abcdef0"]),
        ("security_group", "is the security group web-front open?", ["web-front"]),
        ("instance", "why is i-0123456789abcdef0 down", ["i-0123456789abcdef0"]),
        ("account", "in account 123456789012", ["123456789012"]),
        ("account", "arn:aws:iam::123456789012:user/x", []),
        ("ports", "are ports 22, 3389 and 5432 open", [22, 3389, 5432]),
        ("ports", "is ssh open on tcp 8080", [8080, 22]),
        ("days", "keys older than 6 months", [180]),
        ("days", "keys older than two weeks", [14]),
        ("days", "old keys", []),
        ("arn", "see arn:aws:sqs:eu-west-1:123456789012:q.", ["arn:aws:sqs:eu-west-1:123456789012:q"]),
        ("quoted", "what about 'a b' and 'abc'? don't 'x'", ["abc", "x"]),
        ("s3_bucket", "is the bucket customer-exports publicly accessible", ["customer-exports"]),
        ("s3_bucket", "Which of our buckets are public?", []),
        ("s3_bucket", "Are all private buckets encrypted?", []),
        ("s3_key", "s3://a-b/c/d.txt and s3://a-b", ["c/d.txt"]),
        ("access", "s3:GetObject", ["read", "read"]),
        ("access", "hello", []),
    ],
)
def test_each_extractor(extract, question, expected):
    assert EXTRACTORS[extract](Question(question)) == expected


def test_times_need_a_clock_and_give_both_ends():
    variables = {
        "since": Variable(type="string", description="d", extract="time_start"),
        "until": Variable(type="string", description="d", extract="time_end"),
    }
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert extract_variables("errors in the last 6 hours", variables) == {}
    assert extract_variables("errors", variables, now=now) == {}
    assert extract_variables("errors in the last 6 hours", variables, now=now) == {
        "since": "2026-11-24T06:00:00+00:00",
        "until": "2026-11-24T12:00:00+00:00",
    }


def test_a_value_its_variable_does_not_take_is_left_out():
    variables = {"user": Variable(type="string", description="d", extract="iam_user", pattern="[a-z]+")}
    assert extract_variables("does user bob-7 have MFA", variables) == {}
    assert extract_variables("does user bob have MFA", {"x": Variable(type="string", description="d")}) == {}


def test_what_is_extracted_is_accepted_by_every_template():
    question = (
        "user alice, the orders function, bucket data-1, port 22, sg-0123456789abcdef0, in all regions, 30 days, read"
    )
    for template in LIBRARY:
        template.complete(extract_variables(question, template.variables, now=datetime(2026, 1, 1, tzinfo=UTC)))


def test_every_extractor_a_template_names_exists():
    named = {variable.extract for template in LIBRARY for variable in template.variables.values() if variable.extract}
    assert named <= EXTRACTORS.keys()


@pytest.mark.parametrize(
    ("kind", "question", "expected"),
    [
        ("alarm", "Why is the alarm high-cpu in ALARM?", ["high-cpu"]),
        ("alarm", "Why did the checkout-errors alarm go off last night?", ["checkout-errors"]),
        ("alarm", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:disk full?", ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:disk"]),
        ("alarm", "Which alarms are firing?", []),
        ("database", "Why can't i-0123456789abcdef0 reach the orders database?", ["orders"]),
        ("database", "no connection to orders.abc123.eu-west-1.rds.amazonaws.com", ["orders"]),
        ("database", "Why is RDS not reachable?", []),
        ("load_balancer", "Why are the targets of the shop-alb load balancer unhealthy?", ["shop-alb"]),
        ("load_balancer", "target group api-tg has no healthy hosts", ["api-tg"]),
        ("load_balancer", "Which target groups are unhealthy?", []),
        ("ecs_service", "Why does the checkout service not start?", ["checkout"]),
        ("ecs_service", "service arn:aws:ecs:eu-west-1:123456789012:service/main/web is down", ["web"]),
        ("ecs_service", "Why does my ECS task fail to start?", []),
        ("network_source", "cannot reach rds from my laptop", ["internet"]),
        ("network_source", "can the orders function reach the db", ["orders"]),
        ("network_source", "is the database reachable", []),
    ],
)  # fmt: skip
def test_what_alarms_databases_balancers_and_services_are_called(kind, question, expected):
    assert EXTRACTORS[kind](Question(question)) == expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("used above 70 percent", [70]),
        ("more than 95% or 90 %", [95, 90]),
        ("within 10% of the limit", [90]),
        ("the top 5 of v1.80%2", []),
        ("250 %", []),
    ],
)
def test_shares_of_a_whole(text, values):
    assert EXTRACTORS["percent"](Question(text)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("are the disks and boxes big", ["disk", "box"]),
        ("DISK?", ["disk"]),
        ("the disk-quota of diskette", []),
    ],
)
def test_words_choose_among_a_few_values(text, values):
    words = {"disk": ("disk", "volume"), "box": ("box",)}
    variable = Variable(type="list", description="d", words=words)
    assert extract_variables(text, {"kinds": variable}).get("kinds", []) == values


@pytest.mark.parametrize(
    ("kind", "question", "expected"),
    [
        ("ecs_cluster", "ecs service checkout in cluster prod-main wont start", ["prod-main"]),
        ("ecs_cluster", "why do tasks in the ECS cluster named blue stop", ["blue"]),
        ("ecs_cluster", "arn:aws:ecs:eu-west-1:123456789012:service/main/web is down", ["main"]),
        ("ecs_cluster", "arn:aws:ecs:eu-west-1:123456789012:cluster/jobs is stuck", ["jobs"]),
        ("ecs_cluster", "Which clusters have stopped tasks?", []),
        ("ecs_service", "service payments has desired 4 running 0", ["payments"]),
        ("ecs_service", "ecs task import-nightly keeps dying", ["import-nightly"]),
        ("endpoint_service", "Lambda in VPC cannot connect to SQS", ["sqs"]),
        ("endpoint_service", "can't the function reach Secrets Manager?", ["secretsmanager"]),
        ("endpoint_service", "no route to CloudWatch Logs from the subnet", ["logs"]),
        ("endpoint_service", "why does sqs-worker time out", []),
        ("database", "why is aurora cluster billing unreachable", ["billing"]),
        ("database", "Can the invoicing function reach billing-db?", ["billing-db"]),
        ("database", "is rds instance main-7 down", ["main-7"]),
        ("load_balancer", "unhealthy hosts in tg-api?", ["tg-api"]),
        ("load_balancer", "alb shop-prod giving 502s", ["shop-prod"]),
        ("load_balancer", "health check failing for target group web-blue", ["web-blue"]),
        ("alarm", "why is checkout-latency in alarm state", ["checkout-latency"]),
        ("alarm", "got paged: alarm checkout-5xx", ["checkout-5xx"]),
        ("alarm", "did the disk-full alarm recover", ["disk-full"]),
        ("sqs_queue", "queue order-events backing up", ["order-events"]),
        ("sqs_queue", "oldest message age on payments.fifo?", ["payments.fifo"]),
        ("sqs_queue", "lag on arn:aws:sqs:eu-west-1:123456789012:invoice-jobs", ["invoice-jobs"]),
        ("actor", "what did alice change in the last 24h?", ["alice"]),
        ("actor", "list modifications by bob last week", ["bob"]),
        ("actor", "what did role deployer do today", ["deployer"]),
        ("actor", "what has arn:aws:iam::123456789012:user/ops/carol done", ["carol"]),
        ("actor", "who changed the route table?", []),
        ("changed_thing", "Who updated the function orders this morning?", ["orders"]),
        ("changed_thing", "who touched sg-0123456789abcdef0 yesterday", ["sg-0123456789abcdef0"]),
        ("changed_thing", "did anybody touch the security group web-front", ["web-front"]),
        ("changed_thing", "who deleted arn:aws:dynamodb:eu-west-1:123456789012:table/carts", ["carts"]),
        ("changed_thing", "what changed since yesterday?", []),
        ("changed_thing", "what did user deploy-bot change?", []),
        ("iam_user", "does jsmith have 2fa on", ["jsmith"]),
        ("iam_user", "has bob enabled two factor authentication", ["bob"]),
        ("iam_user", "does everyone have MFA", []),
        ("database", "why is the RDS database catalogue unreachable", ["catalogue"]),
        ("database", "can i-0abc1234def567890 reach the rds database billing", ["billing"]),
        ("database", "the rds database ledger does not answer", ["ledger"]),
        ("database", "the database misbehaves and the database broke its links", []),
        ("lambda_function", "vpc lambda cant talk to secrets manager", []),
        ("lambda_function", "anyone seeing lambda throtling", []),
        ("lambda_function", "which functions failed since noon +02:00", []),
        ("lambda_function", "exceptions from lambda logs of coupon-svc", ["coupon-svc"]),
        ("alarm", "any cw alarms stuck", []),
        ("alarm", "which alarm fired: 'High CPU on db'", ["High CPU on db"]),
        ("ecs_service", "ecs svc cart-api stuck at 0 running of 3 desired", ["cart-api"]),
        ("ecs_service", "ecs: 0/4 tasks up for pdf-render", ["pdf-render"]),
        ("actor", "list everything svc-terraform modified in the past 90 minutes", ["svc-terraform"]),
        ("changed_thing", "list everything svc-terraform modified", []),
        ("ports", "is 3306 open to 0.0.0.0/0 on anything", [3306]),
        ("ports", "is tcp/6443 open, or 27017", [6443, 27017]),
        ("ports", "the mysql-prod function at 22 percent", []),
        ("s3_key", "not started by files under raw/ in s3", ["raw/"]),
    ],
)
def test_names_as_people_on_call_type_them(kind, question, expected):
    assert list(dict.fromkeys(EXTRACTORS[kind](Question(question)))) == expected
