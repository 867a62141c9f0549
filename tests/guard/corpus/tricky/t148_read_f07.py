# Operations: accessanalyzer:ListAnalyzers, guardduty:ListDetectors
import boto3
def make_checks(session):
    checks = []
    for svc, op in (("guardduty", "list_detectors"), ("accessanalyzer", "list_analyzers")):
        def check(svc=svc, op=op):
            """closure via default"""
            return getattr(session.client(svc), op)()
        checks.append((svc, check))
    return checks
for n, c in make_checks(boto3.Session()): print(n, c())
