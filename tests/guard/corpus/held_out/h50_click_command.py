# Operations: ec2:DescribeImages, ec2:DescribeSnapshots
import boto3
import click


@click.group()
@click.option("--region", default="us-east-1")
@click.pass_context
def cli(ctx, region):
    ctx.obj = {"ec2": boto3.client("ec2", region_name=region)}


@cli.command()
@click.option("--owner", default="self")
def images(owner):
    ec2 = boto3.client("ec2")
    for image in ec2.describe_images(Owners=[owner])["Images"]:
        click.echo(image["ImageId"])


@cli.command()
def snapshots():
    ec2 = boto3.client("ec2")
    for page in ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"]):
        click.echo(len(page["Snapshots"]))


if __name__ == "__main__":
    cli()
