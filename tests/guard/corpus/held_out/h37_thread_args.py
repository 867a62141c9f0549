# Operations: kinesis:ListStreams, kinesis:DescribeStreamSummary, firehose:ListDeliveryStreams
import threading
import boto3


def streams(client, out):
    for name in client.list_streams()["StreamNames"]:
        out.append(client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"])


def deliveries(client, out):
    out.extend(client.list_delivery_streams()["DeliveryStreamNames"])


a, b = [], []
t1 = threading.Thread(target=streams, args=(boto3.client("kinesis"), a))
t2 = threading.Thread(target=deliveries, kwargs={"client": boto3.client("firehose"), "out": b})
for t in (t1, t2):
    t.start()
    t.join()
print(a, b)
