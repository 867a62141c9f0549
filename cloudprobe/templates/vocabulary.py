"""The words people use for the things in an AWS account, and which of them mean the same.

A concept stands for all its words. *Subjects* are what a question is about: a kind of resource, a service, a topic. A
template that does not know a subject cannot answer for it. *Aspects* are what is asked of a subject. Words may be
phrases of up to four; forms of a word (plural, -ing, -ed) need not be listed.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBJECTS: dict[str, str] = {
    "bucket": (
        "bucket, s3, s3 bucket, object storage, object store, simple storage service, s3 event, s3 notification, "
        "s3 upload, s3 trigger, bucket event, bucket notification"
    ),
    "function": "lambda, function, lambda function, aws lambda, serverless function, serverless, fn, func, lamdba",
    "role": "role, iam role, execution role",
    "security group": (
        "security group, sg, sgs, secgroup, secgrp, sec group, firewall, firewall rule, inbound rule, ingress rule, "
        "ingress, inbound, security group rule, network rule"
    ),
    "port": "port, tcp port, ssh, rdp, telnet, mysql port, postgres port, database port, tcp, udp",
    "instance": "instance, stopped instance, ec2, ec2 instance, server, vm, virtual machine, machine, host, box",
    "user": (
        "user, iam user, employee, colleague, coworker, developer, admin, administrator, human, "
        "user account, team member, staff, identity, login, logins, engineer, contractor"
    ),
    "key": (
        "key, access key, secret key, api key, credential, access credential, secret access key, static credential, "
        "long lived credential, creds, cred, aws key, iam key, access key id"
    ),
    "mfa": (
        "mfa, 2fa, multi factor, multi factor authentication, multifactor, multifactor authentication, two factor, "
        "two factor authentication, twofactor, second factor, two step verification, two step, otp, totp, one time "
        "password, authenticator, authenticator app, mfa device, hardware token, virtual mfa, 2 factor, 2 step, u2f, "
        "two factor auth, 2 factor auth, multi factor auth, 2 factor authentication, security token device, passkey"
    ),
    "versioning": "versioning, versioned, mfa delete, object lock, object version, old version",
    "object key": "object key, s3 key, key in s3, keys in s3, key name, key prefix",
    "password": "password, passphrase",
    "password policy": "password policy, password rule",
    "kms": "kms, encryption key, customer managed key, cmk, kms key, sse kms, key policy",
    "database": (
        "rds, database, db, aurora, postgres, postgresql, psql, mysql, mariadb, sql server, db instance, rds instance, "
        "sql, aurora cluster, db cluster, database cluster, rds cluster"
    ),
    "dynamodb": "dynamodb, dynamo, table, dynamo db, dax",
    "queue": "sqs, queue, queue depth, queue length, dead letter queue, dlq, fifo, fifo queue",
    "topic": "sns, topic, subscription",
    "container": (
        "ecs, fargate, container, ecs task, ecs service, ecs cluster, ecs deployment, fargate task, fargate service, "
        "docker, task definition, cannotpullcontainererror, resourceinitializationerror, essential container"
    ),
    "kubernetes": "eks, kubernetes, k8s, pod, helm, node group",
    "cdn": "cloudfront, cdn, distribution",
    "dns": "route 53, route53, dns, hosted zone, domain, domain name",
    "api gateway": "api gateway, apigateway, rest api, http api, apigw, graphql, appsync",
    "load balancer": (
        "load balancer, loadbalancer, balancer, elb, alb, nlb, target group, elastic load balancer, listener, "
        "target health, tg"
    ),
    "volume": "ebs, volume, snapshot, disk, ebs volume, ebs snapshot, root volume",
    "file system": "efs, fsx, file system, nfs",
    "warehouse": "redshift, athena, glue, emr, lake formation, data lake, quicksight, warehouse",
    "stream": "kinesis, firehose, msk, kafka, stream",
    "secret": "secrets manager, secretsmanager, secret, parameter store, ssm, systems manager, ssm parameter",
    "monitoring": "cloudwatch, cw, alarm, paged, pager, insufficient data, metric, dashboard, x ray, xray",
    "logs": "log group, cloudwatch logs, log, logs, log stream",
    "trail": "cloudtrail, trail, audit log, api activity, audit trail",
    "cost": (
        "cost, bill, billing, spend, spending, price, pricing, budget, invoice amount, expensive, cheap, money, "
        "dollars, cost saving, possible saving, potential saving, pay, pay for, we pay for, save money, charge, "
        "charges, burn money, burning money, reserved instance, savings plan, forecast"
    ),
    "network": (
        "vpc, subnet, nat, nat gateway, route table, peering, transit gateway, vpn, internet gateway, nacl, "
        "network acl, "
        "vpc endpoint, private subnet, public subnet, network interface, eni"
    ),
    "address": "elastic ip, eip, ip address, public ip",
    "certificate": "acm, certificate, ssl, tls, ssl certificate, https",
    "backup": "backup, aws backup, recovery point, restore",
    "workflow": "step functions, step function, state machine, stepfunctions, workflow, airflow, mwaa",
    "event": "eventbridge, event bus, event rule, schedule, cron, scheduler",
    "cognito": "cognito, user pool, identity pool",
    "cache": "elasticache, redis, memcached, valkey, memorydb",
    "search": "opensearch, elasticsearch, opensearch domain, kibana",
    "ml": (
        "sagemaker, bedrock, notebook instance, model endpoint, inference endpoint, model, comprehend, "
        "rekognition, training job"
    ),
    "pipeline": "codebuild, codepipeline, codecommit, codedeploy, pipeline, ci, cicd, amplify",
    "registry": "ecr, container image, image registry, docker image, container registry",
    "waf": "waf, web acl, shield, firewall manager, network firewall",
    "detector": "guardduty, security hub, inspector, macie, detective, access analyzer, trusted advisor",
    "configuration": "aws config, config rule, config recorder, conformance pack",
    "organization": "organization, organizations, scp, service control policy, control tower, landing zone",
    "desktop": "workspaces, workspace, appstream, lightsail, beanstalk, elastic beanstalk, app runner",
    "image": "ami, machine image, amis",
    "scaling": "auto scaling, autoscaling, asg, auto scaling group, scaling group",
    "quota": (
        "quota, service quota, service limit, limit increase, aws limit, account limit, limit, concurrency limit, "
        "concurrency quota, limit exceeded, limitexceeded, headroom, hit limit, hit the limit, limit reached, "
        "limit is reached, reach limit, reach the limit, can we still allocate, can we still create, "
        "can we still launch, out of vcpu, out of vcpus"
    ),
    "stack": "cloudformation, stack, stacks, cdk, stack drift, terraform",
    "mail": "ses, email, mail",
    "transfer": "transfer family, sftp, datasync, snowball, storage gateway",
    "document db": "documentdb, neptune, timestream, keyspaces, cassandra, mongodb",
    "iot": "iot, greengrass, device shadow",
    "root": "root account, root user, root",
    "glacier": "glacier, archive tier, deep archive",
    "retention": "retention, retention period, lifecycle, lifecycle rule, lifecycle policy, replication, replicated",
    "runtime version": "runtime, deprecated runtime, layer, lambda layer",
    "size": "biggest, largest, size, instance type, instance class, cpu, cpu usage, query, queries",
    "change": (
        "change, changed, changes, modify, modified, edited, altered, touched, tampered, who deleted, "
        "who created, who updated, who did, did what, recent activity, what happened, recently updated, "
        "recently deployed, did something, anybody touch, somebody touch, anyone touch, someone touch, "
        "modification, alteration, who added, who removed, who stopped, who started, who opened, who disabled, "
        "fiddle, fiddled, mess with, messed with, somebody delete, someone delete, anybody delete, anyone delete, "
        "somebody remove, someone remove, anybody remove, anyone remove, anybody edit, anyone edit, "
        "somebody edit, someone edit, what was deployed, what got deployed, "
        "anything deployed, deployment ran, any deployment, stack update, "
        "who attached, who terminated, who rotated, who made, who touched"
    ),
}

OTHER_CLOUDS = (
    "azure, gcp, gcs, google, google cloud, bigquery, blob storage, blob container, azure blob, openstack, digital "
    "ocean, digitalocean, alibaba, aliyun, oracle cloud, oci, ibm cloud, hetzner, heroku, cloudflare, r2, linode, "
    "vercel, netlify, firebase, supabase, backblaze, minio, wasabi, entra, active directory, microsoft, office 365, "
    "github, gitlab, bitbucket, dropbox, okta, salesforce, slack, jira, snowflake, databricks, cloud run, "
    "cloud functions, cloud function, app engine, vsphere, vmware, proxmox, ovh, scaleway"
)
"""Whoever names one of these does not ask about an AWS account."""

ASPECTS: dict[str, str] = {
    "public": (
        "public, publicly, exposed, exposure, expose, open, opened, wide open, internet, anyone, anybody, everyone, "
        "everybody, anonymous, unauthenticated, world, whole world, entire world, world readable, world writable, "
        "world accessible, anywhere, outside, outsider, stranger, leak, leaky, leaking, private, 0.0.0.0/0, ::/0, "
        "without logging in, not logged in, "
        "any ip, any address, random people, unrestricted, internet facing, block public access, public access block, "
        "without credential, without key, without password, without signing in, all ips, all ip addresses, "
        "without login, without authentication, not signed in, whole planet, external access, allusers, public access, "
        "hole, source any, any source, without account, without an account, without aws account, "
        "without an aws account, "
        "wide, all of the internet, unprotected, lock down, locked down, unlocked, visible, restrict, restricted"
    ),
    "permission": (
        "cannot, unable, fail to, denied, access denied, accessdenied, accessdeniedexception, forbidden, 403, "
        "refuse, reject, not allowed, blocked, block, permission, unauthorized, problem, trouble, what stop, "
        "stop from, something stop, policy stop, that stop, "
        "allow, allowed, can, able, access, reach, not authorized, could, prevent, keep from, hinder, authorized, "
        "authorization, stuck, not work, not working, missing permission, lose access, lost access, right, rights, "
        "turned away, bounced, barred, deny, impossible, complain, complaining, unsuccessful, not succeed, "
        "wrong, issue, troubleshoot, debug, not permitted, permitted, "
        "disallowed, keep, hold back, in the way, obstacle, difficulty, struggle, hinders, hindrance, blame, culprit"
    ),
    "failing": (
        "fail, failure, blow up, blowing up, blew up, misbehave, choke, choking, failing, error, broken, "
        "exception, throws, throwing, stack trace, traceback"
    ),
    "write": (
        "write, put, upload, save, store, putobject, drop, dump, deliver, copy, push, persist, put object, writable, "
        "export, create object, output, backup to, archive to"
    ),
    "read": "read, get, download, fetch, load, getobject, get object, retrieve, pull, consume, import, readable",
    "list": "list object, listing, listbucket, enumerate, list bucket, browse, listobjects, listobjectsv2",
    "delete": "deleteobject, delete object, delete, remove, purge, erase, clean up, deletion",
    "old": (
        "old, older, age, aged, stale, rotate, rotated, rotation, outdated, ancient, expired, not rotated, 90 day, "
        "long ago, never changed, aging, ageing, overdue, older than, last changed, too old, renew, renewed, recycled, "
        "long lived credential, long lived key, long lived access key, static credential, "
        "not changed, stayed the same, lived too long, months old, years old, unrotated"
    ),
    "unused": (
        "unused, never used, not used, not been used, last used, no longer used, idle, inactive, dormant, unattached, "
        "not been active, orphaned, left over, leftover, abandoned, forgotten, waste, wasted, wasting, zombie, "
        "unassociated, not in use, nobody uses, without using, serve nothing, without traffic, no traffic, "
        "zero traffic, "
        "for nothing, nobody needs, belong to nobody, stopped instance, without any traffic, "
        "without any target, hang around, "
        "hanging around, orphan, not associated, not attached, attached to nothing"
    ),
    "lacking": (
        "without, missing, lack, no, not, not enabled, disabled, turned off, off, enabled, enforced, on, switched on, "
        "switched off, not set, absent, turned on, have, has, activated, active, use, using, set up, setup, enrolled, "
        "enabled for, configured, protected, registered, forgot, required, never, protection"
    ),
    "encrypted": (
        "encrypted, unencrypted, encryption, encrypt, not encrypted, in the clear, plaintext, plain text, "
        "cleartext, clear text, "
        "at rest"
    ),
    "runtime": (
        "time out, times out, timed out, timeout, timing out, throttle, throttled, throttling, "
        "reserved concurrency, crash, crashing, invocation, concurrency limit, concurrency quota, concurrency, 429, "
        "toomanyrequests, toomanyrequestsexception, memory limit, out of memory"
    ),
    "trigger": (
        "trigger, triggered, invoke, invoked, notification, event notification, fire, notify, not start, not run, "
        "not invoked, kick off, objectcreated, s3 event, put event, bucket event, event notification, s3 notification, "
        "bucket notification, s3 trigger, never run, never start, never invoked, no longer run, no longer start, "
        "not kick off, picked up, pick up, never called, not called"
    ),
    "backlog": (
        "backlog, dead letter queue, dlq, dead letter, end up in, "
        "pile up, piling up, piles up, grow, growing, growth, fill, fills up, filling, drain, draining, "
        "drained, consumer, consuming, message, redrive, redriven, visibility timeout, receive count, "
        "max receive count, delivered twice, event source mapping, keep up, depth, queue depth, accumulate, "
        "unprocessed, waiting, back up, backed up, lag, lagging, fall behind, far behind, "
        "not processed, nobody consumes, oldest message, climb, climbing, poll, polling, msg, msgs, shrink, "
        "oldest msg"
    ),
    "starting": (
        "start, starting, stop, come up, stay up, launch, hang, hanging, "
        "keep stopping, keep restarting, restart, restarting, "
        "crash loop, crashloop, killed, die, dying, exit code, exit, oom, oomkilled, out of memory, "
        "roll back, rolled back, rollback, circuit breaker, pending, provisioning, place task, "
        "stuck in progress, in progress, cannotpullcontainererror, resourceinitializationerror, steady state, "
        "desired count, desired, running task, "
        "image pull, pull image, running, task stop, task fail, deployment fail, deployment failed, crash, crashing"
    ),
    "unhealthy": (
        "unhealthy, healthy, health, health check, healthcheck, out of service, 502, 503, 504, bad gateway, "
        "service unavailable, gateway timeout, deregistered, target health, 502s, 503s, 504s, 5xx, no target, "
        "without target, flap, flapping, registered target, nothing registered, nothing is registered, "
        "not registered, draining"
    ),
    "connection": (
        "connect, connecting, connection, connectivity, reachable, unreachable, not reachable, connection refused, "
        "refuse connection, econnrefused, etimedout, connection timed out, offline, down, get to, talk to"
    ),
    "nearness": (
        "near, nearly, close, close to, almost, nearing, approach, approaching, about to hit, limit reached, "
        "exhausted, "
        "used up, we run out, we run out of, hit limit, hit the limit, reach the limit, percent, how many more, "
        "can still, limit is reached, reach limit, about to, utilization, utilisation, limit exceeded, limitexceeded"
    ),
    "object": "file, content, data, object",
    "particulars": "particulars",
    "policy": "policy, acl, access control list",
    "sign in": "log in, logs in, log into, sign in, signs in, sign into, logging in, signing in, console",
}

HINTS: dict[str, str] = {
    "user": "who, somebody, someone, people, person",
    "container": "service, task, cluster, exit code",
    "load balancer": "target, health check, bad gateway, registered target, no target, without target, target health",
    "port": (
        "postgres, postgresql, mysql, redis, mongodb, elasticsearch, memcached, sql server, 22, 3389, 5432, "
        "3306, 6379, "
        "9200, 27017, 1433"
    ),
    "queue": "message, msg, msgs",
    "logs": "stack trace, traceback, error message, log message, log line",
    "function": "handler, processor, processing",
    "volume": "storage, data at rest",
    "cost": "how much, save, saving",
    "bucket": (
        "object, storage, put object, putobject, get object, getobject, delete object, deleteobject, list object, "
        "listobjects, listobjectsv2, listbucket"
    ),
}
"""Words that may stand for a subject, and as often do not: they complete a question, and count against none."""

LIGHT_ASPECTS = frozenset({"lacking", "object", "policy", "sign in"})
"""Said in passing: they may be missing from a question that otherwise fits, and prove nothing by being there."""

TOPICS = frozenset({"change", "quota", "cost", "mfa", "password", "network", "port", "logs", "versioning", "root"})
"""Subjects that nothing is called after: a bare name in a question stands for a thing, never for one of these."""

OPERATIONS = frozenset({"write", "read", "list", "delete"})
"""What is done to a bucket's content; a question often leaves out which."""

STOP_WORDS = _words(
    """
    a an the this that these those my our your their its his her it i we you they me us them he she and or but
    if so then of to from in into on onto at by for with about as than is are was were be been being am do does
    did done doing will would shall should may might must which what when where why how whose whom whether there
    here all any some each every both either neither one ones other others another such same own more most much
    many few several least less very too also just only even still yet again ever already now currently today
    please kindly thanks thank hi hello hey dear ok show tell give find check look see know want need like scan
    audit review report inspect verify ensure examine identify detect figure determine help let search
    investigate explain describe display print name account accounts aws amazon cloud environment region regions
    thing things something anything everything stuff setup kind resource resources across between within over
    under up down out off through during before after while because since until time times get gets got getting
    make makes made list count number total quick quickly overview summary status current configured correctly
    properly really actually exactly simply maybe perhaps possible possibly potentially anyone's else isn aren
    doesn don didn wasn weren haven hasn won wouldn shouldn couldn s t re ve ll d m us-east eu-west prod
    production dev staging test live question answer issue's iam fully whole entire two first last next new uses
    used says say said saying keep keeps seem seems appear appears happen happens happening suddenly always
    sometimes today's yesterday reason cause root-cause due according regarding concerning safe secure security
    hour hours minute minutes min mins day days week weeks month months year years am pm utc gmt cet cest est pst
    morning afternoon evening night tonight overnight midnight noon monday tuesday wednesday thursday friday
    saturday sunday january february march april june july august september october november december
    pls plz rn asap fyi btw hm please help won wont dont doesnt isnt arent didnt hasnt havent w etc auditor
    app application
    unsafe insecure risky risk dangerous danger bad good fine okay normal expected supposed tries trying try
    tried attempt attempts attempting attempted able's com etc e.g i.e vs per via want's
    """
)
"""Words that say nothing about what is asked. A word that also stands in a phrase above still counts there."""

NAME_LIKE = _words(
    "billing pricing search mail email backup image model pipeline schedule workflow budget quota log event alarm "
    "alert invoice certificate snapshot"
)
"""Words of subjects that things are often called after: ``the billing queue`` is no question about money."""

NAME_LIKE_BEHIND = _words("billing search mail email")
"""Which of them are names behind a thing, too: ``aurora cluster billing``; ``bucket pricing`` asks for a price."""

KIND_NOUNS = _words(
    """
    function lambda fn func lamdba bucket queue dlq sqs alarm database db rds aurora mysql postgres mariadb
    instance cluster service
    svc task role user group sg topic balancer alb nlb elb lb tg table stack volume snapshot key pool secret
    """
)
"""Words (singular) for things that have names: what stands beside one may be its name."""

DESCRIBING_BEGINNINGS = _words(
    """
    in on off out at by no non not un multi cross auto per pre post two three one single double world internet publicly
    over under up down anti least most semi self sub intra inter read-only
    """
)
"""First parts of compounds that describe: ``in-VPC``, ``multi-AZ``, ``cross-account``."""

NAMED_THINGS = frozenset(
    {"bucket", "function", "queue", "database", "container", "load balancer", "topic", "user", "role", "instance"}
)
"""Subjects beside which such a word is a name."""

ORDINARY = _words(
    """
    accident along application applications available breach breached building chance channels chose citation clock
    closer complaints constant context contract contracts converting cover document documents early ending entry
    excluded exemption exist existing factory folder folders followed grace inaccessible incident incidents internal
    invisible issuer iteration later leading leaving location locations loose lower matching mount order present
    quote ready relation repaired resolved reversed sample shipping speed spent stats stock story subset tagging taken
    timeline trial undelivered upstream white wider wording wrapping planning cooking mapping shopping tracking
    booking ticket tickets catalog catalogue listings reading meeting house horse light night right sales store
    """
)
"""English words that are one typing error away from one of ours, and mean what they say."""

CHANGES = _words(
    """create delete remove make enable disable rotate attach detach deploy grant revoke add set change update modify
    terminate reboot restart launch provision configure turn switch close build generate drop install migrate move
    rename assign deactivate encrypt schedule stop start patch upgrade fix remediate purge increase decrease
    raise lower request silence mute acknowledge redrive reset
    scale kill roll rollback drain send replay resize expand allocate release replace write put lock bump"""
)
"""Verbs that ask for a change when a request begins with them; no probe changes anything."""
