"""How long the ids of images are, of whatever they are made, and whether a name can be given again."""

from botocore.exceptions import ClientError

from client import REGION, client

ec2 = client()
first = ec2.register_image(Name="again")["ImageId"]
copy = ec2.copy_image(Name="copied", SourceImageId=first, SourceRegion=REGION)["ImageId"]
for image in [first, copy]:
    told, = ec2.describe_images(ImageIds=[image])["Images"]
    assert told["ImageId"] == image, told
    assert set(image.removeprefix("ami-")) <= set("0123456789abcdef"), image
length, = {len(image) - len("ami-") for image in [first, copy]}
try:
    second = ec2.register_image(Name="again")["ImageId"]
    named = ec2.describe_images(Filters=[{"Name": "name", "Values": ["again"]}])["Images"]
    assert {image["ImageId"] for image in named} == {first, second}, named
    again = "twice"
except ClientError as error:
    again = error.response["Error"]["Code"].removeprefix("InvalidAMIName.")
print(length, again)
