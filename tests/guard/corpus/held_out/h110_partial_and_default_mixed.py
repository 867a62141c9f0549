# Operations: kms:ListAliases, sns:ListTopics
import functools
import boto3
todo = []
for svc, op in (("sns", "list_topics"), ("kms", "list_aliases")):
    def run(op, client=boto3.client(svc)):
        return getattr(client, op)()
    todo.append(functools.partial(run, op))
print([t() for t in todo])
