import json, logging
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
logger = logging.getLogger(__name__)
BOTO_CONFIG = Config(retries={"max_attempts": 10, "mode": "adaptive"}, connect_timeout=5, read_timeout=30,
                     max_pool_connections=25, user_agent_extra="audit/1.0")

def main() -> int:
    try:
        client = boto3.client("lambda", config=BOTO_CONFIG)
        functions = client.list_functions().get("Functions", [])
        logger.info("found %d", len(functions))
    except (ClientError, BotoCoreError) as exc:
        logger.exception("failed: %s", exc)
        return 1
    print(json.dumps({"functions": [f["FunctionName"] for f in functions]}, indent=2, default=str))
    return 0

raise SystemExit(main())
