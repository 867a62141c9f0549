"""PermissionsBoundary of roles in CloudFormation templates, which ministack drops without a word.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html. Tested by
``tests/adapters/aws/test_inspector_role.py``.
"""

from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: Any, props: Any, stack_name: Any) -> Any:
        answer = create(logical_id, props, stack_name)
        _bound(answer[0], props)
        return answer

    def updated(physical_id: Any, old_props: Any, new_props: Any, stack_name: Any, logical_id: Any = None) -> Any:
        answer = update(physical_id, old_props, new_props, stack_name, logical_id)
        _bound(new_props.get("RoleName") or physical_id, new_props)
        return answer

    handlers["create"], handlers["update"] = created, updated


def _bound(name: str, props: Any) -> None:
    role = iam._roles.get(name)
    if role is None:
        return
    if props.get("PermissionsBoundary"):
        role["PermissionsBoundary"] = props["PermissionsBoundary"]
    else:
        role.pop("PermissionsBoundary", None)
