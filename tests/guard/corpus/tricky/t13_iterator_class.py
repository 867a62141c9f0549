# Operations: dynamodb:ListTables, dynamodb:DescribeTable
import boto3


class Tables:
    def __init__(self):
        self.client = boto3.client("dynamodb")

    def __iter__(self):
        for page in self.client.get_paginator("list_tables").paginate():
            for name in page["TableNames"]:
                yield Table(self.client, name)


class Table:
    def __init__(self, client, name):
        self.client = client
        self.name = name

    def describe(self):
        return self.client.describe_table(TableName=self.name)["Table"]


for table in Tables():
    print(table.describe()["ItemCount"])
