import json, logging, sys, boto3
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger(__name__)
log.info("start")
print(json.dumps({"account": boto3.client("sts").get_caller_identity()["Account"]}))
log.info("end")
