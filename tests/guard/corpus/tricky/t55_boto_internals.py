# Operations: 
import boto3

make = boto3.client.__call__
print(make("s3").list_buckets())  # undecided
