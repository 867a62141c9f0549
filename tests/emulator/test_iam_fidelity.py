"""What AWS allows and denies, each probe with the page that says so, asked of the embedded account.

A probe that the account answers otherwise than AWS stands in ``DIFFERENT`` with its consequence; it fails when the
difference is gone, so that the list stays true.
"""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
LOGIC = GUIDE + "reference_policies_evaluation-logic.html"
ELEMENTS = GUIDE + "reference_policies_elements_"
OPERATORS = ELEMENTS + "condition_operators.html"
KEYS = GUIDE + "reference_policies_condition-keys.html"
BOUNDARIES = GUIDE + "access_policies_boundaries.html"
SESSIONS = GUIDE + "access_policies.html#policies_session"
ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
TRUST = GUIDE + "id_roles_create_for-user.html"
ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
CROSS = GUIDE + "reference_policies_evaluation-logic-cross-account.html"
S3_API = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_"
LAMBDA_VERSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html"
_numbers = itertools.count()


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


@dataclass(frozen=True)
class Probe:
    """One call by a role with these policies, and whether AWS lets it through. ``${…}`` names the fixture's things."""

    name: str
    source: str
    call: str
    allowed: bool
    policy: list[dict[str, Any]]
    parameters: dict[str, Any] = field(default_factory=dict)
    boundary: list[dict[str, Any]] | None = None
    session: list[dict[str, Any]] | None = None
    session_arns: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    managed: bool = False


VPCS = "ec2.describe_vpcs"
READ = {"Bucket": "${bucket}", "Key": "a/x"}
WRITE = {"Bucket": "${bucket}", "Key": "written", "Body": "x"}
READ_OTHER = {"Bucket": "${bucket}", "Key": "z"}
TABLE = "arn:aws:dynamodb:us-east-1:${account}:table/"
MACHINE = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
TRUST_NOBODY = '{"Version": "2012-10-17", "Statement": []}'
FUNCTION = "arn:aws:lambda:us-east-1:${account}:function:"

PROBES = [
    # --- identity policies
    Probe("an allowed action", LOGIC, VPCS, True, [allow("ec2:DescribeVpcs")]),
    Probe("an action nobody mentioned", LOGIC, "s3.list_buckets", False, [allow("ec2:DescribeVpcs")]),
    Probe("no policy at all", LOGIC, VPCS, False, []),
    Probe("another service's read", LOGIC, "dynamodb.list_tables", False, [allow("ec2:*")]),
    Probe("IAM's read", LOGIC, "iam.list_users", False, [allow("ec2:*")]),
    Probe("Lambda's read", LOGIC, "lambda.list_functions", False, [allow("ec2:*")]),
    Probe("a customer managed policy", LOGIC, VPCS, True, [allow("ec2:DescribeVpcs")], managed=True),
    Probe("what a customer managed policy leaves out", LOGIC, "ec2.describe_subnets", False, [allow("ec2:DescribeVpcs")], managed=True),
    Probe("an explicit deny beats an allow", LOGIC, VPCS, False, [allow("*"), deny("ec2:DescribeVpcs")]),
    Probe("an explicit deny of something else", LOGIC, VPCS, True, [allow("*"), deny("s3:*")]),
    Probe("who am I needs no permission", "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html", "sts.get_caller_identity", True, []),
    # --- elements
    Probe("a star in an action", ELEMENTS + "action.html", VPCS, True, [allow("ec2:Describe*")]),
    Probe("a question mark in an action", ELEMENTS + "action.html", VPCS, True, [allow("ec2:DescribeVpc?")]),
    Probe("actions in any case", ELEMENTS + "action.html", VPCS, True, [allow("EC2:describevpcs")]),
    Probe("NotAction allows the others", ELEMENTS + "notaction.html", VPCS, True, [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]),
    Probe("NotAction does not allow what it names", ELEMENTS + "notaction.html", VPCS, False, [{"Effect": "Allow", "NotAction": ["s3:*", "ec2:*"], "Resource": "*"}]),
    Probe("a deny with NotAction spares what it names", ELEMENTS + "notaction.html", VPCS, True, [allow("*"), {"Effect": "Deny", "NotAction": "ec2:*", "Resource": "*"}]),
    Probe("a deny with NotAction hits the rest", ELEMENTS + "notaction.html", "s3.list_buckets", False, [allow("*"), {"Effect": "Deny", "NotAction": "ec2:*", "Resource": "*"}]),
    Probe("a deny with NotResource hits other resources", ELEMENTS + "notresource.html", "s3.get_object", False, [allow("*"), {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::${bucket}/a/*"}], READ_OTHER),
    Probe("a deny with NotResource spares what it names", ELEMENTS + "notresource.html", "s3.get_object", True, [allow("*"), {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::${bucket}/a/*"}], READ),
    Probe("an allow with NotResource leaves out what it names", ELEMENTS + "notresource.html", "s3.get_object", False, [{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::${bucket}/*"}], READ),
    # --- resources
    Probe("an object by its ARN", ELEMENTS + "resource.html", "s3.get_object", True, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/a/*")], READ),
    Probe("another object", ELEMENTS + "resource.html", "s3.get_object", False, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/a/*")], READ_OTHER),
    Probe("resources are case-sensitive", ELEMENTS + "resource.html", "s3.get_object", False, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/A/*")], READ),
    Probe("the bucket's ARN does not cover its objects", ELEMENTS + "resource.html", "s3.get_object", False, [allow("s3:GetObject", "arn:aws:s3:::${bucket}")], READ),
    Probe("listing a bucket is ListBucket on the bucket", ACTIONS + "list_amazons3.html", "s3.list_objects_v2", True, [allow("s3:ListBucket", "arn:aws:s3:::${bucket}")], {"Bucket": "${bucket}"}),
    Probe("listing another bucket", ACTIONS + "list_amazons3.html", "s3.list_objects_v2", False, [allow("s3:ListBucket", "arn:aws:s3:::${bucket}")], {"Bucket": "${other}"}),
    Probe("a table by its ARN", ACTIONS + "list_amazondynamodb.html", "dynamodb.describe_table", True, [allow("dynamodb:DescribeTable", TABLE + "tab1")], {"TableName": "tab1"}),
    Probe("another table", ACTIONS + "list_amazondynamodb.html", "dynamodb.describe_table", False, [allow("dynamodb:DescribeTable", TABLE + "tab1")], {"TableName": "tab2"}),
    Probe("a deny of one table", LOGIC, "dynamodb.describe_table", False, [allow("dynamodb:*"), deny("dynamodb:*", TABLE + "tab1")], {"TableName": "tab1"}),
    Probe("a table in another region", ACTIONS + "list_amazondynamodb.html", "dynamodb.describe_table", False, [allow("dynamodb:DescribeTable", "arn:aws:dynamodb:eu-west-1:${account}:table/tab1")], {"TableName": "tab1"}),
    Probe("a function by its ARN", ACTIONS + "list_awslambda.html", "lambda.get_function_configuration", True, [allow("lambda:GetFunctionConfiguration", FUNCTION + "echo")], {"FunctionName": "echo"}),
    Probe("another function", ACTIONS + "list_awslambda.html", "lambda.get_function_configuration", False, [allow("lambda:GetFunctionConfiguration", FUNCTION + "other")], {"FunctionName": "echo"}),
    Probe("a role by its ARN", ACTIONS + "list_awsidentityandaccessmanagementiam.html", "iam.get_role", True, [allow("iam:GetRole", "arn:aws:iam::${account}:role/target")], {"RoleName": "target"}),
    Probe("another role", ACTIONS + "list_awsidentityandaccessmanagementiam.html", "iam.get_role", False, [allow("iam:GetRole", "arn:aws:iam::${account}:role/other")], {"RoleName": "target"}),
    Probe("a role with a path by its ARN", GUIDE + "reference_identifiers.html", "iam.get_role", True, [allow("iam:GetRole", "arn:aws:iam::${account}:role/inner/pathy")], {"RoleName": "pathy"}),
    Probe("a queue by its ARN", ACTIONS + "list_amazonsqs.html", "sqs.get_queue_attributes", True, [allow("sqs:GetQueueAttributes", "arn:aws:sqs:us-east-1:${account}:q1")], {"QueueUrl": "${queue}", "AttributeNames": ["All"]}),
    Probe("another queue", ACTIONS + "list_amazonsqs.html", "sqs.get_queue_attributes", False, [allow("sqs:GetQueueAttributes", "arn:aws:sqs:us-east-1:${account}:q2")], {"QueueUrl": "${queue}", "AttributeNames": ["All"]}),
    Probe("a log group by its ARN", ACTIONS + "list_amazoncloudwatchlogs.html", "logs.filter_log_events", True, [allow("logs:FilterLogEvents", "arn:aws:logs:us-east-1:${account}:log-group:lg1:*")], {"logGroupName": "lg1"}),
    Probe("another log group", ACTIONS + "list_amazoncloudwatchlogs.html", "logs.filter_log_events", False, [allow("logs:FilterLogEvents", "arn:aws:logs:us-east-1:${account}:log-group:lg2:*")], {"logGroupName": "lg1"}),
    Probe("a state machine by its ARN", ACTIONS + "list_awsstepfunctions.html", "stepfunctions.describe_state_machine", False, [allow("states:DescribeStateMachine", "arn:aws:states:us-east-1:${account}:stateMachine:no")], {"stateMachineArn": "${machine}"}),
    Probe("an action without resource types wants a star", ELEMENTS + "resource.html", VPCS, False, [allow("ec2:DescribeVpcs", "arn:aws:ec2:us-east-1:${account}:vpc/*")]),
    # --- which action an operation is
    Probe("HeadObject is GetObject", ACTIONS + "list_amazons3.html", "s3.head_object", True, [allow("s3:GetObject")], READ),
    Probe("HeadBucket is ListBucket", ACTIONS + "list_amazons3.html", "s3.head_bucket", True, [allow("s3:ListBucket")], {"Bucket": "${bucket}"}),
    Probe("GetBucketEncryption is GetEncryptionConfiguration", ACTIONS + "list_amazons3.html", "s3.get_bucket_encryption", True, [allow("s3:GetEncryptionConfiguration")], {"Bucket": "${bucket}"}),
    Probe("GetPublicAccessBlock is GetBucketPublicAccessBlock", ACTIONS + "list_amazons3.html", "s3.get_public_access_block", True, [allow("s3:GetBucketPublicAccessBlock")], {"Bucket": "${bucket}"}),
    Probe("GetBucketPolicyStatus is not GetBucketPolicy", ACTIONS + "list_amazons3.html", "s3.get_bucket_policy_status", False, [allow("s3:GetBucketPolicy")], {"Bucket": "${bucket}"}),
    Probe("the account's block has an action of its own", ACTIONS + "list_amazons3.html", "s3control.get_public_access_block", False, [allow("s3:GetBucketPublicAccessBlock")], {"AccountId": "${account}"}),
    Probe("GetFunctionConcurrency is itself", ACTIONS + "list_awslambda.html", "lambda.get_function_concurrency", True, [allow("lambda:GetFunctionConcurrency")], {"FunctionName": "echo"}),
    Probe("GetFunctionUrlConfig is itself", ACTIONS + "list_awslambda.html", "lambda.get_function_url_config", False, [allow("lambda:GetFunctionConfiguration")], {"FunctionName": "echo"}),
    Probe("reading a function is not reading its configuration", ACTIONS + "list_awslambda.html", "lambda.get_function", False, [allow("lambda:GetFunctionConfiguration")], {"FunctionName": "echo"}),
    Probe("API Gateway's reads are GET", ACTIONS + "list_amazonapigatewaymanagement.html", "apigateway.get_rest_apis", True, [allow("apigateway:GET")]),
    Probe("regions are read with account:ListRegions", ACTIONS + "list_awsaccountmanagement.html", "account.list_regions", True, [allow("account:ListRegions")]),
    # --- conditions
    Probe("a region that is not the one called", KEYS, VPCS, False, [allow("ec2:*", **when("StringEquals", "aws:RequestedRegion", "eu-west-1"))]),
    Probe("the region called", KEYS, VPCS, True, [allow("ec2:*", **when("StringEquals", "aws:RequestedRegion", "us-east-1"))]),
    Probe("a deny whose condition is not met", OPERATORS, VPCS, True, [allow("ec2:*"), deny("ec2:*", **when("StringEquals", "aws:RequestedRegion", "eu-west-1"))]),
    Probe("a deny by a negated operator", OPERATORS, VPCS, False, [allow("ec2:*"), deny("ec2:*", **when("StringNotEquals", "aws:RequestedRegion", "eu-west-1"))]),
    Probe("the account that owns a resource", KEYS, "s3.list_objects_v2", True, [allow("s3:*", **when("StringEquals", "aws:ResourceAccount", "${account}"))], {"Bucket": "${bucket}"}),
    Probe("another account that owns a resource", KEYS, "s3.list_objects_v2", False, [allow("s3:*", **when("StringEquals", "aws:ResourceAccount", "${foreign}"))], {"Bucket": "${bucket}"}),
    Probe("a foreign bucket is not the account's", KEYS, "s3.get_object", False, [allow("s3:*", **when("StringEquals", "aws:ResourceAccount", "${account}"))], {"Bucket": "${foreign_bucket}", "Key": "k"}),
    Probe("the source address", OPERATORS, VPCS, True, [allow("ec2:*", **when("IpAddress", "aws:SourceIp", "127.0.0.0/8"))]),
    Probe("another source address", OPERATORS, VPCS, False, [allow("ec2:*", **when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))]),
    Probe("a VPC endpoint that was not used", KEYS, VPCS, False, [allow("ec2:*", **when("StringEquals", "aws:SourceVpce", "vpce-1"))]),
    Probe("denying all but a VPC endpoint", KEYS, VPCS, False, [allow("ec2:*"), deny("ec2:*", **when("StringNotEquals", "aws:SourceVpce", "vpce-1"))]),
    Probe("IfExists passes where the key is absent", OPERATORS, VPCS, True, [allow("ec2:*", **when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"))]),
    Probe("Null finds an absent key", OPERATORS, VPCS, True, [allow("ec2:*", **when("Null", "aws:SourceVpce", "true"))]),
    Probe("MFA that was not used", KEYS, VPCS, False, [allow("ec2:*", **when("Bool", "aws:MultiFactorAuthPresent", "true"))]),
    Probe("BoolIfExists denies where MFA was not used", KEYS, VPCS, False, [allow("ec2:*"), deny("ec2:*", **when("BoolIfExists", "aws:MultiFactorAuthPresent", "false"))]),
    Probe("a date that has passed", OPERATORS, VPCS, False, [allow("ec2:*", **when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"))]),
    Probe("a date to come", OPERATORS, VPCS, True, [allow("ec2:*", **when("DateLessThan", "aws:CurrentTime", "2099-01-01T00:00:00Z"))]),
    Probe("StringLike with a star", OPERATORS, VPCS, True, [allow("ec2:*", **when("StringLike", "aws:RequestedRegion", "us-*"))]),
    Probe("a list of values means any of them", OPERATORS, VPCS, True, [allow("ec2:*", **when("StringEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"]))]),
    Probe("several keys mean all of them", OPERATORS, VPCS, False, [allow("ec2:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1", "aws:SourceVpce": "vpce-1"}})]),
    Probe("the principal's tag", GUIDE + "access_tags.html", VPCS, True, [allow("ec2:*", **when("StringEquals", "aws:PrincipalTag/team", "blue"))], tags={"team": "blue"}),
    Probe("another tag of the principal", GUIDE + "access_tags.html", VPCS, False, [allow("ec2:*", **when("StringEquals", "aws:PrincipalTag/team", "blue"))], tags={"team": "red"}),
    Probe("a prefix that may be listed", ACTIONS + "list_amazons3.html", "s3.list_objects_v2", True, [allow("s3:ListBucket", **when("StringLike", "s3:prefix", "a/*"))], {"Bucket": "${bucket}", "Prefix": "a/"}),
    Probe("a prefix that may not be listed", ACTIONS + "list_amazons3.html", "s3.list_objects_v2", False, [allow("s3:ListBucket", **when("StringLike", "s3:prefix", "a/*"))], {"Bucket": "${bucket}", "Prefix": "b/"}),
    Probe("a policy variable", ELEMENTS + "variables.html", "s3.get_object", True, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/$${aws:PrincipalTag/team}/*")], READ, tags={"team": "a"}),
    Probe("a policy variable of another value", ELEMENTS + "variables.html", "s3.get_object", False, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/$${aws:PrincipalTag/team}/*")], READ, tags={"team": "b"}),
    Probe("a tag that must be in the request", GUIDE + "access_tags.html", "sqs.create_queue", False, [allow("sqs:*", **when("StringEquals", "aws:RequestTag/team", "blue"))], {"QueueName": "untagged"}),
    Probe("the resource's tag", GUIDE + "access_tags.html", "dynamodb.describe_table", True, [allow("dynamodb:*", **when("StringEquals", "aws:ResourceTag/team", "blue"))], {"TableName": "tab1"}),
    Probe("another tag of the resource", GUIDE + "access_tags.html", "dynamodb.describe_table", False, [allow("dynamodb:*", **when("StringEquals", "aws:ResourceTag/team", "red"))], {"TableName": "tab1"}),
    # --- boundaries and session policies
    Probe("a boundary grants nothing", BOUNDARIES, VPCS, False, [], boundary=[allow("ec2:*")]),
    Probe("a boundary limits", BOUNDARIES, VPCS, False, [allow("*")], boundary=[allow("s3:*")]),
    Probe("what policy and boundary both allow", BOUNDARIES, VPCS, True, [allow("*")], boundary=[allow("ec2:*")]),
    Probe("an explicit deny in a boundary", BOUNDARIES, VPCS, False, [allow("*")], boundary=[allow("*"), deny("ec2:DescribeVpcs")]),
    Probe("a boundary's condition", BOUNDARIES, "s3.get_object", False, [allow("*")], {"Bucket": "${foreign_bucket}", "Key": "k"}, boundary=[allow("*", **when("StringEquals", "aws:ResourceAccount", "${account}"))]),
    Probe("a session policy limits", SESSIONS, VPCS, False, [allow("*")], session=[allow("s3:*")]),
    Probe("what policy and session policy both allow", SESSIONS, VPCS, True, [allow("*")], session=[allow("ec2:Describe*")]),
    Probe("a session policy grants nothing", SESSIONS, VPCS, False, [allow("s3:*")], session=[allow("*")]),
    Probe("an explicit deny in a session policy", SESSIONS, VPCS, False, [allow("*")], session=[allow("*"), deny("ec2:*")]),
    Probe("managed session policies limit", SESSIONS, VPCS, False, [allow("*")], session_arns=("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",)),
    Probe("boundary and session policy together", SESSIONS, VPCS, False, [allow("*")], boundary=[allow("ec2:*")], session=[allow("s3:*")]),
    # --- the resources' own policies
    Probe("a bucket policy's deny", CROSS, "s3.list_objects_v2", False, [allow("*")], {"Bucket": "${denying}"}),
    Probe("a bucket policy's deny of all but another", ELEMENTS + "notprincipal.html", "s3.list_objects_v2", False, [allow("*")], {"Bucket": "${sparing_another}"}),
    Probe("a bucket policy's deny of all but the role", ELEMENTS + "notprincipal.html", "s3.list_objects_v2", True, [allow("*")], {"Bucket": "${sparing_us}"}),
    Probe("a bucket policy's allow within the account", LOGIC, "s3.list_objects_v2", True, [], {"Bucket": "${allowing}"}),
    Probe("a foreign bucket that allows everybody, with own permission", CROSS, "s3.get_object", True, [allow("s3:GetObject")], {"Bucket": "${foreign_bucket}", "Key": "k"}),
    Probe("a foreign bucket without a policy", CROSS, "s3.get_object", False, [allow("s3:*")], {"Bucket": "${foreign_closed}", "Key": "k"}),
    Probe("a foreign bucket that allows everybody, without own permission", CROSS, "s3.get_object", False, [allow("ec2:*")], {"Bucket": "${foreign_bucket}", "Key": "k"}),
    Probe("a key whose policy leaves it to IAM", "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html", "kms.describe_key", True, [allow("kms:DescribeKey")], {"KeyId": "${key}"}),
    Probe("a key whose policy does not leave it to IAM", "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html", "kms.describe_key", False, [allow("kms:*")], {"KeyId": "${closed_key}"}),
    Probe("passing a role wants iam:PassRole", GUIDE + "id_roles_use_passrole.html", "stepfunctions.create_state_machine", False, [allow("states:*")], {"name": "passed", "definition": MACHINE, "roleArn": "arn:aws:iam::${account}:role/target"}),
    Probe("passing a role to the named service", GUIDE + "id_roles_use_passrole.html", "stepfunctions.create_state_machine", True, [allow("states:*"), allow("iam:PassRole", "arn:aws:iam::${account}:role/target", **when("StringEquals", "iam:PassedToService", "states.amazonaws.com"))], {"name": "passed", "definition": MACHINE, "roleArn": "arn:aws:iam::${account}:role/target"}),
    Probe("passing a role to another service", GUIDE + "id_roles_use_passrole.html", "stepfunctions.create_state_machine", False, [allow("states:*"), allow("iam:PassRole", "*", **when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com"))], {"name": "passed", "definition": MACHINE, "roleArn": "arn:aws:iam::${account}:role/target"}),
    Probe("passing another role", GUIDE + "id_roles_use_passrole.html", "ecs.register_task_definition", False, [allow("ecs:*"), allow("iam:PassRole", "arn:aws:iam::${account}:role/other")], {"family": "passed", "taskRoleArn": "arn:aws:iam::${account}:role/target", "containerDefinitions": [{"name": "main", "image": "x"}]}),
    Probe("an instance's role wants iam:PassRole", GUIDE + "id_roles_use_passrole.html", "ec2.run_instances", False, [allow("ec2:*")], {"ImageId": "ami-0abcdef1234567890", "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": "profile"}}),
    Probe("a new role's path is part of its ARN", GUIDE + "reference_identifiers.html", "iam.create_role", False, [allow("iam:CreateRole", "arn:aws:iam::${account}:role/runs/*")], {"RoleName": "elsewhere", "Path": "/other/", "AssumeRolePolicyDocument": TRUST_NOBODY}),
    Probe("a variable without a value matches nothing", ELEMENTS + "variables.html", "s3.get_object", False, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/$${aws:PrincipalTag/team}*")], READ),
    Probe("a variable in a condition", ELEMENTS + "variables.html", "s3.list_objects_v2", True, [allow("s3:ListBucket", **when("StringLike", "s3:prefix", "$${aws:PrincipalTag/team}/*"))], {"Bucket": "${bucket}", "Prefix": "a/"}, tags={"team": "a"}),
    Probe("a variable of another value in a condition", ELEMENTS + "variables.html", "s3.list_objects_v2", False, [allow("s3:ListBucket", **when("StringLike", "s3:prefix", "$${aws:PrincipalTag/team}/*"))], {"Bucket": "${bucket}", "Prefix": "a/"}, tags={"team": "b"}),
    Probe("a star that is written as a variable is no wildcard", ELEMENTS + "variables.html", "s3.get_object", False, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/$${*}")], READ),
    Probe("a variable with a default", ELEMENTS + "variables.html", "s3.get_object", True, [allow("s3:GetObject", "arn:aws:s3:::${bucket}/$${aws:PrincipalTag/team, 'a'}/*")], READ),
    Probe("a log group without its ending", "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html", "logs.filter_log_events", False, [allow("logs:FilterLogEvents", "arn:aws:logs:us-east-1:${account}:log-group:lg1")], {"logGroupName": "lg1"}),
    # --- what an operation asks beside its own action
    Probe("a missing object is hidden from whoever may not list", S3_API + "GetObject.html", "s3.get_object", False, [allow("s3:GetObject")], {"Bucket": "${bucket}", "Key": "nope"}),
    Probe("a missing object is hidden from HEAD too", S3_API + "HeadObject.html", "s3.head_object", False, [allow("s3:GetObject")], {"Bucket": "${bucket}", "Key": "nope"}),
    Probe("a missing object is told to whoever may list", S3_API + "GetObject.html", "s3.get_object", True, [allow("s3:GetObject"), allow("s3:ListBucket", "arn:aws:s3:::${bucket}")], {"Bucket": "${bucket}", "Key": "nope"}),
    Probe("a missing object of another bucket that may be listed", S3_API + "GetObject.html", "s3.get_object", False, [allow("s3:GetObject"), allow("s3:ListBucket", "arn:aws:s3:::${other}")], {"Bucket": "${bucket}", "Key": "nope"}),
    Probe("writing an object", S3_API + "PutObject.html", "s3.put_object", True, [allow("s3:PutObject")], WRITE),
    Probe("writing with an access control list", S3_API + "PutObject.html", "s3.put_object", False, [allow("s3:PutObject")], {**WRITE, "ACL": "private"}),
    Probe("writing with a grant", S3_API + "PutObject.html", "s3.put_object", False, [allow("s3:PutObject")], {**WRITE, "GrantRead": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'}),
    Probe("writing with an access control list, with leave", S3_API + "PutObject.html", "s3.put_object", True, [allow(["s3:PutObject", "s3:PutObjectAcl"])], {**WRITE, "ACL": "private"}),
    Probe("writing with tags", S3_API + "PutObject.html", "s3.put_object", False, [allow("s3:PutObject")], {**WRITE, "Tagging": "a=b"}),
    Probe("writing with tags, with leave", S3_API + "PutObject.html", "s3.put_object", True, [allow(["s3:PutObject", "s3:PutObjectTagging"], "arn:aws:s3:::${bucket}/written")], {**WRITE, "Tagging": "a=b"}),
    Probe("a copy with new tags", S3_API + "CopyObject.html", "s3.copy_object", False, [allow(["s3:PutObject", "s3:GetObject"])], {"Bucket": "${bucket}", "Key": "copied", "CopySource": "${bucket}/a/x", "TaggingDirective": "REPLACE", "Tagging": "a=b"}),
    Probe("a copy that keeps its tags' directive", S3_API + "CopyObject.html", "s3.copy_object", True, [allow(["s3:PutObject", "s3:GetObject"])], {"Bucket": "${bucket}", "Key": "copied", "CopySource": "${bucket}/a/x"}),
    Probe("a version is not the function", LAMBDA_VERSIONS, "lambda.invoke", False, [allow("lambda:InvokeFunction", FUNCTION + "echo")], {"FunctionName": "echo", "Qualifier": "1"}),
    Probe("a version by its ARN", LAMBDA_VERSIONS, "lambda.invoke", True, [allow("lambda:InvokeFunction", FUNCTION + "echo:1")], {"FunctionName": "echo", "Qualifier": "1"}),
    Probe("a version in the name", LAMBDA_VERSIONS, "lambda.invoke", False, [allow("lambda:InvokeFunction", FUNCTION + "echo")], {"FunctionName": "echo:1"}),
    Probe("every version of a function", LAMBDA_VERSIONS, "lambda.invoke", True, [allow("lambda:InvokeFunction", FUNCTION + "echo:*")], {"FunctionName": "echo", "Qualifier": "1"}),
    Probe("the function is not its version", LAMBDA_VERSIONS, "lambda.invoke", False, [allow("lambda:InvokeFunction", FUNCTION + "echo:1")], {"FunctionName": "echo"}),
]  # fmt: skip

DIFFERENT: dict[str, str] = {
    "an instance's role wants iam:PassRole": "a policy that lacks iam:PassRole for EC2 passes here and fails in AWS",
}


def document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Laboratory:
    """Two accounts and the things the probes name."""

    def __init__(self, account, foreign):
        self.account, self.foreign = account, foreign
        self.iam = account.client("iam")
        tag = account.account_id
        self.names = {"account": tag, "foreign": foreign.account_id}
        s3 = account.client("s3")
        for name in ("bucket", "other", "denying", "allowing", "sparing_another", "sparing_us"):
            self.names[name] = f"{name}-{tag}".replace("_", "-")
            s3.create_bucket(Bucket=self.names[name])
        for key in ("a/x", "z"):
            s3.put_object(Bucket=self.names["bucket"], Key=key, Body=b"1")
        self.bucket_policy(account, "denying", Effect="Deny", Action="s3:ListBucket")
        own = when("StringEquals", "aws:PrincipalAccount", tag)
        self.bucket_policy(account, "allowing", Effect="Allow", Action="s3:ListBucket", **own)
        for name, spared in (("sparing_another", "user/other"), ("sparing_us", "role/spared")):
            not_principal = {"AWS": f"arn:aws:iam::{tag}:{spared}"}
            bucket = f"arn:aws:s3:::{self.names[name]}"
            statement = {"Effect": "Deny", "NotPrincipal": not_principal, "Action": "s3:ListBucket", "Resource": bucket}
            s3.put_bucket_policy(Bucket=self.names[name], Policy=document([statement]))
        for name in ("foreign_bucket", "foreign_closed"):
            self.names[name] = f"{name}-{tag}".replace("_", "-")
            foreign.client("s3").create_bucket(Bucket=self.names[name])
            foreign.client("s3").put_object(Bucket=self.names[name], Key="k", Body=b"1")
        foreign.client("s3").delete_public_access_block(Bucket=self.names["foreign_bucket"])
        self.bucket_policy(foreign, "foreign_bucket", "/*", Effect="Allow", Action="s3:GetObject")
        self.others()

    def bucket_policy(self, account, name, suffix="", **statement):
        bucket = self.names[name]
        policy = document([{"Principal": "*", "Resource": f"arn:aws:s3:::{bucket}{suffix}", **statement}])
        account.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)

    def others(self):
        account = self.account
        for name in ("tab1", "tab2"):
            account.client("dynamodb").create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=[{"Key": "team", "Value": "blue"}],
            )
        self.names["queue"] = account.client("sqs").create_queue(QueueName="q1")["QueueUrl"]
        account.client("logs").create_log_group(logGroupName="lg1")
        trust = self.trust()
        target = self.iam.create_role(RoleName="target", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        self.iam.create_role(RoleName="pathy", Path="/inner/", AssumeRolePolicyDocument=trust)
        account.client("lambda").create_function(
            FunctionName="echo",
            Runtime="python3.12",
            Handler="i.h",
            Role=target,
            Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18},
        )
        account.client("lambda").publish_version(FunctionName="echo")
        machine = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
        self.names["machine"] = account.client("stepfunctions").create_state_machine(
            name="m", definition=json.dumps(machine), roleArn=target
        )["stateMachineArn"]
        kms = account.client("kms")
        self.names["key"] = kms.create_key()["KeyMetadata"]["Arn"]
        own = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account.account_id}:user/administrator"},
            "Action": "kms:*",
            "Resource": "*",
        }
        self.names["closed_key"] = kms.create_key(Policy=document([own]))["KeyMetadata"]["Arn"]

    def trust(self, **more):
        return document(
            [{"Effect": "Allow", "Principal": {"AWS": self.account.account_id}, "Action": "sts:AssumeRole", **more}]
        )

    def filled(self, value):
        text = json.dumps(value)
        for name, thing in self.names.items():
            text = text.replace("${" + name + "}", thing)
        return json.loads(text.replace("$${", "${"))

    def role(self, policy, *, name=None, trust=None, boundary=None, managed=False, tags=None):
        name = name or f"probe-{next(_numbers)}"
        options = {}
        if boundary is not None:
            made = self.iam.create_policy(PolicyName=f"{name}-b", PolicyDocument=document(self.filled(boundary)))
            options["PermissionsBoundary"] = made["Policy"]["Arn"]
        tags = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust or self.trust(), Tags=tags, **options)[
            "Role"
        ]["Arn"]
        if policy and managed:
            made = self.iam.create_policy(PolicyName=name, PolicyDocument=document(self.filled(policy)))["Policy"][
                "Arn"
            ]
            self.iam.attach_role_policy(RoleName=name, PolicyArn=made)
        elif policy:
            self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(self.filled(policy)))
        return arn

    def session(self, arn, **options):
        return self.account.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe", **options)["Credentials"]

    def client(self, service, credentials):
        once = Config(retries={"total_max_attempts": 1})
        return self.account.acting_as(credentials).client(service, config=once)


def passes(call):
    """Whether a call is let through; anything but a refusal by authorisation is a mistake of the test."""
    try:
        call()
    except ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 403 or "AccessDenied" in code or "Unauthorized" in code or code == "AuthorizationError":
            return False
        if status == 404 or code in {
            "NoSuchBucketPolicy",
            "ResourceNotFoundException",
            "NoSuchPublicAccessBlockConfiguration",
        }:
            return True
        raise
    return True


@pytest.fixture(scope="module")
def laboratory(embedded_account):
    return Laboratory(embedded_account.second_account(), embedded_account.second_account())


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_the_account_allows_and_denies_as_aws_does(laboratory, probe):
    name = "spared" if "sparing_us" in str(probe.parameters) else None
    arn = laboratory.role(probe.policy, name=name, boundary=probe.boundary, managed=probe.managed, tags=probe.tags)
    options = {}
    if probe.session is not None:
        options["Policy"] = document(laboratory.filled(probe.session))
    if probe.session_arns:
        options["PolicyArns"] = [{"arn": policy} for policy in probe.session_arns]
    service, operation = probe.call.split(".")
    client = laboratory.client(service, laboratory.session(arn, **options))
    allowed = passes(lambda: getattr(client, operation)(**laboratory.filled(probe.parameters)))
    assert allowed is (probe.allowed if probe.name not in DIFFERENT else not probe.allowed), probe.source


def test_every_known_difference_is_a_probe():
    assert set(DIFFERENT) <= {probe.name for probe in PROBES}
    assert len({probe.name for probe in PROBES}) == len(PROBES)


TRUSTS = [
    ("the account", {"Principal": {"AWS": "${account}"}}, {}, True),
    ("the account's root", {"Principal": {"AWS": "arn:aws:iam::${account}:root"}}, {}, True),
    ("the user", {"Principal": {"AWS": "arn:aws:iam::${account}:user/administrator"}}, {}, True),
    ("another user", {"Principal": {"AWS": "arn:aws:iam::${account}:user/somebody"}}, {}, False),
    ("another account", {"Principal": {"AWS": "${foreign}"}}, {}, False),
    ("everybody", {"Principal": "*"}, {}, True),
    ("a service", {"Principal": {"Service": "ecs-tasks.amazonaws.com"}}, {}, False),
    ("a denial", {"Effect": "Deny", "Principal": {"AWS": "${account}"}}, {}, False),
    ("the right external id", when("StringEquals", "sts:ExternalId", "x1"), {"ExternalId": "x1"}, True),
    ("a wrong external id", when("StringEquals", "sts:ExternalId", "x1"), {"ExternalId": "x2"}, False),
    ("no external id", when("StringEquals", "sts:ExternalId", "x1"), {}, False),
    ("the right session name", when("StringLike", "sts:RoleSessionName", "pro*"), {}, True),
    ("a wrong session name", when("StringLike", "sts:RoleSessionName", "run-*"), {}, False),
    ("another action only", {"Action": "sts:AssumeRoleWithWebIdentity"}, {}, False),
    ("session tags without leave to set them", {}, {"Tags": [{"Key": "k", "Value": "v"}]}, False),
    ("session tags with leave to set them", {"Action": ["sts:AssumeRole", "sts:TagSession"]}, {"Tags": [{"Key": "k", "Value": "v"}]}, True),
    ("a source identity without leave to set it", {}, {"SourceIdentity": "run-1"}, False),
    ("a source identity with leave to set it", {"Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}, {"SourceIdentity": "run-1"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "statement", "options", "allowed"), TRUSTS, ids=[case[0] for case in TRUSTS])
def test_trust_policies_decide_who_becomes_the_role(laboratory, name, statement, options, allowed):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    base = {"Effect": "Allow", "Principal": {"AWS": "${account}"}, "Action": "sts:AssumeRole"}
    trust = document(laboratory.filled([{**base, **statement}]))
    arn = laboratory.role([allow("ec2:*")], trust=trust)
    assert passes(lambda: laboratory.session(arn, **options)) is allowed


def test_a_source_identity_stays_with_the_session(laboratory):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html"""
    trust = laboratory.trust(Action=["sts:AssumeRole", "sts:SetSourceIdentity"])
    arn = laboratory.role([allow("ec2:*", **when("StringEquals", "aws:SourceIdentity", "run-1"))], trust=trust)
    answer = laboratory.account.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe", SourceIdentity="run-1")
    assert answer["SourceIdentity"] == "run-1"
    assert passes(laboratory.client("ec2", answer["Credentials"]).describe_vpcs)
    assert not passes(laboratory.client("ec2", laboratory.session(arn)).describe_vpcs)
    assert not passes(laboratory.client("ec2", laboratory.session(arn, SourceIdentity="run-2")).describe_vpcs)


@pytest.mark.parametrize(("seconds", "longest", "fits"), [(900, 3600, True), (3601, 3600, False), (7200, 7200, True)])
def test_a_session_lasts_no_longer_than_its_role_allows(laboratory, seconds, longest, fits):
    arn = laboratory.role([allow("ec2:*")])
    laboratory.iam.update_role(RoleName=arn.rpartition("/")[2], MaxSessionDuration=longest)
    if fits:
        assert laboratory.session(arn, DurationSeconds=seconds)
    else:
        with pytest.raises(ClientError, match="ValidationError"):
            laboratory.session(arn, DurationSeconds=seconds)


def test_a_chained_role_has_its_own_permissions_and_an_hour_at_most(laboratory):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining"""
    first = laboratory.role([allow("sts:AssumeRole"), allow("s3:*")])
    name = first.rpartition("/")[2]
    trust = document([{"Effect": "Allow", "Principal": {"AWS": first}, "Action": "sts:AssumeRole"}])
    second = laboratory.role([allow("ec2:*")], trust=trust)
    laboratory.iam.update_role(RoleName=second.rpartition("/")[2], MaxSessionDuration=7200)
    sts = laboratory.client("sts", laboratory.session(first))
    chained = sts.assume_role(RoleArn=second, RoleSessionName="chained")["Credentials"]
    assert passes(laboratory.client("ec2", chained).describe_vpcs)
    assert not passes(laboratory.client("s3", chained).list_buckets)
    with pytest.raises(ClientError, match="ValidationError"):
        sts.assume_role(RoleArn=second, RoleSessionName="chained", DurationSeconds=7200)
    limited = laboratory.client("sts", laboratory.session(first, Policy=document([allow("s3:*")])))
    assert not passes(lambda: limited.assume_role(RoleArn=second, RoleSessionName="chained"))
    assert name


def test_a_role_of_another_account_is_assumed_where_both_sides_agree(laboratory):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""
    theirs = laboratory.foreign.client("iam")
    for name, trusted in (("open", laboratory.account.account_id), ("shut", laboratory.foreign.account_id)):
        trust = document([{"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}])
        theirs.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    arn = f"arn:aws:iam::{laboratory.foreign.account_id}:role/"
    able, unable = (
        laboratory.client("sts", laboratory.session(laboratory.role([allow(action)])))
        for action in ("sts:AssumeRole", "ec2:*")
    )
    crossed = able.assume_role(RoleArn=arn + "open", RoleSessionName="crossed")["Credentials"]
    assert laboratory.client("sts", crossed).get_caller_identity()["Account"] == laboratory.foreign.account_id
    assert not passes(lambda: able.assume_role(RoleArn=arn + "shut", RoleSessionName="crossed"))
    assert not passes(lambda: unable.assume_role(RoleArn=arn + "open", RoleSessionName="crossed"))


def test_what_is_taken_from_a_role_is_taken_from_its_sessions_at_once(laboratory):
    """AWS may take seconds to propagate; nothing may rely on the old permissions meanwhile."""
    arn = laboratory.role([allow("ec2:*")])
    name = arn.rpartition("/")[2]
    ec2 = laboratory.client("ec2", laboratory.session(arn))
    assert passes(ec2.describe_vpcs)
    laboratory.iam.delete_role_policy(RoleName=name, PolicyName="p")
    assert not passes(ec2.describe_vpcs)
    laboratory.iam.delete_role(RoleName=name)
    assert not passes(ec2.describe_vpcs)
    assert not passes(lambda: laboratory.session(arn))


def test_users_have_boundaries_and_groups_have_policies(laboratory):
    iam = laboratory.iam
    iam.create_group(GroupName="readers")
    iam.put_group_policy(
        GroupName="readers", PolicyName="p", PolicyDocument=document([allow("ec2:*"), allow("s3:ListAllMyBuckets")])
    )
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=document([allow("ec2:*")]))["Policy"]["Arn"]
    iam.create_user(UserName="limited", PermissionsBoundary=limit)
    iam.add_user_to_group(GroupName="readers", UserName="limited")
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    assert passes(laboratory.client("ec2", key).describe_vpcs)
    assert not passes(laboratory.client("s3", key).list_buckets)


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [("task-definition/family:*", True), ("task-definition/other:*", False), ("cluster/c", False)],
)
def test_running_a_task_is_allowed_on_its_definition(laboratory, resource, allowed):
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html"""
    ecs = laboratory.account.client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="family", containerDefinitions=[{"name": "main", "image": "x"}])
    arn = laboratory.role([allow("ecs:RunTask", "arn:aws:ecs:us-east-1:${account}:" + resource)])
    client = laboratory.client("ecs", laboratory.session(arn))
    assert passes(lambda: client.run_task(cluster="c", taskDefinition="family")) is allowed
