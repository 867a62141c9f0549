from cloudprobe.guard.patterns import first_match, matches


def test_wildcards_match_as_in_iam() -> None:
    assert matches("ec2:Describe*", "ec2:DescribeInstances")
    assert matches("ec2:describe*", "EC2:DescribeInstances")
    assert matches("s3:Get?", "s3:GetX")
    assert not matches("s3:Get?", "s3:Get")
    assert not matches("s3:Get", "s3:GetObject")
    assert not matches("s3.Get*", "s3:GetObject")
    assert first_match(["a:*", "b:*"], "b:C") == "b:*"
    assert first_match([], "b:C") is None
