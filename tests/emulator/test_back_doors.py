"""Every way around the signature that the emulator behind the gate leaves open, tried from outside."""

import datetime as dt
import hashlib
import json
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ONCE = Config(retries={"total_max_attempts": 1})


def client(account, service, key, secret, token=None, **options):
    options.setdefault("config", ONCE)
    return boto3.client(
        service,
        endpoint_url=account.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        **options,
    )


def send(account, method, path, *, body=b"", headers=None):
    request = urllib.request.Request(
        account.endpoint_url + path, data=body or None, method=method, headers=headers or {}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def signed(account, method, path, *, body=b"", service="s3", headers=None, key=None, secret=None):
    """A request as botocore signs it, for tampering with afterwards."""
    request = AWSRequest(method=method, url=account.endpoint_url + path, data=body, headers=headers or {})
    request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
    credentials = Credentials(key or account.access_key_id, secret or account.secret_access_key)
    SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


@pytest.fixture(scope="module")
def bucket(embedded_account):
    name = f"guarded-{embedded_account.account_id}"
    embedded_account.client("s3").create_bucket(Bucket=name)
    embedded_account.client("s3").put_object(Bucket=name, Key="k", Body=b"secret")
    return name


@pytest.mark.parametrize("key", ["test", "000000000000", "own", "AKIAIOSFODNN7EXAMPLE", "None"])
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_buckets"),
        ("dynamodb", "list_tables"),
        ("iam", "list_users"),
        ("lambda", "list_functions"),
        ("ec2", "describe_vpcs"),
    ],
)
def test_keys_the_account_never_gave_out_are_refused(embedded_account, key, service, operation):
    key = embedded_account.account_id if key == "own" else key
    with pytest.raises(ClientError) as refused:
        getattr(client(embedded_account, service, key, "test"), operation)()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 401, 403}
    assert refused.value.response["Error"]["Code"] in {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
    }


@pytest.mark.parametrize("service", ["s3", "iam", "dynamodb", "lambda", "ec2", "sts", "sqs", "states"])
def test_a_forged_signature_of_a_known_key_is_refused(embedded_account, service):
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={embedded_account.access_key_id}/{stamp[:8]}/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
    )
    status, body = send(
        embedded_account,
        "POST",
        "/",
        body=b"Action=GetCallerIdentity&Version=2011-06-15",
        headers={
            "Authorization": authorization,
            "X-Amz-Date": stamp,
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    assert status in {400, 401, 403}, body


@pytest.mark.parametrize(
    "operation",
    [
        ("list_buckets", {}),
        ("get_object", {"Key": "k"}),
        ("head_object", {"Key": "k"}),
        ("create_bucket", {}),
        ("put_object", {"Key": "x", "Body": b""}),
    ],
    ids=lambda o: o[0],
)
def test_unsigned_s3_is_refused(embedded_account, bucket, operation):
    name, parameters = operation
    if name != "list_buckets":
        parameters = {"Bucket": f"new-{bucket}" if name == "create_bucket" else bucket, **parameters}
    unsigned = client(embedded_account, "s3", "x", "y", config=ONCE.merge(Config(signature_version=UNSIGNED)))
    with pytest.raises(ClientError) as refused:
        getattr(unsigned, name)(**parameters)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    names = [b["Name"] for b in embedded_account.client("s3").list_buckets()["Buckets"]]
    assert f"new-{bucket}" not in names


PATHS = [
    "/_ministack/reset", "/_ministack/config", "/_ministack/health", "/_ministack/ready", "/_localstack/health",
    "/_ministack/sqs/messages", "/_ministack/cfn-response/x", "/_ministack/rds/iam-auth", "/_alb/x", "/_aws/ses", "/_MINISTACK/reset",
    "/latest/meta-data/iam/security-credentials/", "/latest/api/token", "/latest/dynamic/instance-identity/document",
    "/latest/user-data", "/v2/credentials/x", "/v4/token/task",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_administration_and_metadata_are_closed_to_everybody(embedded_account, bucket, path):
    for method, body in (("GET", b""), ("POST", b"{}"), ("PUT", b"{}"), ("DELETE", b"")):
        assert send(embedded_account, method, path, body=body)[0] in {403, 404}, method
        headers = signed(embedded_account, method, path, body=body)
        assert send(embedded_account, method, path, body=body, headers=headers)[0] == 404, method
    assert embedded_account.client("s3").head_bucket(Bucket=bucket)


def test_a_body_other_than_the_signed_one_is_refused(embedded_account, bucket):
    headers = signed(embedded_account, "PUT", f"/{bucket}/tampered", body=b"good")
    assert send(embedded_account, "PUT", f"/{bucket}/tampered", body=b"evil", headers=headers)[0] == 403
    assert send(embedded_account, "PUT", f"/{bucket}/tampered", body=b"good", headers=headers)[0] == 200


def test_a_path_other_than_the_signed_one_is_refused(embedded_account, bucket):
    headers = signed(embedded_account, "GET", f"/{bucket}/other")
    assert send(embedded_account, "GET", f"/{bucket}/k", headers=headers)[0] == 403


def test_an_old_signature_is_refused(embedded_account, bucket, monkeypatch):
    import botocore.auth

    yesterday = dt.datetime.fromtimestamp(time.time() - 86_400, tz=dt.UTC).replace(tzinfo=None)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_args, **_kwargs: yesterday)
    headers = signed(embedded_account, "GET", f"/{bucket}/k")
    status, body = send(embedded_account, "GET", f"/{bucket}/k", headers=headers)
    assert status == 403
    assert b"RequestTimeTooSkewed" in body


def test_two_keys_in_one_request_are_refused(embedded_account, bucket):
    """The emulator would check one and act for the other."""
    headers = signed(embedded_account, "GET", f"/{bucket}/k")
    good = headers.pop("Authorization")
    confused = good.replace("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 X=Credential=AKIAOTHER/x/x/s3/aws4_request, ")
    assert send(embedded_account, "GET", f"/{bucket}/k", headers={**headers, "Authorization": confused})[0] == 400
    query = f"/{bucket}/k?X-Amz-Credential=test%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
    assert send(embedded_account, "GET", query, headers={**headers, "Authorization": good})[0] == 400


def test_signatures_of_other_kinds_are_refused(embedded_account, bucket):
    assert send(embedded_account, "GET", f"/{bucket}/k?AWSAccessKeyId=test&Signature=x&Expires=9999999999")[0] == 400
    assert send(embedded_account, "GET", f"/{bucket}/k", headers={"Authorization": "AWS test:x"})[0] == 400
    assert send(embedded_account, "GET", f"/{bucket}/k", headers={"Authorization": "Bearer x"})[0] == 403
    url = client(embedded_account, "s3", embedded_account.access_key_id, embedded_account.secret_access_key)
    old = url.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert "AWSAccessKeyId" in old
    assert send(embedded_account, "GET", old.removeprefix(embedded_account.endpoint_url))[0] == 400


def test_presigned_urls_work_until_they_expire_and_only_as_signed(embedded_account, bucket):
    s3 = embedded_account.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=1)
    path = url.removeprefix(embedded_account.endpoint_url)
    assert send(embedded_account, "GET", path) == (200, b"secret")
    assert send(embedded_account, "GET", path.replace("/k?", "/other?"))[0] == 403
    assert send(embedded_account, "GET", path.replace("X-Amz-Expires=1", "X-Amz-Expires=9999"))[0] == 403
    while send(embedded_account, "GET", path)[0] == 200:
        time.sleep(0.2)
    assert send(embedded_account, "GET", path)[0] == 403


def test_a_session_needs_its_own_token(embedded_account):
    iam = embedded_account.client("iam")
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"AWS": embedded_account.account_id}, "Action": "sts:AssumeRole"}
    }
    role = iam.create_role(RoleName="sessions", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    sts = embedded_account.client("sts")
    one, two = (sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"] for name in ("one", "two"))
    secret = one["SecretAccessKey"]
    assert client(embedded_account, "sts", one["AccessKeyId"], secret, one["SessionToken"]).get_caller_identity()
    for token in (None, two["SessionToken"], "made-up"):
        with pytest.raises(ClientError):
            client(embedded_account, "sts", one["AccessKeyId"], secret, token).get_caller_identity()


def test_a_key_that_was_switched_off_or_deleted_is_refused_at_once(clean_account):
    iam = clean_account.client("iam")
    iam.create_user(UserName="leaver")
    key = iam.create_access_key(UserName="leaver")["AccessKey"]
    own = client(clean_account, "sts", key["AccessKeyId"], key["SecretAccessKey"])
    assert own.get_caller_identity()["Arn"].endswith(":user/leaver")
    iam.update_access_key(UserName="leaver", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with pytest.raises(ClientError):
        own.get_caller_identity()
    iam.delete_access_key(UserName="leaver", AccessKeyId=key["AccessKeyId"])
    with pytest.raises(ClientError):
        own.get_caller_identity()


def test_a_header_of_another_service_names_no_action_of_s3(clean_account):
    """S3 reads neither ``X-Amz-Target`` nor ``Action``; the emulator would take its action's name from them."""
    iam = clean_account.client("iam")
    iam.create_user(UserName="lister")
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    }
    iam.put_user_policy(UserName="lister", PolicyName="p", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="lister")["AccessKey"]
    name = f"headers-{clean_account.account_id}"
    clean_account.client("s3").create_bucket(Bucket=name)
    clean_account.client("s3").put_object(Bucket=name, Key="k", Body=b"secret")
    pair = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    assert send(clean_account, "GET", "/", headers=signed(clean_account, "GET", "/", **pair))[0] == 200
    target = {"X-Amz-Target": "AmazonS3.ListAllMyBuckets"}
    headers = signed(clean_account, "GET", f"/{name}/k", headers=target, **pair)
    assert send(clean_account, "GET", f"/{name}/k", headers=headers)[0] == 403
    path = f"/{name}/k?Action=ListAllMyBuckets"
    assert send(clean_account, "GET", path, headers=signed(clean_account, "GET", path, **pair))[0] == 403


def test_an_oversized_body_is_refused(embedded_account, bucket):
    import http.client

    connection = http.client.HTTPConnection(embedded_account.endpoint_url.removeprefix("http://"), timeout=30)
    connection.putrequest("PUT", f"/{bucket}/big")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    chunk = b"100000\r\n" + b"\0" * 0x100000 + b"\r\n"
    try:
        for _ in range(66):
            connection.send(chunk)
        connection.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        assert connection.getresponse().status == 413
    except (ConnectionResetError, BrokenPipeError):
        pass
    finally:
        connection.close()
    assert embedded_account.client("s3").head_bucket(Bucket=bucket)


def test_a_deployed_api_answers_without_a_signature_but_no_key_helps(embedded_account):
    api = embedded_account.client("apigateway")
    made = api.create_rest_api(name="open")["id"]
    root = api.get_resources(restApiId=made)["items"][0]["id"]
    api.put_method(restApiId=made, resourceId=root, httpMethod="GET", authorizationType="NONE")
    api.put_integration(
        restApiId=made,
        resourceId=root,
        httpMethod="GET",
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    api.put_method_response(restApiId=made, resourceId=root, httpMethod="GET", statusCode="200")
    api.put_integration_response(
        restApiId=made,
        resourceId=root,
        httpMethod="GET",
        statusCode="200",
        responseTemplates={"application/json": '{"ok": true}'},
    )
    api.create_deployment(restApiId=made, stageName="prod")
    path = f"/restapis/{made}/prod/_user_request_/"
    assert send(embedded_account, "GET", path)[0] == 200
    forged = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00"
    }
    assert send(embedded_account, "GET", path, headers=forged)[0] in {400, 403}
    closed = api.create_resource(restApiId=made, parentId=root, pathPart="closed")["id"]
    api.put_method(restApiId=made, resourceId=closed, httpMethod="GET", authorizationType="AWS_IAM")
    api.put_integration(
        restApiId=made,
        resourceId=closed,
        httpMethod="GET",
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    api.create_deployment(restApiId=made, stageName="prod")
    assert send(embedded_account, "GET", path + "closed")[0] == 403
