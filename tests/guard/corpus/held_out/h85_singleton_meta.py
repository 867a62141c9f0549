# Operations: ec2:DescribeVpcs
import boto3
class Meta(type):
    made = {}
    def __call__(cls, *args, **kw):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*args, **kw)
        return cls.made[cls]
class Api(metaclass=Meta):
    def __init__(self, service):
        self.client = boto3.client(service)
    def run(self):
        return self.client.describe_vpcs()
Api("ec2").run()
