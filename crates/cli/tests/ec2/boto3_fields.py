"""Fields and parameters that a session over images does not come by, each set and read back by boto3."""

import datetime

from botocore.exceptions import ClientError

from client import ACME, BETA, DEV, OTHER, REGION, client

dev, other = client(DEV), client(OTHER)
ORGANIZATION = "arn:aws:organizations::123456789012:organization/o-exampleorgid"
UNIT = "arn:aws:organizations::123456789012:ou/o-exampleorgid/ou-examplerootid-exampleouid"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6EXAMPLE"


def one(image, of=dev):
    """What is told of an image."""
    found, = of.describe_images(ImageIds=[image], IncludeDisabled=True)["Images"]
    return found


def attribute(image, name):
    """What is told of an attribute of an image."""
    said = dev.describe_image_attribute(ImageId=image, Attribute=name)
    said.pop("ResponseMetadata"), said.pop("ImageId")
    return said


def device(image, name):
    """What is told of a device of an image."""
    found, = [device for device in one(image)["BlockDeviceMappings"] if device["DeviceName"] == name]
    return found


def tried(call, **parameters):
    """A call would do, and does nothing yet; then it does it."""
    try:
        call(DryRun=True, **parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "DryRunOperation", error.response
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412, error.response
        return call(**parameters)
    raise AssertionError(f"{call} does it although it is only tried")


# An instance with all that can be said of it, and changed.
base = dev.register_image(Name="base", Architecture="arm64", VirtualizationType="hvm", BootMode="uefi",
                          EnaSupport=True, SriovNetSupport="simple", ImageLocation="bucket/base.xml")["ImageId"]
run = tried(dev.run_instances, ImageId=base, MinCount=1, MaxCount=2, InstanceType="m6g.large", KeyName="key",
            ClientToken="once", EbsOptimized=True, DisableApiTermination=True, KernelId="aki-0123456789abcdef0",
            RamdiskId="ari-0123456789abcdef0", Monitoring={"Enabled": False}, UserData="#!/bin/sh\n",
            Placement={"AvailabilityZone": f"{REGION}a"}, SecurityGroupIds=["sg-0123456789abcdef0"],
            SubnetId="subnet-0123456789abcdef0", BlockDeviceMappings=[
                {"DeviceName": "/dev/sdb", "Ebs": {
                    "VolumeSize": 20, "VolumeType": "io1", "Iops": 1000, "Encrypted": True, "KmsKeyId": KEY,
                    "DeleteOnTermination": False}}],
            TagSpecifications=[{"ResourceType": kind, "Tags": [{"Key": "kind", "Value": kind}]}
                               for kind in ["instance", "volume"]])
instance, twin = [each["InstanceId"] for each in run["Instances"]]
assert run["OwnerId"] == ACME and [each["AmiLaunchIndex"] for each in run["Instances"]] == [0, 1], run
again = dev.run_instances(ImageId=base, MinCount=1, MaxCount=2, ClientToken="once")
assert [each["InstanceId"] for each in again["Instances"]] == [instance, twin], again


def launched():
    """What is told of the instance."""
    reserved, = dev.describe_instances(InstanceIds=[instance])["Reservations"]
    assert reserved["ReservationId"] == run["ReservationId"], reserved
    return reserved["Instances"][0]


told = launched()
for name, value in [("ImageId", base), ("Architecture", "arm64"), ("InstanceType", "m6g.large"),
                    ("KeyName", "key"), ("EbsOptimized", True), ("KernelId", "aki-0123456789abcdef0"),
                    ("RamdiskId", "ari-0123456789abcdef0"), ("BootMode", "uefi"), ("EnaSupport", True),
                    ("VirtualizationType", "hvm"), ("RootDeviceType", "ebs"), ("RootDeviceName", "/dev/sda1"),
                    ("Tags", [{"Key": "kind", "Value": "instance"}])]:
    assert told[name] == value, (name, told.get(name))
assert told["State"] == {"Code": 16, "Name": "running"} and told["ClientToken"] == "once", told
assert told["Placement"]["AvailabilityZone"] == f"{REGION}a", told
tried(dev.modify_instance_attribute, InstanceId=instance, Kernel={"Value": "aki-00000000000000001"})
for changed in [{"Ramdisk": {"Value": "ari-00000000000000001"}}, {"InstanceType": {"Value": "m6g.medium"}},
                {"EbsOptimized": {"Value": False}}, {"DisableApiTermination": {"Value": False}},
                {"SourceDestCheck": {"Value": False}}, {"SriovNetSupport": {"Value": "simple"}},
                {"Attribute": "enaSupport", "Value": "true"}, {"BlockDeviceMappings": [
                    {"DeviceName": "/dev/sdb", "Ebs": {"DeleteOnTermination": True}}]}]:
    dev.modify_instance_attribute(InstanceId=instance, **changed)
told = launched()
for name, value in [("KernelId", "aki-00000000000000001"), ("RamdiskId", "ari-00000000000000001"),
                    ("InstanceType", "m6g.medium"), ("EbsOptimized", False), ("SourceDestCheck", False)]:
    assert told[name] == value, (name, told.get(name))
assert all(each["Ebs"]["DeleteOnTermination"] for each in told["BlockDeviceMappings"]), told
untagged, = dev.run_instances(ImageId=base, MinCount=1, MaxCount=1)["Instances"]
assert "Tags" not in untagged, untagged
for wanted, value in [("instance-id", instance), ("image-id", base), ("instance-type", "m6g.medium"),
                      ("instance-state-name", "running"), ("tag:kind", "inst*"), ("tag-key", "kind"),
                      ("tag-value", "instance"), ("architecture", "arm64"), ("key-name", "key"),
                      ("reservation-id", run["ReservationId"]), ("client-token", "once")]:
    by = [{"Name": wanted, "Values": [value]}]
    found = [each["InstanceId"] for all_of in dev.describe_instances(Filters=by)["Reservations"]
             for each in all_of["Instances"]]
    assert instance in found, (by, found)
    by[0]["Values"] = ["no such thing"]
    assert dev.describe_instances(Filters=by)["Reservations"] == [], by
volume, = dev.describe_volumes(Filters=[
    {"Name": "attachment.instance-id", "Values": [instance]}, {"Name": "volume-type", "Values": ["io1"]}])["Volumes"]
assert (volume["Size"], volume["Iops"], volume["Encrypted"], volume["KmsKeyId"]) == (20, 1000, True, KEY), volume
assert dev.describe_volumes(VolumeIds=[volume["VolumeId"]])["Volumes"] == [volume]
assert volume["Tags"] == [{"Key": "kind", "Value": "volume"}], volume

# An image of it: what the request says goes before what the instance has.
made = tried(dev.create_image, InstanceId=instance, Name="made of it", Description="an image", NoReboot=False,
             SnapshotLocation="regional", BootModeOverride="legacy-bios", BlockDeviceMappings=[
                 {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 30, "VolumeType": "gp3", "Throughput": 250}},
                 {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
                 {"DeviceName": "/dev/sdb", "NoDevice": ""},
                 {"DeviceName": "/dev/sdd", "Ebs": {"VolumeSize": 5, "KmsKeyId": KEY, "Encrypted": True}}])["ImageId"]
told = one(made)
for name, value in [("BootMode", "legacy-bios"), ("KernelId", "aki-00000000000000001"), ("Architecture", "arm64"),
                    ("RamdiskId", "ari-00000000000000001"), ("SourceInstanceId", instance), ("State", "available"),
                    ("SourceImageId", base), ("SourceImageRegion", REGION), ("Description", "an image"),
                    ("ImageLocation", f"{ACME}/made of it"), ("PlatformDetails", "Linux/UNIX"),
                    ("UsageOperation", "RunInstances"), ("Hypervisor", "xen")]:
    assert told[name] == value, (name, told.get(name))
assert [each["DeviceName"] for each in told["BlockDeviceMappings"]] == ["/dev/sda1", "/dev/sdc", "/dev/sdd"], told
root = told["BlockDeviceMappings"][0]["Ebs"]
assert (root["VolumeSize"], root["VolumeType"], root["Throughput"]) == (30, "gp3", 250), root
assert device(made, "/dev/sdc") == {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"}, told
more = device(made, "/dev/sdd")["Ebs"]
assert more["KmsKeyId"] == KEY and more["Encrypted"], more
snapshot, second = root["SnapshotId"], more["SnapshotId"]
told, = dev.describe_snapshots(SnapshotIds=[second])["Snapshots"]
assert told["VolumeSize"] == 5 and told["Encrypted"] and told["Progress"] == "100%", told
assert told["State"] == "completed" and told["StartTime"] and told["VolumeId"].startswith("vol-"), told
said = tried(dev.describe_snapshot_attribute, SnapshotId=snapshot, Attribute="createVolumePermission")
assert said["CreateVolumePermissions"] == [] and said["SnapshotId"] == snapshot, said

# An image with all that the other sessions leave unsaid: the snapshot of a device, a device that is left out.
data = "QU1aTlVFRkl" + "A" * 1000
whole = tried(dev.register_image, Name="whole", Architecture="x86_64_mac", BillingProducts=["bp-1", "bp-2"],
              UefiData=data, TpmSupport="v2.0", ImdsSupport="v2.0", SriovNetSupport="simple", BootMode="uefi",
              EnaSupport=False, VirtualizationType="hvm", BlockDeviceMappings=[
                  {"DeviceName": "/dev/sda1", "Ebs": {
                      "SnapshotId": snapshot, "VolumeSize": 31, "VolumeType": "io2", "Iops": 500,
                      "Encrypted": True, "KmsKeyId": KEY, "DeleteOnTermination": False}},
                  {"DeviceName": "/dev/sdb", "NoDevice": ""}])["ImageId"]
assert device(whole, "/dev/sda1")["Ebs"] == {
    "SnapshotId": snapshot, "VolumeSize": 31, "VolumeType": "io2", "Iops": 500, "Encrypted": True,
    "KmsKeyId": KEY, "DeleteOnTermination": False}, one(whole)
assert device(whole, "/dev/sdb") == {"DeviceName": "/dev/sdb", "NoDevice": ""}, one(whole)
assert attribute(whole, "uefiData") == {"UefiData": {"Value": data}}
assert attribute(whole, "tpmSupport") == {"TpmSupport": {"Value": "v2.0"}}
assert attribute(whole, "imdsSupport") == {"ImdsSupport": {"Value": "v2.0"}}
assert attribute(whole, "sriovNetSupport") == {"SriovNetSupport": {"Value": "simple"}}
assert attribute(whole, "bootMode") == {"BootMode": {"Value": "uefi"}}
assert attribute(whole, "deregistrationProtection") == {"DeregistrationProtection": {"Value": "disabled"}}
assert attribute(whole, "lastLaunchedTime").get("LastLaunchedTime", {}) == {}
assert one(whole)["Architecture"] == "x86_64_mac" and one(whole)["EnaSupport"] is False
dev.enable_image_deregistration_protection(ImageId=whole, WithCooldown=True)
assert attribute(whole, "deregistrationProtection") == {
    "DeregistrationProtection": {"Value": "enabled-with-cooldown"}}
dev.disable_image_deregistration_protection(ImageId=whole)

# Who may launch it, by both forms and in the order of asking.
tried(dev.modify_image_attribute, ImageId=whole, Attribute="launchPermission", OperationType="add",
      OrganizationArns=[ORGANIZATION])
dev.modify_image_attribute(ImageId=whole, Attribute="LaunchPermission", LaunchPermission={"Add": [
    {"OrganizationalUnitArn": UNIT}, {"Group": "all"}, {"UserId": BETA}]})
assert attribute(whole, "launchPermission") == {"LaunchPermissions": [
    {"OrganizationArn": ORGANIZATION}, {"OrganizationalUnitArn": UNIT}, {"Group": "all"}, {"UserId": BETA}]}
dev.modify_image_attribute(ImageId=whole, Attribute="launchPermission", OperationType="remove",
                           OrganizationalUnitArns=[UNIT], UserGroups=["all"])
dev.modify_image_attribute(ImageId=whole, LaunchPermission={"Remove": [{"OrganizationArn": ORGANIZATION}]})
words = [{"OrganizationArn": "someOrganization"}, {"OrganizationalUnitArn": "ou1"}]
dev.modify_image_attribute(ImageId=whole, LaunchPermission={"Add": words})
assert attribute(whole, "launchPermission")["LaunchPermissions"][1:] == words
dev.modify_image_attribute(ImageId=whole, LaunchPermission={"Remove": words})
assert attribute(whole, "launchPermission") == {"LaunchPermissions": [{"UserId": BETA}]}
assert [image["ImageId"] for image in other.describe_images(ExecutableUsers=[BETA])["Images"]] == [whole]
assert "Tags" not in one(whole, other) or one(whole, other)["Tags"] == []
tried(dev.reset_image_attribute, ImageId=whole, Attribute="launchPermission")
assert attribute(whole, "launchPermission") == {"LaunchPermissions": []}
dev.modify_image_attribute(ImageId=whole, Attribute="productCodes", OperationType="add", ProductCodes=["code-1"])
codes = [{"ProductCodeId": "code-1", "ProductCodeType": "marketplace"}]
assert attribute(whole, "productCodes") == {"ProductCodes": codes} and one(whole)["ProductCodes"] == codes
dev.modify_image_attribute(ImageId=whole, Description={"Value": "said"})
dev.create_tags(Resources=[whole], Tags=[{"Key": "of", "Value": "whole"}])

# Every filter that means something: with what the image has, and with what nothing has.
copy = tried(dev.copy_image, Name="copied", SourceImageId=made, SourceRegion=REGION, Description="again",
             ClientToken="copy", CopyImageTags=False, TagSpecifications=[
                 {"ResourceType": "image", "Tags": [{"Key": "of", "Value": "copy"}]}])["ImageId"]
repeated = dev.copy_image(Name="copied", SourceImageId=made, SourceRegion=REGION, Description="again",
                          ClientToken="copy", TagSpecifications=[
                              {"ResourceType": "image", "Tags": [{"Key": "of", "Value": "copy"}]}])
assert repeated["ImageId"] == copy and one(copy)["Tags"] == [{"Key": "of", "Value": "copy"}], repeated
taken = device(copy, "/dev/sdd")["Ebs"]
assert taken["SnapshotId"] not in (snapshot, second) and taken["Encrypted"], taken
assert device(copy, "/dev/sda1")["Ebs"]["VolumeSize"] == 30, one(copy)
told, = dev.describe_snapshots(SnapshotIds=[taken["SnapshotId"]])["Snapshots"]
assert told["VolumeSize"] == 5 and told["Description"] == (
    f"Copied for DestinationAmi {copy} from SourceAmi {made} for SourceSnapshot {second}."), told
sealed = dev.copy_image(Name="sealed", SourceImageId=whole, SourceRegion=REGION, Encrypted=True,
                        KmsKeyId=KEY)["ImageId"]
taken = device(sealed, "/dev/sda1")["Ebs"]
assert taken["Encrypted"] and taken["KmsKeyId"] == KEY and taken["SnapshotId"] != snapshot, taken
gone = dev.deregister_image(ImageId=sealed, DeleteAssociatedSnapshots=True)["DeleteSnapshotResults"]
assert gone == [{"SnapshotId": taken["SnapshotId"], "ReturnCode": "success"}], gone
told = one(whole)
for name, value, image in [
    ("architecture", "x86_64_mac", whole), ("block-device-mapping.delete-on-termination", "false", whole),
    ("block-device-mapping.device-name", "/dev/sdd", made), ("block-device-mapping.snapshot-id", snapshot, whole),
    ("block-device-mapping.volume-size", "31", whole), ("block-device-mapping.volume-type", "io2", whole),
    ("block-device-mapping.encrypted", "true", whole), ("boot-mode", "uefi", whole),
    ("creation-date", told["CreationDate"], whole), ("description", "sa?d", whole), ("ena-support", "false", whole),
    ("hypervisor", "xen", whole), ("image-id", whole, whole), ("image-type", "machine", whole),
    ("is-public", "false", whole), ("kernel-id", "aki-00000000000000001", made),
    ("manifest-location", f"{ACME}/made*", made), ("name", "who?e", whole), ("owner-id", ACME, whole),
    ("product-code", "code-1", whole), ("product-code.type", "marketplace", whole),
    ("ramdisk-id", "ari-*1", made), ("root-device-name", "/dev/sda1", whole), ("root-device-type", "ebs", whole),
    ("source-image-id", base, made), ("source-image-region", REGION, made), ("source-instance-id", instance, made),
    ("state", "available", whole), ("sriov-net-support", "simple", whole), ("tag:of", "whole", whole),
    ("tag-key", "of", whole), ("tag-value", "whole", whole), ("virtualization-type", "hvm", whole),
    ("source-image-id", made, copy),
]:
    for values, hits in [([value], True), (["no such thing", value], True), (["no such thing"], False)]:
        by = [{"Name": name, "Values": values}]
        found = [each["ImageId"] for each in dev.describe_images(Filters=by)["Images"]]
        assert (image in found) == hits and (hits or found == []), (by, found)
for nothing in ["owner-alias", "platform", "state-reason-code", "state-reason-message", "free-tier-eligible",
                "image-allowed", "public-ssm-parameter-name"]:
    assert dev.describe_images(Filters=[{"Name": nothing, "Values": ["*"]}])["Images"] == [], nothing

# Lists by owner, deprecated and disabled ones.
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
tried(dev.enable_image_deprecation, ImageId=whole, DeprecateAt=soon)
tried(dev.disable_image_deprecation, ImageId=whole)
tried(dev.disable_image, ImageId=copy)
listed = dev.describe_images(Owners=["self", "amazon"], IncludeDeprecated=True)["Images"]
assert {image["ImageId"] for image in listed} == {base, made, whole}, listed
listed = dev.describe_images(Owners=[ACME], IncludeDisabled=True)["Images"]
assert copy in {image["ImageId"] for image in listed}, listed
tried(dev.enable_image, ImageId=copy)
page = dev.describe_images(MaxResults=3)
rest = dev.describe_images(MaxResults=3, NextToken=page["NextToken"])
assert len(page["Images"]) == 3 and len(rest["Images"]) == 1 and "NextToken" not in rest, (page, rest)

# A session's token is signed with the rest, and changes nothing.
session = client(DEV, aws_session_token="FwoGZXIvYXdzEXAMPLETOKEN//")
assert session.describe_images(ImageIds=[whole])["Images"], "with a session token"

# The end: snapshots that another image begins with are kept.
tried(dev.terminate_instances, InstanceIds=[instance])
gone = tried(dev.deregister_image, ImageId=made, DeleteAssociatedSnapshots=True)
codes = {each["SnapshotId"]: each["ReturnCode"] for each in gone["DeleteSnapshotResults"]}
assert gone["Return"] and codes[snapshot] == "skipped" and set(codes) == {snapshot, second}, gone
print("boto3: well")
