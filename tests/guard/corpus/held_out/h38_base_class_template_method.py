# Operations: sagemaker:ListNotebookInstances, batch:DescribeJobQueues
import boto3


class Collector:
    service = None
    operation = None
    key = None

    def __init__(self, session):
        self.client = session.client(self.service)

    def collect(self):
        method = getattr(self.client, self.operation)
        return method()[self.key]


class Notebooks(Collector):
    service = "sagemaker"
    operation = "list_notebook_instances"
    key = "NotebookInstances"


class Queues(Collector):
    service = "batch"
    operation = "describe_job_queues"
    key = "jobQueues"


session = boto3.Session()
for cls in (Notebooks, Queues):
    print(cls.__name__, len(cls(session).collect()))
