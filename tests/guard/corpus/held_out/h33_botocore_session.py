# Operations: athena:ListWorkGroups, glue:GetDatabases, glue:GetTables
import botocore.session

session = botocore.session.get_session()
athena = session.create_client("athena", region_name="us-east-1")
glue = session.create_client("glue", region_name="us-east-1")
print(athena.list_work_groups()["WorkGroups"])
for db in glue.get_databases()["DatabaseList"]:
    print(db["Name"], [t["Name"] for t in glue.get_tables(DatabaseName=db["Name"])["TableList"]])
