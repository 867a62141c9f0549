# Operations: eks:ListClusters, eks:ListNodegroups
import functools
import boto3


def with_client(service):
    def outer(fn):
        @functools.wraps(fn)
        def inner(*args, **kwargs):
            return fn(boto3.client(service), *args, **kwargs)

        return inner

    return outer


@with_client("eks")
def clusters(eks):
    return eks.list_clusters()["clusters"]


@with_client("eks")
def nodegroups(eks, name):
    return eks.list_nodegroups(clusterName=name)["nodegroups"]


for name in clusters():
    print(name, nodegroups(name))
