"""Registers images, or lists them, by their names."""

import sys

from client import client

ec2 = client()
if sys.argv[1] == "register":
    for number in range(int(sys.argv[2])):
        made = ec2.register_image(Name=f"image-{number:03}", ImageLocation="images/a.xml")
        print(f"image-{number:03}", made["ImageId"])
else:
    images = ec2.describe_images(Owners=["self"])["Images"]
    for image in sorted(images, key=lambda image: image["Name"]):
        print(image["Name"], image["ImageId"])
