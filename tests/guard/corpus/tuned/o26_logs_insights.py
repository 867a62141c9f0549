# Operations: logs:StartQuery, logs:GetQueryResults
import time
import boto3

logs = boto3.client("logs")
query = logs.start_query(logGroupName="/aws/lambda/web", startTime=0, endTime=int(time.time()), queryString="fields @message | limit 20")
while True:
    answer = logs.get_query_results(queryId=query["queryId"])
    if answer["status"] in ("Complete", "Failed", "Cancelled"):
        break
    time.sleep(1)
print(answer["results"])
