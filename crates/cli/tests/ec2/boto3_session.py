"""A session of boto3 over the actions on images, with what each says read back."""

import datetime
import time
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

from client import ACME, BETA, DEV, OTHER, PROD, client

dev, prod, other = client(DEV), client(PROD), client(OTHER)


def refused(code, status, call, **parameters):
    """The code and the status with which something is refused."""
    try:
        call(**parameters)
    except ClientError as error:
        said = error.response
        found = said["Error"]["Code"], said["ResponseMetadata"]["HTTPStatusCode"]
        assert found == (code, status), (call, said)
        assert said["ResponseMetadata"]["RequestId"], said
        return said["Error"]["Message"]
    raise AssertionError(f"{call} was not refused: {code}")


def ids(of, **parameters):
    """The images that a list tells of."""
    return {image["ImageId"] for image in of.describe_images(**parameters)["Images"]}


def one(of, image, **parameters):
    """What is told of an image."""
    found, = of.describe_images(ImageIds=[image], **parameters)["Images"]
    return found


def attribute(image, name, of=dev):
    """What is told of an attribute of an image."""
    said = of.describe_image_attribute(ImageId=image, Attribute=name)
    del said["ResponseMetadata"]
    assert said.pop("ImageId") == image
    return said


def filters(**wanted):
    """Filters by names in Python's form: `root_device_name`."""
    named = {name.replace("_", "-"): values for name, values in wanted.items()}
    return [{"Name": name, "Values": values} for name, values in named.items()]


# Every parameter of RegisterImage, and what is told of it.
whole = {
    "Name": "web (2026) [a]./-'@_",
    "ImageLocation": "bucket/web & co.xml",
    "Architecture": "x86_64",
    "Description": "<web> & \u00e9t\u00e9",
    "RootDeviceName": "/dev/xvda",
    "VirtualizationType": "hvm",
    "SriovNetSupport": "simple",
    "EnaSupport": True,
    "BootMode": "uefi-preferred",
    "TpmSupport": "v2.0",
    "UefiData": "QU1aTlVFRkk=",
    "ImdsSupport": "v2.0",
    "KernelId": "aki-0123456789abcdef0",
    "RamdiskId": "ari-0123456789abcdef0",
    "BillingProducts": ["bp-0123"],
    "BlockDeviceMappings": [
        {"DeviceName": "/dev/xvda", "Ebs": {
            "DeleteOnTermination": True, "VolumeSize": 8, "VolumeType": "gp3", "Iops": 3000,
            "Throughput": 125, "Encrypted": False}},
        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
    ],
    "TagSpecifications": [{"ResourceType": "image", "Tags": [
        {"Key": "team", "Value": "web"}, {"Key": "a:b=c ", "Value": "*"}]}],
}
refused("DryRunOperation", 412, dev.register_image, DryRun=True, **whole)
web = dev.register_image(**whole)["ImageId"]
assert len(web) == len("ami-") + 17, web
told = one(dev, web)
for name in ["Name", "Architecture", "Description", "RootDeviceName", "VirtualizationType",
             "SriovNetSupport", "EnaSupport", "BootMode", "TpmSupport", "ImdsSupport", "KernelId",
             "RamdiskId", "BlockDeviceMappings", "ImageLocation"]:
    assert told[name] == whole[name], (name, told.get(name))
for name, value in [("State", "available"), ("OwnerId", ACME), ("Public", False),
                    ("ImageType", "machine"), ("RootDeviceType", "ebs")]:
    assert told[name] == value, (name, told.get(name))
tags = {tag["Key"]: tag["Value"] for tag in told["Tags"]}
assert tags == {"team": "web", "a:b=c ": "*"}, tags
made = datetime.datetime.fromisoformat(told["CreationDate"])
assert abs(made.timestamp() - time.time()) < 600, made

# Nothing but a name, and what is usual then.
plain = dev.register_image(Name="plain")["ImageId"]
told = one(dev, plain)
for name, value in [("Architecture", "i386"), ("VirtualizationType", "paravirtual"),
                    ("RootDeviceName", "/dev/sda1"), ("State", "available")]:
    assert told[name] == value, (name, told.get(name))
refused("InvalidAMIName.Duplicate", 400, dev.register_image, Name="plain")
refused("InvalidAMIName.Malformed", 400, dev.register_image, Name="a&b")

# Attributes, one a call.
for name, key in [("description", "Description"), ("kernel", "KernelId"), ("ramdisk", "RamdiskId"),
                  ("sriovNetSupport", "SriovNetSupport"), ("bootMode", "BootMode"),
                  ("tpmSupport", "TpmSupport"), ("uefiData", "UefiData"), ("imdsSupport", "ImdsSupport")]:
    values = list(attribute(web, name).values())
    assert values == [{"Value": whole[key]}], (name, values)
refused("AuthFailure", 401, dev.describe_image_attribute, ImageId=web, Attribute="blockDeviceMapping")
refused("InvalidRequest", 400, dev.describe_image_attribute, ImageId=web, Attribute="colour")
dev.modify_image_attribute(ImageId=plain, Description={"Value": "one"})
assert one(dev, plain)["Description"] == "one"
dev.modify_image_attribute(ImageId=plain, Attribute="description", Value="two")
assert attribute(plain, "description") == {"Description": {"Value": "two"}}
dev.modify_image_attribute(ImageId=plain, ImdsSupport={"Value": "v2.0"})
assert one(dev, plain)["ImdsSupport"] == "v2.0"
for codes in [["code-1"], ["code-2"]]:
    dev.modify_image_attribute(ImageId=plain, Attribute="productCodes", ProductCodes=codes)
codes = [code["ProductCodeId"] for code in attribute(plain, "productCodes")["ProductCodes"]]
assert codes == ["code-1", "code-2"], codes

# Who may launch it: nobody else, another account, everybody, the other project.
assert ids(other) == ids(prod) == set()
permission = {"Add": [{"UserId": BETA}]}
refused("DryRunOperation", 412, dev.modify_image_attribute, ImageId=web, DryRun=True,
        LaunchPermission=permission)
for _ in range(2):
    dev.modify_image_attribute(ImageId=web, LaunchPermission=permission)
assert attribute(web, "launchPermission") == {"LaunchPermissions": [{"UserId": BETA}]}
assert ids(other) == ids(other, ExecutableUsers=["self"]) == {web} and ids(prod) == set()
assert one(other, web)["OwnerId"] == ACME
assert ids(other, Owners=["self"]) == set() and ids(other, Owners=[ACME]) == {web}
refused("AuthFailure", 401, other.modify_image_attribute, ImageId=web, Description={"Value": "mine"})
refused("AuthFailure", 401, other.deregister_image, ImageId=web)
dev.modify_image_attribute(ImageId=web, Attribute="launchPermission", OperationType="add",
                           UserGroups=["all"])
assert one(other, web)["Public"] and web in ids(prod) and ids(prod, ExecutableUsers=["all"]) == {web}
dev.reset_image_attribute(ImageId=web, Attribute="launchPermission")
assert attribute(web, "launchPermission") == {"LaunchPermissions": []}
assert ids(other) == ids(prod) == set()
dev.modify_image_attribute(ImageId=web, Attribute="launchPermission", OperationType="add",
                           UserIds=[BETA, ACME])
assert ids(other) == ids(prod) == {web}
dev.modify_image_attribute(ImageId=web, LaunchPermission={"Remove": [{"UserId": ACME}, {"UserId": BETA}]})
assert ids(other) == ids(prod) == set()
refused("InvalidAMIAttributeItemValue", 400, dev.modify_image_attribute, ImageId=web,
        LaunchPermission={"Add": [{"UserId": BETA}, {"UserId": "nobody"}]})
assert attribute(web, "launchPermission") == {"LaunchPermissions": []}

# Ids that lead nowhere.
said = refused("InvalidAMIID.NotFound", 400, dev.describe_images, ImageIds=["ami-abcd1234"])
assert said == "The image id '[ami-abcd1234]' does not exist", said
said = refused("InvalidAMIID.Malformed", 400, dev.describe_images, ImageIds=["foo-missing"])
assert said == 'Invalid id: "foo-missing" (expecting "ami-...")', said
refused("InvalidAMIID.NotFound", 400, other.describe_images, ImageIds=[web])
refused("InvalidInstanceID.NotFound", 400, dev.create_image, InstanceId="i-0123456789abcdef0", Name="abc")

# Filters: each by what the image has, and by what it has not.
for wanted in [
    {"architecture": ["x86_64"]}, {"name": ["web*"]}, {"description": ["<web> & ?t?"]},
    {"image_id": [web]}, {"boot_mode": ["uefi-preferred"]}, {"ena_support": ["true"]},
    {"kernel_id": ["aki-*"]}, {"manifest_location": ["bucket/*"]}, {"owner_id": [ACME]},
    {"ramdisk_id": ["ari-*"]}, {"root_device_name": ["/dev/xvda"]}, {"sriov_net_support": ["simple"]},
    {"state": ["pending", "available"]}, {"virtualization_type": ["hvm"]}, {"tag_key": ["team"]},
    {"tag:team": ["web", "db"]}, {"tag:a:b=c ": [r"\*"]}, {"is_public": ["false"]},
    {"creation_date": ["20*"]}, {"image_type": ["machine"]}, {"root_device_type": ["ebs"]},
    {"block_device_mapping.volume_type": ["gp3"]}, {"block_device_mapping.volume_size": ["8"]},
    {"block_device_mapping.device_name": ["/dev/sdb"]}, {"block_device_mapping.encrypted": ["false"]},
    {"block_device_mapping.delete_on_termination": ["true"]},
]:
    by = filters(**wanted)
    assert web in ids(dev, Filters=by), by
    (name, _), = wanted.items()
    assert ids(dev, Filters=filters(**{name: ["no such thing"]})) == set(), by
assert ids(dev, Filters=filters(name=["web*", "plain"], architecture=["i386"])) == {plain}
refused("InvalidParameterValue", 400, dev.describe_images, Filters=filters(colour=["red"]))

# Its life.
now = datetime.datetime.now(datetime.timezone.utc)
later = (now + datetime.timedelta(days=1000)).replace(second=0, microsecond=0)
dev.enable_image_deprecation(ImageId=web, DeprecateAt=later)
assert one(dev, web)["DeprecationTime"] == f"{later:%Y-%m-%dT%H:%M}:00.000Z", one(dev, web)
refused("InvalidParameterValue", 400, dev.enable_image_deprecation, ImageId=web,
        DeprecateAt=later.replace(year=2000))
dev.disable_image_deprecation(ImageId=web)
assert "DeprecationTime" not in one(dev, web)
dev.disable_image(ImageId=web)
assert one(dev, web)["State"] == "disabled" and web not in ids(dev)
assert web in ids(dev, IncludeDisabled=True)
dev.enable_image(ImageId=web)
assert one(dev, web)["State"] == "available"
dev.enable_image_deregistration_protection(ImageId=web)
refused("OperationNotPermitted", 400, dev.deregister_image, ImageId=web)
dev.disable_image_deregistration_protection(ImageId=web)
copy = dev.copy_image(Name="copied", SourceImageId=web, SourceRegion="main", Description="a copy",
                      ClientToken="once", CopyImageTags=True)["ImageId"]
told = one(dev, copy)
assert (told["SourceImageId"], told["SourceImageRegion"]) == (web, "main"), told
assert told["Name"] == "copied" and {"Key": "team", "Value": "web"} in told["Tags"], told

# Pages, and images that go between them.
many = [dev.register_image(Name=f"page-{number:02}")["ImageId"] for number in range(12)]
by = filters(name=["page-*"])
pages = dev.get_paginator("describe_images").paginate(Filters=by, PaginationConfig={"PageSize": 5})
found = []
for number, page in enumerate(pages):
    found.extend(image["ImageId"] for image in page["Images"])
    if number == 0:
        assert len(found) == 5, found
        dev.deregister_image(ImageId=found[0])
        gone = next(image for image in many if image not in found)
        dev.deregister_image(ImageId=gone)
assert len(found) == len(set(found)) == 11 and set(found) == set(many) - {gone}, found
page = dev.describe_images(Filters=by, MaxResults=5)
refused("InvalidNextToken", 400, dev.describe_images, Filters=filters(name=["web*"]), MaxResults=5,
        NextToken=page["NextToken"])

# Waiters.
dev.get_waiter("image_exists").wait(ImageIds=[web], WaiterConfig={"MaxAttempts": 1})
dev.get_waiter("image_available").wait(ImageIds=[web, copy], WaiterConfig={"MaxAttempts": 1})

# Regions, and what clients ask at their start.
assert [region["RegionName"] for region in dev.describe_regions()["Regions"]] == ["main"]
assert client(DEV, region="west").describe_images()["Images"] == []
assert dev.describe_availability_zones()["AvailabilityZones"]
assert dev.describe_account_attributes()["AccountAttributes"]

# The end.
refused("DryRunOperation", 412, dev.deregister_image, ImageId=web, DryRun=True)
assert dev.deregister_image(ImageId=web)["Return"]
assert dev.describe_images(ImageIds=[web])["Images"] == [] and web not in ids(dev)
refused("InvalidAMIID.Unavailable", 400, dev.deregister_image, ImageId=web)

# Who signs otherwise learns nothing.
refused("SignatureDoesNotMatch", 403, client(DEV, secret="x" * 40).describe_images)
refused("AuthFailure", 401, client("AKIDNOBODY").describe_images)


def fetched(url):
    """The status and the answer at a URL."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


signed = dev.generate_presigned_url("describe_images", Params={"Owners": ["self"]}, HttpMethod="GET",
                                    ExpiresIn=60)
status, answer = fetched(signed)
assert status == 200 and "<name>plain</name>" in answer, answer
status, answer = fetched(signed.replace("Owner.1=self", "Owner.1=amazon"))
assert status == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer, (signed, answer)
short = dev.generate_presigned_url("describe_images", HttpMethod="GET", ExpiresIn=1)
until = time.time() + 30
while fetched(short)[0] == 200 and time.time() < until:
    time.sleep(0.2)
status, answer = fetched(short)
assert status == 400 and "<Code>RequestExpired</Code>" in answer, answer
print("boto3: well")
