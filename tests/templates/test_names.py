"""Names are found before anything else is read."""

import pytest

from cloudprobe.templates.names import MASK, has_shape_of_name, looks_like_name, masked, tokens


def names(text):
    return [token.text for token in tokens(text) if token.named]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Why is the alarm-notifier function failing?", ["alarm-notifier"]),
        ("does function queue-drainer time out", ["queue-drainer"]),
        ("is 'orders' growing, and `snapshots`?", ["orders"]),
        ('the queue "errors" grows', ["errors"]),
        ("which alarm fired: 'High CPU on db'", ["High CPU on db"]),
        ("it says 'Task timed out' and \"Access Denied\"", []),
        ("OrderProcessor-Prod-v2 and CheckoutAPI fail", ["OrderProcessor-Prod-v2", "CheckoutAPI"]),
        ("does the bucket in-box trigger it", ["in-box"]),
        ("logs of /aws/lambda/mailer", ["/aws/lambda/mailer"]),
        ("does anna.k@corp.com have MFA", ["anna.k@corp.com"]),
        ("tasks of import-nightly stop", ["import-nightly"]),
        ("checkout-fn's alarm", ["checkout-fn"]),
    ],
)
def test_names_by_writing_and_place(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "which in-VPC functions have no outbound route",
        "world-readable buckets, read-only or S3-triggered",
        "the vpc-attached lambda and a CI/CD lambda",
        "ebs vols w/o encryption, 0/4 tasks, CPU/memory, RDS/Aurora",
        "insufficient_data INSUFFICIENT_DATA in eu-west-1 euw1",
        "since 09:30 +02:00 on 2026-11-20T10:00Z, 3h, 14k, 99.5%, 10.0.0.0/8, tcp/6443",
        "s3:GetObject, PutObject, TooManyRequestsException and CannotPullContainerError",
        "long-lived credentials, two-factor, dead-letter, encryption-at-rest, day-to-day",
        "cant dont wont isn't we're",
        "",
    ],
)
def test_what_only_looks_like_names(text):
    assert names(text) == []


def test_arns_and_urls_name_themselves():
    assert (
        names("arn:aws:s3:::orders-data and s3://orders-data/in/ and https://sqs.eu-west-1.amazonaws.com/1/q-1") == []
    )


def test_masked_text_keeps_everything_but_the_names():
    assert masked("Is the alarm-bucket function since-9am ok?") == f"Is the {MASK} function {MASK} ok?"
    assert masked("nothing here") == "nothing here"


@pytest.mark.parametrize("token", ["orders-api", "orders_v2", "OrdersApi", "orders2"])
def test_shapes(token):
    assert has_shape_of_name(token)
    assert looks_like_name(token)


@pytest.mark.parametrize("token", ["orders", "s3", "eu-west-1", "24h", "w/o", "CloudWatch", "load-balancer"])
def test_no_shapes(token):
    assert not has_shape_of_name(token)
