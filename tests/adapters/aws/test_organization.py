import pytest

from cloudprobe.adapters.aws.organization import accounts_below
from cloudprobe.errors import AccessError


@pytest.fixture
def organizations(session):
    return session.client("organizations")


def unit(organizations, parent, name):
    return organizations.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]


def account_in(organizations, root, parent, name):
    made = organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
    if parent != root:
        organizations.move_account(AccountId=made["AccountId"], SourceParentId=root, DestinationParentId=parent)
    return made["AccountId"]


def test_a_unit_is_walked_to_its_depth_and_nowhere_else(session, organizations):
    root = organizations.list_roots()["Roots"][0]["Id"]
    work, play = unit(organizations, root, "work"), unit(organizations, root, "play")
    deep = unit(organizations, unit(organizations, work, "middle"), "deep")
    in_work, in_deep, closed = (
        account_in(organizations, root, parent, name)
        for parent, name in ((work, "one"), (deep, "two"), (deep, "three"))
    )
    in_play = account_in(organizations, root, play, "four")
    organizations.close_account(AccountId=closed)
    below = accounts_below(session, work)
    assert below.active == tuple(sorted((in_work, in_deep)))
    assert below.inactive == (closed,)
    assert {in_work, in_deep, in_play} <= set(accounts_below(session, root).active)
    assert accounts_below(session, unit(organizations, root, "empty")).active == ()


def test_who_may_not_ask_is_told_the_action(session, open_as):
    from cloudprobe.adapters.aws.session import Keys

    iam = session.client("iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    stranger = open_as(Keys(key["AccessKeyId"], key["SecretAccessKey"]))
    with pytest.raises(AccessError, match="organizations:ListAccountsForParent"):
        accounts_below(stranger, "r-abcd")
