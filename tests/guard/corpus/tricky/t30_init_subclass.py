# Operations: batch:DescribeComputeEnvironments, mq:ListBrokers
import boto3


class Plugin:
    plugins = []
    service = ""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.plugins.append(cls)

    def client(self):
        return boto3.client(self.service)


class Batch(Plugin):
    service = "batch"

    def run(self):
        return self.client().describe_compute_environments()


class Mq(Plugin):
    service = "mq"

    def run(self):
        return self.client().list_brokers()


for plugin in Plugin.plugins:
    print(plugin().run())
