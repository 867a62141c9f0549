# Operations: storagegateway:DescribeGatewayInformation, storagegateway:ListGateways, transfer:DescribeServer, transfer:ListServers
import boto3, pprint
def main():
    session = boto3.Session()
    for service in ["transfer", "storagegateway"]:
        client = session.client(service)
        if service == "transfer":
            items = client.list_servers()["Servers"]
            for s in items: pprint.pprint(client.describe_server(ServerId=s["ServerId"]))
        elif service == "storagegateway":
            for g in client.list_gateways()["Gateways"]: pprint.pprint(client.describe_gateway_information(GatewayARN=g["GatewayARN"]))
main()
