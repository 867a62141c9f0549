# Operations: iam:ListUsers
import logging.config
import boto3
logging.config.dictConfig({"version": 1, "handlers": {"out": {"class": "logging.StreamHandler"}}, "root": {"handlers": ["out"]}})
logging.getLogger(__name__).info("%s", boto3.client("iam").list_users())
