import base64

import botocore.session
import pytest

from cloudprobe.errors import RefusedError
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.looks import USER_DATA, clean, marker
from cloudprobe.sandbox.redaction import Redactor

LOADER = botocore.session.Session()
VARIABLE = marker("environment variable")
RANDOM_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzZ9QpLm3Ta"


def redact(body, service="sts", operation="GetCallerIdentity", *, rules=("secrets",), data_class="metadata"):
    shape = LOADER.get_service_model(service).operation_model(operation).output_shape
    redactor = Redactor(rules, data_class=data_class)
    return wire.decode(redactor.encoded(body, service=service, operation=operation, shape=shape))


def test_lambda_environment_variables_keep_their_names():
    body = {"Functions": [{"FunctionName": "f", "Environment": {"Variables": {"TABLE": "t", "KEY": "k"}}}]}
    clean = redact(body, "lambda", "ListFunctions")
    assert clean["Functions"][0] == {
        "FunctionName": "f",
        "Environment": {"Variables": {"TABLE": VARIABLE, "KEY": VARIABLE}},
    }


def test_task_definitions_in_lists_of_names_and_values():
    container = {"name": "web", "image": "nginx", "environment": [{"name": "A", "value": "b"}]}
    clean = redact({"taskDefinition": {"containerDefinitions": [container]}}, "ecs", "DescribeTaskDefinition")[
        "taskDefinition"
    ]["containerDefinitions"][0]
    assert clean == {"name": "web", "image": "nginx", "environment": [{"name": "A", "value": VARIABLE}]}


def test_codebuild_keeps_where_a_secret_is_kept():
    variables = [
        {"name": "A", "value": "plain", "type": "PLAINTEXT"},
        {"name": "B", "value": "/path/of/parameter", "type": "PARAMETER_STORE"},
    ]
    clean = redact(
        {"projects": [{"environment": {"environmentVariables": variables}}]}, "codebuild", "BatchGetProjects"
    )
    assert [v["value"] for v in clean["projects"][0]["environment"]["environmentVariables"]] == [
        VARIABLE,
        "/path/of/parameter",
    ]


@pytest.mark.parametrize(
    ("service", "operation", "body", "path"),
    [
        ("ec2", "DescribeInstanceAttribute", {"UserData": {"Value": "c2VjcmV0"}}, ("UserData", "Value")),
        (
            "ec2",
            "DescribeLaunchTemplateVersions",
            {"LaunchTemplateVersions": [{"LaunchTemplateData": {"UserData": "c2VjcmV0"}}]},
            ("LaunchTemplateVersions", 0, "LaunchTemplateData", "UserData"),
        ),
        (
            "autoscaling",
            "DescribeLaunchConfigurations",
            {"LaunchConfigurations": [{"LaunchConfigurationName": "l", "UserData": "c2VjcmV0"}]},
            ("LaunchConfigurations", 0, "UserData"),
        ),
    ],
)
def test_user_data_is_hidden_and_can_still_be_decoded(service, operation, body, path):
    found = redact(body, service, operation)
    for step in path:
        found = found[step]
    assert found == USER_DATA
    assert base64.b64decode(found) == b"[redacted: user data]"


SECRET = marker("secret")


@pytest.mark.parametrize(
    ("service", "operation", "body", "path", "expected"),
    [
        (
            "cloudformation",
            "DescribeStacks",
            {
                "Stacks": [
                    {"StackName": "s", "Parameters": [{"ParameterKey": "DbPassword", "ParameterValue": "hunter2"}]}
                ]
            },
            ("Stacks", 0, "Parameters", 0, "ParameterValue"),
            SECRET,
        ),
        (
            "cloudformation",
            "DescribeStacks",
            {"Stacks": [{"StackName": "s", "Outputs": [{"OutputKey": "ApiToken", "OutputValue": "hunter2"}]}]},
            ("Stacks", 0, "Outputs", 0, "OutputValue"),
            SECRET,
        ),
        (
            "cloudformation",
            "DescribeStacks",
            {"Stacks": [{"StackName": "s", "Parameters": [{"ParameterKey": "Size", "ParameterValue": "t3.micro"}]}]},
            ("Stacks", 0, "Parameters", 0, "ParameterValue"),
            "t3.micro",
        ),
        (
            "ssm",
            "GetParameters",
            {"Parameters": [{"Name": "/app/url", "Type": "SecureString", "Value": "hunter2"}]},
            ("Parameters", 0, "Value"),
            SECRET,
        ),
        (
            "elasticbeanstalk",
            "DescribeConfigurationSettings",
            {
                "ConfigurationSettings": [
                    {
                        "OptionSettings": [
                            {
                                "Namespace": "aws:elasticbeanstalk:application:environment",
                                "OptionName": "TABLE",
                                "Value": "hunter2",
                            }
                        ]
                    }
                ]
            },
            ("ConfigurationSettings", 0, "OptionSettings", 0, "Value"),
            VARIABLE,
        ),
        (
            "batch",
            "DescribeJobDefinitions",
            {"jobDefinitions": [{"containerProperties": {"environment": [{"name": "A", "value": "hunter2"}]}}]},
            ("jobDefinitions", 0, "containerProperties", "environment", 0, "value"),
            VARIABLE,
        ),
        (
            "apprunner",
            "DescribeService",
            {
                "Service": {
                    "SourceConfiguration": {
                        "ImageRepository": {"ImageConfiguration": {"RuntimeEnvironmentVariables": {"A": "hunter2"}}}
                    }
                }
            },
            (
                "Service",
                "SourceConfiguration",
                "ImageRepository",
                "ImageConfiguration",
                "RuntimeEnvironmentVariables",
                "A",
            ),
            VARIABLE,
        ),
        (
            "amplify",
            "GetApp",
            {"app": {"name": "a", "environmentVariables": {"A": "hunter2"}}},
            ("app", "environmentVariables", "A"),
            VARIABLE,
        ),
        (
            "glue",
            "GetJobs",
            {"Jobs": [{"Name": "j", "DefaultArguments": {"--db-password": "hunter2"}}]},
            ("Jobs", 0, "DefaultArguments", "--db-password"),
            SECRET,
        ),
        (
            "sagemaker",
            "DescribeModel",
            {"PrimaryContainer": {"Image": "i", "Environment": {"A": "hunter2"}}},
            ("PrimaryContainer", "Environment", "A"),
            VARIABLE,
        ),
        (
            "ecs",
            "DescribeTasks",
            {"tasks": [{"overrides": {"containerOverrides": [{"environment": [{"name": "A", "value": "hunter2"}]}]}}]},
            ("tasks", 0, "overrides", "containerOverrides", 0, "environment", 0, "value"),
            VARIABLE,
        ),
        (
            "codebuild",
            "BatchGetBuilds",
            {
                "builds": [
                    {"environment": {"environmentVariables": [{"name": "A", "value": "hunter2", "type": "PLAINTEXT"}]}}
                ]
            },
            ("builds", 0, "environment", "environmentVariables", 0, "value"),
            VARIABLE,
        ),
        (
            "rds",
            "DescribeDBParameters",
            {"Parameters": [{"ParameterName": "master_password", "ParameterValue": "hunter2"}]},
            ("Parameters", 0, "ParameterValue"),
            SECRET,
        ),
    ],
)
def test_places_of_the_services(service, operation, body, path, expected):
    found = redact(body, service, operation)
    for step in path:
        found = found[step]
    assert found == expected


def test_members_that_are_secret_by_name():
    clean = redact({"SecretString": "hunter2", "Name": "n", "ARN": "a"}, "secretsmanager", "GetSecretValue")
    assert clean == {"SecretString": marker("secret"), "Name": "n", "ARN": "a"}
    keys = redact({"items": [{"name": "k", "value": "abc", "id": "i"}]}, "apigateway", "GetApiKeys")
    assert keys["items"] == [{"name": "k", "value": marker("secret"), "id": "i"}]


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "key=AKIAIOSFODNN7EXAMPLE;",
        RANDOM_KEY,
        f"the key is {RANDOM_KEY}.",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "xoxb-123456789012-abcdefghij",
        "sk_live_" + "a1" * 12,
        "AIza" + "a" * 35,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef",
        "postgres://user:hunter22@db/x",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "password=hunter22",
        'config: {"db_password": "hunter22"}',
        "API_KEY: hunter22",
        "Authorization: Bearer abcdefghijklmnopqrstuvwx",
        "client-secret = hunter22",
        "Server=db;User Id=app;Password=hunter22;Encrypt=true",
        "AccountName=x;AccountKey=hunter22hunter22==;EndpointSuffix=core",
        '{"States": {"Call": {"Parameters": {"Headers": {"Authorization": "Bearer abcdefghijklmnopqrst"}}}}}',
        '{"States": {"Call": {"Parameters": {"dbPassword": "hunter22"}}}}',
        "Authorization: Basic YWRtaW46aHVudGVyMjI=",
        "https://hooks.slack.com/services/T00000000/B00000000/hunter22hunter22hunter22",
        "SG.abcdefghijabcdefghij.abcdefghijabcdefghij",
        "sk-ant-abcdefghijabcdefghijabcdefghij",
        "export DB_PWD=hunter22",
    ],
)
def test_values_that_look_like_secrets(text):
    clean = redact({"Account": text})["Account"]
    assert "[redacted: " in clean
    for secret in (
        "AKIAIOSFODNN7EXAMPLE",
        RANDOM_KEY,
        "hunter22",
        "MIIE",
        "a1a1a1",
        "eyJzdWI",
        "abcdefghij",
        "YWRtaW46",
    ):
        assert secret not in clean


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
        "arn:aws:iam::123456789012:role/service-role/MyVeryLongRoleName1234",
        "/aws/lambda/AFunctionWithAVeryLongName12345",
        "0123456789abcdef0123456789abcdef01234567",
        "sha256:" + "ab" * 32,
        "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
        "$LATEST",
        "vpc-0123456789abcdef0",
        "https://sqs.us-east-1.amazonaws.com/123456789012/q",
        "https://example.com:8443/path",
        "secretsmanager:GetSecretValue",
        "iam:UpdateAccountPasswordPolicy",
        'Resource handler returned message: "password policy"',
        "{{resolve:secretsmanager:db:SecretString:password}}",
        "2026-01-01T00:00:00Z",
        "AmazonSSMManagedInstanceCoreAndMoreABCD1",
        "disk-utilisation-of-the-root-volume-alarm",
        "task-definition-with-a-very-long-name-1",
        "Passwords must have 14 characters",
        "MSG.Topic.Subscription.Confirmation.Sent",
        "https://hooks.slack.com/",
        "basic monitoring is enabled",
    ],
)
def test_ordinary_values_stay(text):
    body = {"Account": text, "list": [{"Key": "Name", "Value": text}], "map": {"name": text}}
    assert redact(body) == body


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("db-password", True),
        ("ApiKey", True),
        ("API_KEY", True),
        ("token", True),
        ("githubToken", True),
        ("DBPassword", True),
        ("compass", False),
        ("Bypass2", False),
        ("SecretArn", False),
        ("token-id", False),
        ("password_last_rotated", False),
        ("Environment", False),
    ],
)
def test_names_that_people_chose_tell_what_a_value_is(name, secret):
    expected = marker("secret") if secret else "hunter2"
    tags = redact({"Tags": [{"Key": name, "Value": "hunter2"}]}, "ec2", "DescribeTags")
    assert tags == {"Tags": [{"Key": name, "Value": expected}]}
    assert redact({"Tags": {name: "hunter2"}}, "lambda", "ListTags") == {"Tags": {name: expected}}
    parameters = {"Parameters": [{"ParameterKey": "p", "Name": name, "Value": "hunter2"}]}
    assert redact(parameters, "ssm", "GetParameters")["Parameters"][0]["Value"] == expected


@pytest.mark.parametrize(
    "body", [{"NextToken": RANDOM_KEY, "Marker": RANDOM_KEY}, {"PasswordPolicy": "hunter2", "SecretName": "s"}]
)
def test_members_of_aws_that_only_sound_secret(body):
    assert clean(body) == body


def test_references_to_secrets_are_no_secrets():
    tags = {"Tags": {"secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x", "password": "true"}}
    assert redact(tags, "lambda", "ListTags") == tags


def test_access_key_ids_are_cited_by_findings_and_stay_where_iam_lists_them():
    body = {"AccessKeyMetadata": [{"UserName": "u", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}], "IsTruncated": False}
    assert redact(body, "iam", "ListAccessKeys") == body


def test_logs_and_bodies_are_cleaned_in_place():
    assert redact({"Account": b"password=hunter22 ok"})["Account"] == b"password=[redacted: secret] ok"
    assert redact({"Account": b"\xff\xfe"}) == {"Account": b"\xff\xfe"}


def test_request_ids_and_headers_are_left_alone():
    body = {"ResponseMetadata": {"RequestId": RANDOM_KEY, "HTTPHeaders": {"x-amz-id-2": RANDOM_KEY}}, "A": RANDOM_KEY}
    clean = redact(body)
    assert clean["ResponseMetadata"] == body["ResponseMetadata"]
    assert clean["A"] == marker("secret key")


def test_redacting_twice_changes_nothing():
    body = {"A": "password=hunter22", "B": {"Environment": {"Variables": {"X": "y"}}}}
    once = redact(body, "lambda", "GetFunctionConfiguration")
    assert redact(once, "lambda", "GetFunctionConfiguration") == once


def test_the_data_class_data_shows_variables_but_never_keys():
    body = {"Environment": {"Variables": {"TABLE": "orders", "X": "ghp_" + "a1" * 18}}}
    clean = redact(body, "lambda", "GetFunctionConfiguration", data_class="data")
    assert clean == {"Environment": {"Variables": {"TABLE": "orders", "X": marker("token")}}}


def test_no_rules_no_change():
    body = {"Environment": {"Variables": {"TABLE": "orders"}}}
    assert redact(body, "lambda", "GetFunctionConfiguration", rules=()) == body


def test_unknown_rules_are_refused():
    with pytest.raises(RefusedError):
        Redactor(("secrets", "imaginary"))


def test_shapes_that_contain_themselves_end():
    assert redact({"Items": [{"a": {"M": {"b": {"S": "x"}}}}]}, "dynamodb", "Scan")
