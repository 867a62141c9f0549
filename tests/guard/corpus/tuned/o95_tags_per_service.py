# Operations: lambda:ListTags, sns:ListTagsForResource, sqs:ListQueueTags
import boto3
def tags(service, arn):
    c = boto3.client(service)
    if service == "lambda":
        return c.list_tags(Resource=arn)
    if service == "sns":
        return c.list_tags_for_resource(ResourceArn=arn)
    if service != "sqs":
        return None
    return c.list_queue_tags(QueueUrl=arn)
for s in ("lambda", "sns", "sqs"):
    print(tags(s, "arn"))
