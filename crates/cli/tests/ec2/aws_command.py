"""The command `aws`, in one process for all calls, since its start takes a second."""

import contextlib
import io
import json
import os

from awscli.clidriver import create_clidriver

from client import ACME, BETA, DEV, OTHER, REGION, SECRET, URL

os.environ |= {"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": REGION,
               "AWS_DEFAULT_OUTPUT": "json", "AWS_MAX_ATTEMPTS": "1"}


def aws(*arguments, key=DEV, fails=False):
    """What the command answers, or how it fails."""
    os.environ["AWS_ACCESS_KEY_ID"] = key
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = create_clidriver().main(["--endpoint-url", URL, "ec2", *arguments])
    assert (code != 0) == fails, (arguments, code, out.getvalue(), err.getvalue())
    if fails:
        return err.getvalue()
    return json.loads(out.getvalue() or "null")


def names(*arguments, key=DEV):
    """The names of the images that a list tells of."""
    images = aws("describe-images", *arguments, key=key)["Images"]
    return sorted(image["Name"] for image in images)


devices = json.dumps([{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "DeleteOnTermination": True}}])
web = aws("register-image", "--name", "web", "--root-device-name", "/dev/sda1", "--architecture", "arm64",
          "--block-device-mappings", devices, "--tag-specifications",
          "ResourceType=image,Tags=[{Key=team,Value=web}]")["ImageId"]
for number in range(6):
    aws("register-image", "--name", f"db-{number}", "--image-location", "db/image.xml")
image, = aws("describe-images", "--image-ids", web)["Images"]
assert image["Architecture"] == "arm64" and image["OwnerId"] == ACME, image
device, = image["BlockDeviceMappings"]
assert device["DeviceName"] == "/dev/sda1" and device["Ebs"]["VolumeSize"] == 8, image
assert len(names("--owners", "self")) == 7
assert len(names("--owners", "self", "--page-size", "5")) == 7
assert names("--filters", "Name=name,Values=web,db-?", "Name=architecture,Values=i386") == [
    f"db-{number}" for number in range(6)]
assert names("--filters", "Name=tag:team,Values=web") == ["web"]

# Another account sees what it is let in to.
assert names(key=OTHER) == []
add = json.dumps({"Add": [{"UserId": BETA}]})
aws("modify-image-attribute", "--image-id", web, "--launch-permission", add)
assert names(key=OTHER) == names("--executable-users", "self", key=OTHER) == ["web"]
told = aws("describe-image-attribute", "--image-id", web, "--attribute", "launchPermission")
assert told["LaunchPermissions"] == [{"UserId": BETA}], told
assert "(AuthFailure)" in aws("deregister-image", "--image-id", web, key=OTHER, fails=True)
aws("reset-image-attribute", "--image-id", web, "--attribute", "launchPermission")
assert names(key=OTHER) == []

aws("modify-image-attribute", "--image-id", web, "--description", "Value=what is served")
image, = aws("describe-images", "--image-ids", web)["Images"]
assert image["Description"] == "what is served", image
aws("wait", "image-available", "--image-ids", web)
assert "(DryRunOperation)" in aws("deregister-image", "--image-id", web, "--dry-run", fails=True)
aws("deregister-image", "--image-id", web)
assert "(InvalidAMIID.Unavailable)" in aws("deregister-image", "--image-id", web, fails=True)
assert len(names()) == 6
print("awscli: well")
