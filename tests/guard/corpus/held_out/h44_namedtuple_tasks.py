# Operations: config:DescribeConfigRules, config:DescribeConfigurationRecorders, securityhub:GetEnabledStandards
from collections import namedtuple

import boto3

Task = namedtuple("Task", ["label", "client", "operation"])
config = boto3.client("config")
hub = boto3.client("securityhub")
TASKS = [
    Task("rules", config, "describe_config_rules"),
    Task("recorders", config, "describe_configuration_recorders"),
    Task("standards", hub, "get_enabled_standards"),
]
for task in TASKS:
    print(task.label, getattr(task.client, task.operation)())
