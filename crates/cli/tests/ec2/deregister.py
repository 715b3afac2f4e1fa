"""Registers an image, or says why one cannot be deregistered."""

import sys

from botocore.exceptions import ClientError

from client import client

ec2 = client()
if len(sys.argv) == 1:
    print(ec2.register_image(Name="used", ImageLocation="images/used.xml")["ImageId"])
else:
    try:
        ec2.deregister_image(ImageId=sys.argv[1])
    except ClientError as error:
        print(error.response["Error"]["Code"], error.response["Error"]["Message"])
