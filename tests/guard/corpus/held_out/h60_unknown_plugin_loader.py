# Operations: sts:GetCallerIdentity
import boto3
import pkgutil
import importlib
import checks

identity = boto3.client("sts").get_caller_identity()
session = boto3.Session()
for module in pkgutil.iter_modules(checks.__path__):
    plugin = importlib.import_module(f"checks.{module.name}")
    print(plugin.run(session, identity["Account"]))  # undecided
