# Operations: inspector2:ListFindings
def findings(session, region):
    client = session.client("inspector2", region_name=region)
    for page in client.get_paginator("list_findings").paginate():
        yield from page["findings"]
