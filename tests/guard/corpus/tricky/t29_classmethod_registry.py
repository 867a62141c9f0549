# Operations: sns:ListTopics, events:ListRules
import boto3


class Registry:
    collectors = {}

    @classmethod
    def register(cls, service):
        def decorate(fn):
            cls.collectors[service] = fn
            return fn

        return decorate


@Registry.register("sns")
def topics(client):
    return client.list_topics()


@Registry.register("events")
def rules(client):
    return client.list_rules()


for service, fn in Registry.collectors.items():
    print(fn(boto3.client(service)))
