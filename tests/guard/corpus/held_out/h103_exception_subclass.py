# Operations: sns:ListTopics
import boto3
class Base(Exception):
    def __init__(self, call):
        self.call = call
class Later(Base):
    pass
try:
    raise Later(boto3.client("sns").list_topics)
except Base as e:
    print(e.call())
