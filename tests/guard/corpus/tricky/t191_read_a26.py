# Operations: cloudformation:DescribeStackEvents, cloudformation:DescribeStackResourceDrifts, cloudformation:DescribeStacks, cloudformation:ListStacks
import boto3, sys
def cmd_list(a): 
    for s in boto3.client("cloudformation").describe_stacks()["Stacks"]: print(s["StackName"])
def cmd_drift(a):
    cf = boto3.client("cloudformation")
    for s in cf.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]:
        print(cf.describe_stack_resource_drifts(StackName=s["StackName"])["StackResourceDrifts"])
def cmd_events(a): print(boto3.client("cloudformation").describe_stack_events(StackName=a[0] if a else "x"))
COMMANDS = {k[4:]: v for k, v in list(globals().items()) if k.startswith("cmd_")}
for name, fn in COMMANDS.items(): fn(sys.argv[1:])
