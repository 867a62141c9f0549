"""Every repair of the loaded emulator, installed in one place and in one order."""

from collections.abc import Mapping

from cloudprobe.emulator.seams import (
    absent_services,
    answers,
    authorisation,
    ebs_default,
    ec2_answers,
    iam_answers,
    interfaces,
    not_principal,
    organization,
    pagination,
    pass_role,
    past,
    policy_variables,
    prefix_lists,
    principal_keys,
    public_policies,
    regions,
    s3_answers,
    s3_permissions,
    stack_roles,
    sts_answers,
    trail,
)
from cloudprobe.emulator.seams.credentials import RoleClients
from cloudprobe.emulator.seams.functions import LocalFunctions
from cloudprobe.emulator.seams.step_functions import Workflows
from cloudprobe.emulator.seams.tasks import LocalTasks


def install(*, functions: Mapping[str, str], tasks: Mapping[str, str], endpoint_url: str) -> None:
    clients = RoleClients(endpoint_url)
    workflows = Workflows(clients)
    workflows.install()
    LocalFunctions(functions, endpoint_url=endpoint_url, clients=clients).install()
    LocalTasks(tasks, endpoint_url=endpoint_url).install()
    authorisation.install(workflows)
    principal_keys.install()
    policy_variables.install()
    pass_role.install()
    s3_answers.install()
    s3_permissions.install()
    stack_roles.install()
    iam_answers.install()
    sts_answers.install()
    ec2_answers.install()
    ebs_default.install()
    regions.install()
    trail.install()
    pagination.install()
    not_principal.install()
    absent_services.install()
    interfaces.install()
    past.install()
    public_policies.install()
    prefix_lists.install()
    organization.install()
    answers.install()  # last: in front of every other handler
