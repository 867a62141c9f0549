# Operations: dynamodb:ListTables, sqs:ListQueues
import boto3
jobs = []
for svc in ("dynamodb", "sqs"):
    c = boto3.client(svc)
    def job(c=c, svc=svc):
        if svc == "dynamodb": return c.list_tables()
        return c.list_queues()
    jobs.append(job)
print([j() for j in jobs])
