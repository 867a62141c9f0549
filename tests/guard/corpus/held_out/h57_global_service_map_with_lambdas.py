# Operations: apigateway:GetRestApis, apigatewayv2:GetApis, appsync:ListGraphqlApis, elbv2:DescribeLoadBalancers
import boto3

ENDPOINTS = {
    "apigateway": lambda c: [a["id"] for p in c.get_paginator("get_rest_apis").paginate() for a in p["items"]],
    "apigatewayv2": lambda c: [a["ApiId"] for a in c.get_apis()["Items"]],
    "appsync": lambda c: [a["arn"] for a in c.list_graphql_apis()["graphqlApis"]],
    "elbv2": lambda c: [a["DNSName"] for a in c.describe_load_balancers()["LoadBalancers"] if a["Scheme"] == "internet-facing"],
}


def exposed(session=None):
    session = session or boto3
    return {name: find(session.client(name)) for name, find in ENDPOINTS.items()}


print(exposed())
