"""The driver of libcloud, which sends GET and is told to sign with version 4."""

from libcloud.common.exceptions import BaseHTTPError
from libcloud.common.types import InvalidCredsError
from libcloud.compute.drivers.ec2 import EC2NodeDriver

from client import BETA, DEV, HOST, OTHER, PORT, REGION, SECRET


def driver(key, secret=SECRET):
    """A driver for a key; the region is one of AWS, which libcloud knows no other than."""
    return EC2NodeDriver(key, secret, secure=False, host=HOST, port=PORT, region="us-east-1",
                         signature_version="4")


def refused(what, call, *arguments, **named):
    """Something is refused, with a word."""
    try:
        call(*arguments, **named)
    except (BaseHTTPError, InvalidCredsError) as error:
        assert what in str(error), error
        return
    raise AssertionError(f"{call} was not refused: {what}")


dev, other = driver(DEV), driver(OTHER)
devices = [{"Ebs": {"VolumeSize": 8}, "DeviceName": "/dev/sda1"}]
web = dev.ex_register_image("web and co", description="<web> & \u00e9t\u00e9",
                            architecture="x86_64", root_device_name="/dev/sda1",
                            block_device_mapping=devices, virtualization_type="hvm")
assert web.id.startswith("ami-"), web
listed, = dev.list_images(ex_owner="self")
assert (listed.id, listed.name) == (web.id, "web and co"), listed
assert listed.extra["description"] == "<web> & \u00e9t\u00e9" and listed.extra["state"] == "available"
assert int(listed.extra["block_device_mapping"][0]["ebs"]["volume_size"]) == 8, listed.extra
assert dev.get_image(web.id).id == web.id
assert [image.id for image in dev.list_images(ex_filters={"name": "web*", "architecture": "x86_64"})] == [web.id]
assert dev.list_images(ex_filters={"name": "db*"}) == []

assert other.list_images() == []
assert dev.ex_modify_image_attribute(web, {"LaunchPermission.Add.1.UserId": BETA})
assert [image.id for image in other.list_images(ex_executableby="self")] == [web.id]
refused("AuthFailure", other.delete_image, web)
assert dev.ex_modify_image_attribute(web, {"LaunchPermission.Remove.1.UserId": BETA})
assert other.list_images() == []

refused("InvalidAMIID.NotFound", dev.list_images, ex_image_ids=["ami-abcd1234"])
refused("SignatureDoesNotMatch", driver(DEV, "x" * 40).list_images)
assert dev.delete_image(web)
assert dev.list_images() == []
print("libcloud: well")
