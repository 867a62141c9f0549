"""Where the embedded account still answers otherwise than AWS, and what follows for whoever relies on it.

``docs/emulator.md`` prints this list; a test compares the two. What the seams repair does not stand here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """``service``, ``what`` the account does instead of AWS, and the ``consequence``."""

    service: str
    what: str
    consequence: str


KNOWN_DIFFERENCES: tuple[KnownDifference, ...] = (
    KnownDifference(
        "all",
        "Cost Explorer, Health, Trusted Advisor, Compute Optimizer, Service Quotas, Access Analyzer, GuardDuty, "
        "Security Hub, Performance Insights and Redshift are not emulated",
        "calls end in UnknownOperationException unless a world or a test has recorded their answers",
    ),
    KnownDifference(
        "all", "unsigned calls are refused, except to deployed APIs", "public buckets cannot be read anonymously"
    ),
    KnownDifference("all", "changes take effect at once", "propagation delays and their spurious denials do not occur"),
    KnownDifference(
        "all",
        "nothing is throttled",
        "throttling is recorded: an answer may be an error, and be given a number of times",
    ),
    KnownDifference(
        "IAM",
        "of organization policies (SCP, RCP) there are only denied actions by region, as a world sets them",
        "their other elements, and permissions of organizations, do not deny",
    ),
    KnownDifference(
        "IAM",
        "iam:PassRole is asked for Lambda, ECS, Step Functions, EventBridge and Scheduler only",
        "a policy that lacks it for another service, such as EC2, passes here and fails in AWS",
    ),
    KnownDifference(
        "IAM",
        "a service may take any role that is passed to it, whatever the role's trust policy says",
        "a function or task with a role that does not trust its service works here and fails in AWS",
    ),
    KnownDifference(
        "IAM",
        "some actions without resource types are checked on a named resource",
        "a statement limited to an ARN may allow here what AWS allows on * only",
    ),
    KnownDifference(
        "IAM",
        "dynamodb:LeadingKeys is absent",
        "a condition on it by ForAllValues lets through every row, by another operator none",
    ),
    KnownDifference(
        "IAM",
        "CloudFormation makes what a stack holds without asking for the caller's leave to make it",
        "a policy with cloudformation:* alone works here and fails in AWS; aws:ViaAWSService is false in every call",
    ),
    KnownDifference(
        "IAM",
        "operations of Lambda but invocations are checked on the function where a Qualifier names its version",
        "a statement limited to a version or an alias denies here what AWS allows, one on the function alone allows it",
    ),
    KnownDifference("IAM", "ecs:cluster and other service condition keys are absent", "conditions on them fail"),
    KnownDifference(
        "IAM", "SimulatePrincipalPolicy ignores permissions boundaries", "it says allowed where the boundary denies"
    ),
    KnownDifference("S3", "KMS keys are neither checked nor used", "a key policy that denies does not stop a read"),
    KnownDifference("SQS, Secrets Manager", "KMS keys are neither checked nor used", "as for S3"),
    KnownDifference(
        "EC2",
        "several filters of DescribeInstances (such as private-ip-address) and all of DescribeAddresses are ignored",
        "a call that relies on them gets more than it asked for",
    ),
    KnownDifference(
        "EC2", "VPCs and subnets that come with an account have the same ids everywhere", "ids alone name nothing"
    ),
    KnownDifference(
        "CloudWatch",
        "GetMetricData answers oldest first, ignores ScanBy, and knows neither expressions nor SEARCH",
        "a reader that takes the first value for the newest is wrong here",
    ),
    KnownDifference(
        "CloudWatch Logs", "the filter pattern ?A ?B means both", "events with one of the terms are missed"
    ),
    KnownDifference("CloudWatch Logs", "Logs Insights ignores stats and parse", "rows come back unaggregated"),
    KnownDifference(
        "CloudTrail", "every call is an event, reads of objects too", "event history is fuller than in AWS"
    ),
    KnownDifference(
        "Elastic Load Balancing",
        "targets are always healthy",
        "unhealthy ones are recorded over what the account answers",
    ),
    KnownDifference("ACM", "certificates are issued at once", "pending ones do not occur"),
    KnownDifference("Lambda", "uploaded code never runs", "functions run only as callables named at start"),
    KnownDifference(
        "Lambda", "a function that overruns its timeout goes on in the background", "its later effects may still appear"
    ),
    KnownDifference(
        "ECS", "tasks without a local callable run for ever", "stopped tasks and their reasons are recorded answers"
    ),
    KnownDifference(
        "EC2", "the address of a NAT gateway is associated with nothing", "a seed associates it, as AWS does by itself"
    ),
    KnownDifference(
        "S3 Control, SES v2, RDS Data",
        "their answers cannot be recorded",
        "what the account itself answers is all there is",
    ),
    KnownDifference(
        "Step Functions",
        "distributed maps of express children, ItemBatcher and redrive do not work; TestState uses another interpreter",
        "workflows must not rely on them",
    ),
    KnownDifference(
        "Step Functions", "a task's own Credentials are taken without asking the other role's trust", "it always works"
    ),
)
