# Operations: backup:ListBackupPlans, glacier:ListVaults
import boto3


class A:
    service = "backup"

    def __init__(self):
        self.client = self.make()

    def make(self):
        return boto3.client(self.service)

    def run(self):
        return self.fetch()


class B(A):
    def fetch(self):
        return self.client.list_backup_plans()


class C(A):
    service = "glacier"

    def make(self):
        client = super().make()
        return client

    def fetch(self):
        return self.client.list_vaults()


for cls in (B, C):
    print(cls().run())
