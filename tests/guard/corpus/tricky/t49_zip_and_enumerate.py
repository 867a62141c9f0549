# Operations: sagemaker:ListEndpoints, bedrock:ListGuardrails
import boto3

services = ["sagemaker", "bedrock"]
operations = ["list_endpoints", "list_guardrails"]
for index, (service, operation) in enumerate(zip(services, operations)):
    print(index, getattr(boto3.client(service), operation)())
