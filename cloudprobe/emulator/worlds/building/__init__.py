"""What seeds are made of: ordinary boto3 calls, grouped by subject. Works against any endpoint that speaks AWS."""

from cloudprobe.emulator.worlds.building.buckets import bucket
from cloudprobe.emulator.worlds.building.functions import function, key
from cloudprobe.emulator.worlds.building.networks import Open, instance, load_balancer, security_group
from cloudprobe.emulator.worlds.building.policies import allow, deny, policy
from cloudprobe.emulator.worlds.building.site import Site
from cloudprobe.emulator.worlds.building.users import AccessKey, root_mfa, user

__all__ = [
    "AccessKey",
    "Open",
    "Site",
    "allow",
    "bucket",
    "deny",
    "function",
    "instance",
    "key",
    "load_balancer",
    "policy",
    "root_mfa",
    "security_group",
    "user",
]
