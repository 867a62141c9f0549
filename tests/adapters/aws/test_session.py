import http.server
import socket
import threading

import pytest

from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.errors import CredentialsError, EndpointUnreachableError, RefusedError

KEYS = Keys("AKIAIOSFODNN7EXAMPLE", "hush-hush-hush", "whisper-whisper")


@pytest.fixture
def endpoint():
    """Start something that answers every request as told; returns its URL and the requests it got."""
    servers = []

    def start(body: bytes, *, status: int = 200):
        requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                requests.append((self.path, dict(self.headers)))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815 - the base class's names

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", requests

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def without_credentials(monkeypatch, tmp_path):
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_REGION",
    ):
        monkeypatch.delenv(name, raising=False)
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    return config, credentials


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def error_body(code):
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>".encode()


def test_who_we_are(session, clean_account):
    identity = session.identify()
    assert identity.account == clean_account.account_id
    assert identity.arn == f"arn:aws:iam::{clean_account.account_id}:user/administrator"
    assert identity.partition == "aws"
    assert identity.region == "us-east-1"


def test_clients_are_made_once_for_each_service_and_region(session):
    assert session.client("iam") is session.client("iam", "us-east-1")
    assert session.client("ec2", "eu-west-1") is not session.client("ec2")
    assert session.client("ec2", "eu-west-1").meta.region_name == "eu-west-1"


def test_clients_of_another_caller_are_others(session):
    other = session.with_keys(KEYS)
    assert other.client("iam") is not session.client("iam")
    assert other.region == session.region


def test_calls_go_to_the_endpoint_alone(endpoint, monkeypatch):
    """Neither a service's own endpoint nor a proxy in the environment leads elsewhere."""
    url, requests = endpoint(b"<ListAllMyBucketsResult/>")
    elsewhere = f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", elsewhere)
    monkeypatch.setenv("HTTP_PROXY", elsewhere)
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    client = open_session(endpoint_url=url, keys=KEYS).client("s3")
    client.list_buckets()
    client.list_objects_v2(Bucket="some-bucket")
    assert requests[1][0].startswith("/some-bucket?")
    assert "cloudprobe/" in requests[0][1]["User-Agent"]


def test_a_bearer_token_of_the_environment_is_not_used(endpoint, monkeypatch):
    url, requests = endpoint(b"{}")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bearer-of-somebody")
    open_session(endpoint_url=url, keys=KEYS).client("bedrock").list_foundation_models()
    ((_, headers),) = requests
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/")


def test_keys_are_never_shown():
    assert "hush" not in repr(KEYS)
    assert "whisper" not in repr(KEYS)


def test_no_credentials(without_credentials):
    with pytest.raises(CredentialsError, match=r"No AWS credentials were given for http://127\.0\.0\.1") as caught:
        open_session(endpoint_url="http://127.0.0.1:1").identify()
    assert "AWS_ACCESS_KEY_ID" in caught.value.hint
    assert caught.value.exit_code == 5


def test_credentials_and_region_of_a_profile(without_credentials, clean_account):
    config, credentials = without_credentials
    config.write_text("[profile team]\nregion = eu-west-3\n")
    credentials.write_text(
        f"[team]\naws_access_key_id = {clean_account.access_key_id}\n"
        f"aws_secret_access_key = {clean_account.secret_access_key}\n"
    )
    identity = open_session(endpoint_url=clean_account.endpoint_url, profile="team").identify()
    assert identity.account == clean_account.account_id
    assert identity.region == "eu-west-3"


def test_the_endpoint_of_a_profile_is_heeded(without_credentials, clean_account):
    """Who means an emulated account by a profile must never be sent to AWS itself."""
    config, credentials = without_credentials
    config.write_text(f"[profile lab]\nendpoint_url = {clean_account.endpoint_url}\n")
    credentials.write_text(
        f"[lab]\naws_access_key_id = {clean_account.access_key_id}\n"
        f"aws_secret_access_key = {clean_account.secret_access_key}\n"
    )
    session = open_session(endpoint_url=None, profile="lab")
    assert session.endpoint == clean_account.endpoint_url
    assert session.identify().account == clean_account.account_id


def test_a_profile_that_sends_one_service_elsewhere_is_refused(without_credentials):
    config, _ = without_credentials
    config.write_text("[profile lab]\nservices = mixed\n[services mixed]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n")
    with pytest.raises(RefusedError, match="mixed"):
        open_session(endpoint_url=None, profile="lab")


def test_a_variable_for_one_service_leads_nowhere_else(endpoint, monkeypatch):
    body = (
        b'<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets/></ListAllMyBucketsResult>'
    )
    there, asked_there = endpoint(body)
    elsewhere, asked_elsewhere = endpoint(body)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", elsewhere)
    open_session(endpoint_url=there, keys=KEYS).client("s3").list_buckets()
    assert (len(asked_there), asked_elsewhere) == (1, [])


def test_aws_itself_is_asked_by_its_own_names(without_credentials, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    session = open_session(endpoint_url=None, keys=KEYS, region="eu-west-1")
    assert session.client("sts").meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"
    assert session.endpoint == "AWS"


def test_a_profile_that_is_not_there(without_credentials):
    with pytest.raises(CredentialsError, match="nobody"):
        open_session(endpoint_url="http://127.0.0.1:1", profile="nobody")


def test_a_configuration_that_cannot_be_read(without_credentials):
    config, _ = without_credentials
    config.write_text("[profile team\nregion")
    with pytest.raises(CredentialsError, match="cannot be read") as caught:
        open_session(endpoint_url="http://127.0.0.1:1", profile="team").identify()
    assert "\n" not in caught.value.message


def test_keys_come_before_a_profile(without_credentials):
    assert open_session(endpoint_url="http://127.0.0.1:1", keys=KEYS, profile="nobody").region == "us-east-1"


@pytest.mark.parametrize("keys", [Keys("AKIAUNKNOWN00000000", "secret"), None])
def test_credentials_the_account_does_not_take(clean_account, keys):
    keys = keys or Keys(clean_account.access_key_id, "not the secret")
    with pytest.raises(CredentialsError, match="does not take") as caught:
        open_session(endpoint_url=clean_account.endpoint_url, keys=keys).identify()
    assert clean_account.endpoint_url in caught.value.message


def test_credentials_that_have_expired(endpoint):
    url, _ = endpoint(error_body("ExpiredToken"), status=403)
    with pytest.raises(CredentialsError, match="have expired") as caught:
        open_session(endpoint_url=url, keys=KEYS).identify()
    assert "Renew" in caught.value.hint


def test_nothing_listens():
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(EndpointUnreachableError, match=url) as caught:
        open_session(endpoint_url=url, keys=KEYS).identify()
    assert "AWS_ENDPOINT_URL" in caught.value.hint
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html>hello</html>", 200), (b"hello", 200), (b"not here", 404), (b"", 200), (b"{}", 418)],
)
def test_what_listens_is_not_aws(endpoint, body, status):
    url, _ = endpoint(body, status=status)
    with pytest.raises(EndpointUnreachableError, match=url) as caught:
        open_session(endpoint_url=url, keys=KEYS).identify()
    assert "AWS_ENDPOINT_URL" in caught.value.hint


def test_clients_that_put_the_account_before_the_host_reach_the_endpoint_too(endpoint):
    url, requests = endpoint(b"<GetPublicAccessBlockOutput/>")
    client = open_session(endpoint_url=url, keys=KEYS).client("s3control")
    client.get_public_access_block(AccountId="123456789012")
    ((_, headers),) = requests
    assert headers["Host"].startswith("123456789012.127.0.0.1:")
