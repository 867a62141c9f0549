# Operations: apigateway:GetRestApis, apigateway:GetResources
import boto3

api = boto3.client("apigateway")


def walk(call, key, position=None, **kwargs):
    if position:
        kwargs["position"] = position
    page = call(**kwargs)
    yield from page[key]
    if page.get("position"):
        yield from walk(call, key, page["position"], **kwargs)


for rest in walk(api.get_rest_apis, "items"):
    print(list(walk(api.get_resources, "items", restApiId=rest["id"])))
