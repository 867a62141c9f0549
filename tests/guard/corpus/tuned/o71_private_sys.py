# Operations: ec2:DeleteVpc
import collections
import boto3
collections._sys.modules["boto3"].client("ec2").delete_vpc()
