# Operations: ec2:DescribeInstances, ec2:TerminateInstances, ec2:CreateImage, ec2:DescribeImages
import boto3

ec2 = boto3.resource("ec2")
instance = ec2.Instance("i-0abc")
print(instance.state, instance.public_ip_address)
image = instance.create_image(Name="backup")
image.wait_until_exists()
print(image.state)
instance.terminate()
instance.wait_until_terminated()
