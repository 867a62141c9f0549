# Operations: glue:GetJobs, glue:GetJobRuns
import boto3


class Base:
    def __init__(self, aws):
        self.aws = aws


class Jobs(Base):
    def all(self):
        return self.aws.glue.get_jobs()["Jobs"]


class Runs(Base):
    def of(self, name):
        return self.aws.glue.get_job_runs(JobName=name)["JobRuns"]


class Aws:
    def __init__(self):
        self.glue = boto3.client("glue")
        self.jobs = Jobs(self)
        self.runs = Runs(self)


aws = Aws()
for job in aws.jobs.all():
    print(aws.runs.of(job["Name"]))
