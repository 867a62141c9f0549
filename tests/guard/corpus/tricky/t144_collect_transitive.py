# Operations: 
import boto3, io
def put(target, w):
    target.append(w.strip())
def fill(target, stream):
    for line in stream:
        put(target, line)
ops = []
fill(ops, io.StringIO("delete_vpc"))
for o in ops:
    getattr(boto3.client("ec2"), o)()  # undecided
