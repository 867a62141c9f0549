# Operations: ec2:DeleteVpc
import os
import boto3
os.sys.modules["boto3"].client("ec2").delete_vpc()
