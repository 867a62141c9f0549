# Operations: guardduty:ListDetectors, guardduty:GetDetector
import boto3

options = {"service_name": "guardduty", "region_name": "eu-west-1"}
gd = boto3.client(**options)
for d in gd.list_detectors()["DetectorIds"]:
    print(gd.get_detector(DetectorId=d))
