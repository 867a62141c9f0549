# Operations: 
import os
import boto3

client = boto3.client(os.environ.get("SERVICE", "ec2"))  # undecided
print(client.meta.region_name)
