# Operations: route53:ListHostedZones, route53:ListResourceRecordSets
from functools import partial
from multiprocessing.pool import ThreadPool

import boto3


def records(client, zone_id):
    rows = []
    for page in client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id):
        rows.extend(page["ResourceRecordSets"])
    return rows


r53 = boto3.client("route53")
zones = [z["Id"] for z in r53.list_hosted_zones()["HostedZones"]]
fetch = partial(records, r53)
with ThreadPool(4) as pool:
    for rows in pool.map(fetch, zones):
        print(len(rows))
