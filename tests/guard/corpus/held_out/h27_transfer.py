# Operations: s3:HeadObject, s3:GetObject, s3:PutObject
import boto3
import io

s3 = boto3.client("s3")
s3.download_file("reports", "latest.csv", "/tmp/latest.csv")
buffer = io.BytesIO()
boto3.resource("s3").Bucket("reports").download_fileobj("a.bin", buffer)
s3.upload_file(Filename="/tmp/out.csv", Bucket="reports", Key="out.csv")
