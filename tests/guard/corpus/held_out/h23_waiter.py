# Operations: cloudformation:DescribeStacks, ec2:DescribeInstances
import boto3

cfn = boto3.client("cloudformation")
cfn.get_waiter("stack_create_complete").wait(StackName="web")
ec2 = boto3.client("ec2")
waiter = ec2.get_waiter("instance_running")
waiter.wait(InstanceIds=["i-0123456789abcdef0"], WaiterConfig={"Delay": 5})
