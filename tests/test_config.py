import json
from pathlib import Path

import botocore
import pytest

from cloudprobe.config import AWS_DOMAINS, Config, is_aws
from cloudprobe.errors import CredentialsError, RefusedError, UsageError

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "hush"}


def target(**changes):
    environment = {name: value for name, value in (LOCAL | changes).items() if value is not None}
    return Config.read(environment).target()


def test_the_process_s_own_environment_is_the_default(monkeypatch, tmp_path):
    monkeypatch.setenv("CLOUDPROBE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CLOUDPROBE_LOG_LEVEL", "DEBUG")
    assert Config.read().data_dir == tmp_path
    assert Config.read().log_level == "DEBUG"


def test_arguments_win(tmp_path):
    config = Config.read(
        {"CLOUDPROBE_DATA_DIR": "/elsewhere", "CLOUDPROBE_LOG_LEVEL": "DEBUG"}, data_dir=tmp_path, log_level="ERROR"
    )
    assert config.data_dir == tmp_path
    assert config.log_level == "ERROR"


def test_without_anything_the_platform_decides():
    config = Config.read({})
    assert config.data_dir.is_absolute()
    assert config.data_dir.name == "cloudprobe"
    assert config.log_level == "WARNING"
    assert config.colour


def test_colours_can_be_declined():
    assert not Config.read({"NO_COLOR": "1"}).colour


def test_a_relative_data_folder_means_the_working_one():
    assert Config.read({"CLOUDPROBE_DATA_DIR": "here"}).data_dir == Path.cwd() / "here"
    assert Config.read({"CLOUDPROBE_DATA_DIR": "~/here"}).data_dir == Path.home() / "here"


def test_an_endpoint_is_a_target():
    found = target(AWS_DEFAULT_REGION="eu-west-1", AWS_SESSION_TOKEN="token")
    assert found.endpoint_url == "http://127.0.0.1:4566"
    assert found.region == "eu-west-1"
    assert found.credentials.access_key_id == "AKIAX"
    assert found.credentials.secret_access_key == "hush"
    assert found.credentials.session_token == "token"


def test_aws_region_comes_before_the_default_one():
    assert target(AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="us-west-2").region == "eu-west-1"
    assert target().region is None


def test_a_profile_stands_in_for_keys():
    found = target(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY="", AWS_PROFILE="team")
    assert found.credentials is None
    assert found.profile == "team"


@pytest.mark.parametrize(
    ("given", "missing"),
    [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")],
)
def test_half_a_key_pair_names_the_other_half(given, missing):
    with pytest.raises(CredentialsError, match=f"{missing} is not"):
        target(**{missing: None})


def test_no_secret_is_shown():
    config = Config.read(LOCAL | {"AWS_SESSION_TOKEN": "whisper", "SOME_API_KEY": "murmur"})
    for shown in (repr(config), repr(config.target())):
        assert not any(secret in shown for secret in ("hush", "whisper", "murmur"))


def test_every_variable_that_says_it_is_secret_is_kept_from_logs():
    environment = LOCAL | {
        "AWS_SESSION_TOKEN": "t",
        "LANGSMITH_API_KEY": "l",
        "DB_PASSWORD": "p",
        "HOME": "/root",
        "X_TOKEN": "",
    }
    assert set(Config.read(environment).secrets) == {"AKIAX", "hush", "t", "l", "p"}


@pytest.mark.parametrize(
    "environment", [{}, {"AWS_ENDPOINT_URL": ""}, LOCAL | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"}]
)
def test_without_an_endpoint_aws_itself_is_meant(environment):
    assert Config.read(environment).target().endpoint_url is None


def test_aws_itself_has_no_endpoint_for_one_service_elsewhere():
    with pytest.raises(RefusedError, match="AWS_ENDPOINT_URL_S3"):
        Config.read({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:4566"}).target()


def test_a_profile_that_is_asked_for_comes_before_keys():
    found = Config.read(LOCAL | {"AWS_PROFILE": "other", "AWS_SESSION_TOKEN": "t"}).with_profile("team").target()
    assert (found.credentials, found.profile) == (None, "team")
    assert Config.read(LOCAL).with_profile("").target().credentials.access_key_id == "AKIAX"


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.us-east-1.amazonaws.com",
        "https://sts.amazonaws.com",
        "https://STS.AmazonAWS.com:443/",
        "https://sts.amazonaws.com./",
        "http://ec2.cn-north-1.amazonaws.com.cn",
        "https://lambda.us-east-1.api.aws",
        "https://vpce-1-2.ec2.us-east-1.vpce.amazonaws.com",
        "https://amazonaws.com",
        "https://iam.eusc-de-east-1.amazonaws.eu",
        "https://iam.us-iso-east-1.c2s.ic.gov",
    ],
)
def test_the_address_of_one_service_of_aws_is_no_account(url):
    with pytest.raises(UsageError, match="AWS has one for each") as caught:
        target(AWS_ENDPOINT_URL=url)
    assert "Unset AWS_ENDPOINT_URL" in caught.value.hint


@pytest.mark.parametrize(
    "host", ["notamazonaws.com", "amazonaws.com.example.org", "localhost", "api.aws.test", "127.0.0.1"]
)
def test_what_only_looks_like_aws(host):
    assert not is_aws(host)
    assert target(AWS_ENDPOINT_URL=f"http://{host}:4566").endpoint_url == f"http://{host}:4566"


def test_every_partition_is_known():
    file = Path(botocore.__file__).parent / "data" / "partitions.json"
    outputs = [partition["outputs"] for partition in json.loads(file.read_text())["partitions"]]
    assert set(AWS_DOMAINS) >= {output[name] for output in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")}


@pytest.mark.parametrize(
    "url",
    [
        "localhost:4566",
        "127.0.0.1",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://localhost@ec2.amazonaws.com",
        "http://localhost\\@ec2.amazonaws.com",
        "http://ec2%2eamazonaws.com",
        "http://ec2。amazonaws。com",
        "http://127.0.0.1/?x=1",
        "http://127.0.0.1/#x",
        "http://[::1",
        "nonsense",
    ],
)
def test_what_is_no_endpoint(url):
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL is"):
        target(AWS_ENDPOINT_URL=url)


def test_an_endpoint_in_one_spelling():
    assert target(AWS_ENDPOINT_URL="HTTP://LocalHost:4566/").endpoint_url == "http://localhost:4566"
    assert target(AWS_ENDPOINT_URL="http://[::1]:4566").endpoint_url == "http://[::1]:4566"
    assert target(AWS_ENDPOINT_URL="https://stack.test/aws/").endpoint_url == "https://stack.test/aws"


@pytest.mark.parametrize(
    "url", ["https://s3.amazonaws.com", "http://127.0.0.1:4567", "https://127.0.0.1:4566", "http://other:4566"]
)
def test_a_service_with_an_endpoint_of_its_own_is_no_way_elsewhere(url):
    with pytest.raises(RefusedError, match="AWS_ENDPOINT_URL_S3") as caught:
        target(AWS_ENDPOINT_URL_S3=url)
    assert "Unset AWS_ENDPOINT_URL_S3" in caught.value.hint


def test_a_service_may_repeat_the_endpoint():
    assert target(AWS_ENDPOINT_URL_S3="http://127.0.0.1:4566/").endpoint_url == LOCAL["AWS_ENDPOINT_URL"]


def test_bedrock_is_reached_by_variables_of_its_own():
    account = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_REGION": "eu-west-1"}
    config = Config.read(account)
    assert config.bedrock_endpoint() is None
    assert config.bedrock_region == "eu-west-1"
    own = {"CLOUDPROBE_BEDROCK_ENDPOINT_URL": "http://127.0.0.1:9/", "CLOUDPROBE_BEDROCK_REGION": "us-west-2"}
    config = Config.read({**account, **own, "CLOUDPROBE_BEDROCK_PROFILE": "models", "CLOUDPROBE_MODEL": "bedrock"})
    assert config.bedrock_endpoint() == "http://127.0.0.1:9"
    assert (config.bedrock_region, config.bedrock_profile, config.model) == ("us-west-2", "models", "bedrock")
    assert config.target().endpoint_url == "http://127.0.0.1:4566"
    with pytest.raises(UsageError, match="CLOUDPROBE_BEDROCK_ENDPOINT_URL"):
        Config.read({"CLOUDPROBE_BEDROCK_ENDPOINT_URL": "nowhere"}).bedrock_endpoint()


def test_an_endpoint_of_bedrock_alone_is_refused_and_says_where_a_models_goes():
    with pytest.raises(RefusedError, match="CLOUDPROBE_BEDROCK_ENDPOINT_URL"):
        Config.read({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9"}).target()
