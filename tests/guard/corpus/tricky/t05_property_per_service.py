# Operations: rds:DescribeDBClusters, elbv2:DescribeListeners, elbv2:DescribeLoadBalancers
import boto3


class Account:
    def __init__(self, session=None):
        self.session = session or boto3.Session()
        self._cache = {}

    def client(self, name):
        if name not in self._cache:
            self._cache[name] = self.session.client(name)
        return self._cache[name]

    @property
    def rds(self):
        return self.client("rds")

    @property
    def elb(self):
        return self.client("elbv2")


account = Account()
print(account.rds.describe_db_clusters())
for lb in account.elb.describe_load_balancers()["LoadBalancers"]:
    print(account.elb.describe_listeners(LoadBalancerArn=lb["LoadBalancerArn"]))
