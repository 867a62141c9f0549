# Operations: ce:GetAnomalies, ce:GetAnomalyMonitors, budgets:DescribeBudgets, sts:GetCallerIdentity
import boto3
import datetime

ce = boto3.client("ce")
budgets = boto3.client("budgets")
account = boto3.client("sts").get_caller_identity()["Account"]
end = datetime.date.today()
for monitor in ce.get_anomaly_monitors()["AnomalyMonitors"]:
    for anomaly in ce.get_anomalies(MonitorArn=monitor["MonitorArn"], DateInterval={"StartDate": str(end - datetime.timedelta(30)), "EndDate": str(end)})["Anomalies"]:
        print(anomaly["Impact"]["TotalImpact"])
for budget in budgets.describe_budgets(AccountId=account).get("Budgets", []):
    print(budget["BudgetName"], budget["CalculatedSpend"]["ActualSpend"]["Amount"])
