# Operations: ec2:DescribeInstances, ec2:StopInstances, ec2:CreateTags
import boto3

ec2 = boto3.resource("ec2")
to_stop = []
for i in ec2.instances.filter(Filters=[{"Name": "tag:AutoStop", "Values": ["true"]}]):
    if i.state["Name"] == "running":
        to_stop.append(i.id)
        i.create_tags(Tags=[{"Key": "stopped-by", "Value": "scheduler"}])
if to_stop:
    ec2.instances.filter(InstanceIds=to_stop).stop()
