import json, time, boto3
logs = boto3.client("logs")
query = logs.start_query(logGroupName="/aws/lambda/f", startTime=int(time.time()) - 3600, endTime=int(time.time()), queryString="fields @message")
deadline = time.time() + 20
while time.time() < deadline:
    answer = logs.get_query_results(queryId=query["queryId"])
    if answer["status"] == "Complete":
        break
    time.sleep(0.2)
print(json.dumps({"status": answer["status"], "rows": len(answer["results"])}))
