"""What clients call around the actions on images: tags, snapshots, instances, imports."""

import sys
import time

from botocore.exceptions import ClientError

from client import ACME, DEV, OTHER, client

dev, other = client(DEV), client(OTHER)


def refused(code, call, **parameters):
    """Something is refused with a code."""
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return
    raise AssertionError(f"{call} was not refused: {code}")


def tags(**by):
    """The tags that are told, as pairs."""
    found = dev.describe_tags(**by)["Tags"]
    return sorted((tag["Key"], tag["Value"]) for tag in found)


# Instances, and images of them.
base = dev.register_image(Name="base", Architecture="x86_64", VirtualizationType="hvm")["ImageId"]
launched, = dev.run_instances(ImageId=base, MinCount=1, MaxCount=1, InstanceType="t3.micro")["Instances"]
instance = launched["InstanceId"]
reserved, = dev.describe_instances(InstanceIds=[instance])["Reservations"]
assert reserved["Instances"][0]["ImageId"] == base, reserved
assert dev.describe_volumes()["Volumes"]
dev.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"MaxAttempts": 1})
made = dev.create_image(InstanceId=instance, Name="made", Description="of it", NoReboot=True, TagSpecifications=[
    {"ResourceType": "image", "Tags": [{"Key": "of", "Value": "image"}]},
    {"ResourceType": "snapshot", "Tags": [{"Key": "of", "Value": "snapshot"}]}])["ImageId"]
image, = dev.describe_images(ImageIds=[made])["Images"]
assert image["SourceInstanceId"] == instance and image["RootDeviceName"] == "/dev/sda1", image
assert image["Tags"] == [{"Key": "of", "Value": "image"}], image
device = image["BlockDeviceMappings"][0]
assert device["DeviceName"] == "/dev/sda1" and device["Ebs"]["VolumeType"], device
snapshot = device["Ebs"]["SnapshotId"]

# Its snapshot.
told, = dev.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
assert told["Description"] == f"Created by CreateImage({instance}) for {made}", told
assert told["OwnerId"] == ACME and told["Tags"] == [{"Key": "of", "Value": "snapshot"}], told
assert dev.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "tag:of", "Values": ["snap*"]}])["Snapshots"]
assert other.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
refused("InvalidSnapshot.InUse", dev.delete_snapshot, SnapshotId=snapshot)
refused("InvalidSnapshot.NotFound", dev.delete_snapshot, SnapshotId="snap-0123456789abcdef0")

# Tags.
pair = [{"Key": "a:b=c", "Value": "<1> & 2"}, {"Key": "team", "Value": "web"}]
dev.create_tags(Resources=[made, snapshot], Tags=pair)
by = [{"Name": "resource-id", "Values": [made]}]
assert tags(Filters=by) == [("a:b=c", "<1> & 2"), ("of", "image"), ("team", "web")], tags(Filters=by)
assert tags(Filters=[{"Name": "resource-type", "Values": ["snapshot"]}, {"Name": "key", "Values": ["team"]}]) == [
    ("team", "web")]
dev.delete_tags(Resources=[made], Tags=[{"Key": "team"}, {"Key": "of", "Value": "other"}])
assert tags(Filters=by) == [("a:b=c", "<1> & 2"), ("of", "image")], tags(Filters=by)
refused("InvalidAMIID.NotFound", other.create_tags, Resources=[made], Tags=pair)

# The end of both.
assert dev.terminate_instances(InstanceIds=[instance])["TerminatingInstances"]
gone = dev.deregister_image(ImageId=made, DeleteAssociatedSnapshots=True)
assert [one["SnapshotId"] for one in gone["DeleteSnapshotResults"]] == [snapshot], gone
assert dev.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []


def imported(url):
    """The task that imports what is at a URL, once it has ended."""
    task = dev.import_image(Description="a disk", DiskContainers=[{"Format": "raw", "Url": url}])
    until = time.time() + 60
    while task["Status"] == "active" and time.time() < until:
        time.sleep(0.1)
        task, = dev.describe_import_image_tasks(ImportTaskIds=[task["ImportTaskId"]])["ImportImageTasks"]
    return task


# An import of a file, until its image is there, and one of what nobody may fetch.
task = imported(sys.argv[1])
assert task["Status"] == "completed", task
image, = dev.describe_images(ImageIds=[task["ImageId"]])["Images"]
assert image["State"] == "available", image
task = imported("http://169.254.169.254/latest")
assert task["Status"] not in ("active", "completed") and "https" in task["StatusMessage"], task
print("boto3: well")
