# Operations: config:DescribeConfigRules, config:DescribeDeliveryChannels, config:DescribeConfigurationRecorderStatus
import boto3

config = boto3.client("config")
names = ["describe_config_rules", "describe_delivery_channels"]
names.append("describe_configuration_recorder_status")
results = {}
for name in names:
    method = getattr(config, name, None)
    if method is not None:
        results[name] = method()
print(results)
