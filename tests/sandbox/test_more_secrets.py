"""Forms of secrets, and of what only looks like one, as other companies and tools write them."""

import json
import random

import botocore.session
import pytest

from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.redaction import Redactor

RANDOM = random.Random(7)
LOADER = botocore.session.Session()
HEX, ALNUM = "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def some(number, letters=ALNUM):
    return "".join(RANDOM.choice(letters) for _ in range(number))


def redact(body, service="ec2", operation="DescribeTags"):
    shape = LOADER.get_service_model(service).operation_model(operation).output_shape
    return wire.decode(Redactor(["secrets"]).encoded(body, service=service, operation=operation, shape=shape))


def tagged(key, value):
    return redact({"Tags": [{"Key": key, "Value": value}]})["Tags"][0]["Value"]


TOKENS = [
    "hvs." + some(24),
    "dapi" + some(32, HEX),
    "dp.pt." + some(43),
    "sbp_" + some(40, HEX),
    "pscale_tkn_" + some(43),
    "NRAK-" + some(27, "ABCDEFGHIJ0123456789"),
    "glsa_" + some(32) + "_" + some(8, HEX),
    "lin_api_" + some(40),
    "ntn_" + some(46),
    "dckr_pat_" + some(27),
    "rubygems_" + some(48, HEX),
    "PMAK-" + some(24, HEX) + "-" + some(34, HEX),
    "whsec_" + some(32),
    "sq0csp-" + some(43),
    "GOCSPX-" + some(28),
    "gsk_" + some(52),
    "xai-" + some(80),
    "pplx-" + some(48),
    "8123456789:AA" + some(33),
    "https://discord.com/api/webhooks/123456789012345678/" + some(68),
    "https://acme.webhook.office.com/webhookb2/aa@bb/IncomingWebhook/" + some(32, HEX) + "/cc",
    "AGE-SECRET-KEY-1" + some(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "glrt-" + some(20),
    "key-" + some(32, HEX),
    "SK" + some(32, HEX),
    some(32, HEX) + "-us21",
    "pat" + some(14) + "." + some(64, HEX),
    "https://" + some(32, HEX) + "@o1.ingest.sentry.io/12",
    "IQoJb3JpZ2luX2Vj" + some(300),
    "$2b$12$" + some(53),
    "root:$6$" + some(8) + "$" + some(86) + ":1:",
]


@pytest.mark.parametrize("token", TOKENS, ids=[token[:12] for token in TOKENS])
def test_tokens_of_others_are_hidden_under_any_name(token):
    shown = tagged("note", f"use {token} here")
    assert token not in shown
    assert "[redacted" in shown


@pytest.mark.parametrize(
    "text",
    [
        "mysql -u root -phunter2x -h db",
        "curl -u admin:hunter2x https://x",
        "sshpass -p hunter2x ssh host",
        "redis-cli -a hunter2x ping",
        "machine h login a password hunter2x",
        "//registry.npmjs.org/:_authToken=hunter2x-1122",
        "Cookie: sessionid=hunter2xhunter2x",
        '{"Authorization":"Basic hunter2xhunter2x="}',
        '{"auths":{"r":{"auth":"hunter2xhunter2x="}}}',
        "%22password%22%3A%22hunter2x%22",
        'password="hunter2x horse hunter2x"',
        "export DB_PASSWORD='a&hunter2x'",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nhunter2x\n-----END PGP PRIVATE KEY BLOCK-----",
        "Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\n    Default: hunter2x\n",
    ],
)
def test_commands_headers_and_files_are_read_as_what_they_are(text):
    shown = tagged("note", text)
    assert "hunter2x" not in shown
    assert "[redacted" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["mysql", "-uroot", "-phunter2x", "-h", "db"],
        ["/usr/bin/curl", "-u", "admin:hunter2x", "https://x"],
        ["sshpass", "-p", "hunter2x", "ssh"],
        ["redis-cli", "-a", "hunter2x"],
        ["app", "--db-password", "hunter2x"],
    ],
)
def test_so_are_commands_as_lists_of_words(words):
    body = {"taskDefinition": {"containerDefinitions": [{"name": "a", "command": words}]}}
    shown = json.dumps(redact(body, "ecs", "DescribeTaskDefinition"))
    assert "hunter2x" not in shown
    assert words[0] in shown


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("ec2", "DescribeVpnConnections", {"VpnConnections": [{"CustomerGatewayConfiguration": "<k>hunter2x</k>"}]}),
        ("directconnect", "DescribeVirtualInterfaces", {"virtualInterfaces": [{"authKey": "hunter2x"}]}),
        ("emr", "DescribeCluster", {"Cluster": {"KerberosAttributes": {"KdcAdminPassword": "hunter2x"}}}),
        ("eks", "DescribeCluster", {"cluster": {"connectorConfig": {"activationCode": "hunter2x"}}}),
        ("dms", "DescribeEndpoints", {"Endpoints": [{"OracleSettings": {"AsmPassword": "hunter2x"}}]}),
        (
            "cloudfront",
            "GetDistributionConfig",
            {"DistributionConfig": {"Origins": {"Items": [
                {"CustomHeaders": {"Items": [{"HeaderName": "X-Verify", "HeaderValue": "hunter2x"}]}}
            ]}}},
        ),
        (
            "codepipeline",
            "GetPipeline",
            {"pipeline": {"stages": [{"actions": [
                {"configuration": {"EnvironmentVariables": '[{"name": "X", "value": "hunter2x", "type": "PLAINTEXT"}]'}}
            ]}]}},
        ),
    ],
)  # fmt: skip
def test_members_that_hold_a_secret_by_what_they_are(service, operation, body):
    assert "hunter2x" not in json.dumps(redact(body, service, operation))


@pytest.mark.parametrize(
    "key",
    [
        "token.actions.githubusercontent.com:sub",
        "token.actions.githubusercontent.com:aud",
        "vstoken.dev.azure.com/abc:sub",
        "securetoken.google.com/project:aud",
        "login.pass.example.com:aud",
        "aws:RequestTag/secret",
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_conditions_of_a_trust_policy_stay_for_they_are_the_finding(key, as_text):
    statement = {"Statement": [{"Effect": "Allow", "Condition": {"StringLike": {key: "repo:*"}}}]}
    if as_text:
        shown = redact({"Attributes": {"Policy": json.dumps(statement)}}, "sns", "GetTopicAttributes")
        assert json.loads(shown["Attributes"]["Policy"]) == statement
    else:
        shown = redact({"Role": {"AssumeRolePolicyDocument": statement}}, "iam", "GetRole")
        assert shown["Role"]["AssumeRolePolicyDocument"] == statement


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password_parameter", "/prod/db/password"),
        ("db_password_ssm", "/prod/db/pw"),
        ("secret_backend", "aws"),
        ("secrets_engine", "vault"),
        ("secret_rotation_lambda", "rotate-fn"),
        ("rotation-secret", "30d"),
        ("csrf_token_header", "X-CSRF"),
        ("password_min", "12"),
        ("encryption-key", "aws/ebs"),
        ("account-key", "acme-eu"),
        ("session-key", "user_id"),
        ("license-keys", "12"),
        ("pwd", "/srv/app"),
        ("note", "test pass: 100%"),
        ("note", "password: see vault entry 12"),
    ],
)
def test_what_points_to_a_secret_counts_or_orders_something_stays(key, value):
    assert tagged(key, value) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("encryption-key", "Zx81kQ0p"),
        ("license-key", "AB12-CD34-EF56"),
        ("pwd", "hunter2x"),
        ("contrasena", "hunter2x"),
    ],
)
def test_a_key_that_is_no_word_does_not(key, value):
    assert value not in tagged(key, value)
