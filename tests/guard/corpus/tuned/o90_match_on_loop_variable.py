# Operations: ecs:ListClusters, sns:ListTopics, sqs:ListQueues
import boto3
for service in ["sqs", "sns", "ecs"]:
    c = boto3.client(service)
    match service:
        case "sqs":
            print(c.list_queues())
        case "sns":
            print(c.list_topics())
        case _:
            print(c.list_clusters())
