"""Every code with which the API refuses something, met once by boto3: the code, the status, the words."""

from botocore import UNSIGNED
from botocore.exceptions import ClientError

from client import BETA, DEV, OTHER, REGION, client

UNCHECKED = {"config": {"parameter_validation": False}}
dev, other, observer = client(DEV, **UNCHECKED), client(OTHER), client("AKIDLOOK")
met = set()
NOWHERE = "0123456789abcdef0"


def refused(code, status, call, *, says=None, **parameters):
    """Something is refused."""
    try:
        call(**parameters)
    except ClientError as error:
        said = error.response
        found = said["Error"]["Code"], said["ResponseMetadata"]["HTTPStatusCode"]
        assert found == (code, status), (call, parameters, said)
        assert said["ResponseMetadata"]["RequestId"] and said["Error"]["Message"], said
        assert says in (None, said["Error"]["Message"]), said["Error"]["Message"]
        met.add(code)
        return
    raise AssertionError(f"{call} was not refused: {code}")


def altered(change, of=client, **named):
    """A client whose requests are changed before they are signed."""
    made = of(DEV, **named)
    made.meta.events.register("before-call.ec2", lambda params, **_: change(params))
    return made


def body(**pairs):
    """A client whose requests say something else or more; what is None is not said."""
    def change(params):
        params["body"].update(pairs)
        for name in [name for name, value in params["body"].items() if value is None]:
            del params["body"][name]
    return altered(change)


image = dev.register_image(Name="image", ImageLocation="bucket/image.xml")["ImageId"]

# Who asks, and how.
refused("SignatureDoesNotMatch", 403, client(DEV, secret="x" * 40).describe_images)
refused("AuthFailure", 401, client("AKIDNOBODY").describe_images)
refused("AuthFailure", 401, other.describe_image_attribute, ImageId=image, Attribute="blockDeviceMapping",
        says="Unauthorized attempt to access restricted resource")
refused("MissingAuthenticationToken", 403, client(DEV, config={"signature_version": UNSIGNED}).describe_images)
refused("UnauthorizedOperation", 403, observer.register_image, Name="not hers",
        says="You are not authorized to perform this operation.")
refused("UnauthorizedOperation", 403, observer.deregister_image, ImageId=image, DryRun=True)
assert observer.describe_images(ImageIds=[image])["Images"]
refused("DryRunOperation", 412, dev.describe_images, DryRun=True,
        says="Request would have succeeded, but DryRun flag is set.")


def broken(request, **_):
    """The head says less than a signature has."""
    request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=AKIDACMEDEV"


half = client(DEV)
half.meta.events.register("before-send.ec2", broken)
refused("IncompleteSignature", 400, half.describe_regions)

# What is asked, as a whole.
refused("MissingAction", 400, body(Action=None).describe_regions,
        says="The request must contain the parameter Action")
refused("InvalidAction", 400, dev.describe_vpcs,
        says="The action DescribeVpcs is not valid for this web service.")
refused("NoSuchVersion", 400, body(Version="latest").describe_regions)
refused("UnknownParameter", 400, body(Colour="red").describe_regions,
        says="The parameter Colour is not recognized")
refused("MalformedQueryString", 400, body(**{"Filter..Name": "x"}).describe_regions)
refused("RequestEntityTooLarge", 413, dev.register_image, Name="large", UefiData="A" * (2 << 20))
refused("MissingParameter", 400, body(ImageId=None).deregister_image, ImageId=image,
        says="The request must contain the parameter ImageId")
for tags in [dev.create_tags, dev.delete_tags]:
    refused("MissingParameter", 400, tags, Resources=[], Tags=[{"Key": "a"}],
            says="The request must contain the parameter resourceIdSet")
refused("UnsupportedOperation", 400, dev.import_image, DiskContainers=[{"Format": "raw", "Url": "file:///a"}],
        Encrypted=True)

# Values.
refused("InvalidParameterValue", 400, dev.describe_images, Filters=[{"Name": "colour", "Values": ["red"]}],
        says="The filter 'colour' is invalid")
refused("InvalidParameterValue", 400, dev.describe_images, Filters=[{"Values": ["red"]}],
        says="The filter 'null' is invalid")
refused("InvalidParameterValue", 400, dev.describe_images, MaxResults=1001,
        says="Value ( 1001 ) for parameter maxResults is invalid. Expecting a value between 1 and 1000.")
for kind, says in [("colour", "'colour' is not a valid taggable resource type for this operation."),
                   ("image", "Tag specification must have at least one tag")]:
    tags = [] if kind == "image" else [{"Key": "a", "Value": "b"}]
    refused("InvalidParameterValue", 400, dev.register_image, Name="tagged",
            TagSpecifications=[{"ResourceType": kind, "Tags": tags}], says=says)
refused("InvalidParameterValue", 400, dev.create_tags, Resources=[image], Tags=[{"Key": "aws:a", "Value": "b"}])
refused("InvalidParameterCombination", 400, dev.modify_image_attribute, ImageId=image,
        says="No attributes specified.")
refused("InvalidParameterCombination", 400, dev.modify_image_attribute, ImageId=image,
        Description={"Value": "a"}, LaunchPermission={"Add": [{"Group": "all"}]})
refused("InvalidParameterCombination", 400, dev.describe_instances, InstanceIds=[f"i-{NOWHERE}"], MaxResults=5,
        says="The parameter instancesSet cannot be used with the parameter maxResults")
refused("InvalidRequest", 400, dev.describe_image_attribute, ImageId=image, Attribute="colour",
        says="The request received was invalid")
refused("InvalidRequest", 400, dev.reset_image_attribute, ImageId=image, Attribute="kernel")
refused("InvalidNextToken", 400, dev.describe_images, MaxResults=5, NextToken="colour")
refused("FilterLimitExceeded", 400, dev.describe_images, Filters=[
    {"Name": "name", "Values": [str(number) for number in range(201)]}])
refused("InvalidUserID.Malformed", 400, dev.describe_images, Owners=["Me"])
refused("InvalidRegion", 400, dev.copy_image, Name="copy", SourceImageId=image, SourceRegion="No Region!")

# Images.
refused("InvalidAMIID.NotFound", 400, dev.describe_images, ImageIds=["ami-abcd1234", "ami-1234abcd"],
        says="The image ids '[ami-abcd1234, ami-1234abcd]' do not exist")
refused("InvalidAMIID.NotFound", 400, other.deregister_image, ImageId=image,
        says=f"The image id '[{image}]' does not exist")
refused("InvalidAMIID.Malformed", 400, dev.enable_image, ImageId="image",
        says='Invalid id: "image" (expecting "ami-...")')
refused("InvalidAMIName.Duplicate", 400, dev.register_image, Name="image",
        says=f"AMI name image is already in use by AMI {image}")
for name in ["ab", "a" * 129, "a&b"]:
    refused("InvalidAMIName.Malformed", 400, dev.register_image, Name=name,
            says="AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
                 "spaces, and the characters ( ) [ ] . / - ' @ _")
for user in ["12345678901", "1234567890123", "12345678901A"]:
    refused("InvalidAMIAttributeItemValue", 400, dev.modify_image_attribute, ImageId=image,
            LaunchPermission={"Add": [{"UserId": BETA}, {"UserId": user}]},
            says=f'Invalid attribute item value "{user}" for userId item type.')
refused("InvalidAMIAttributeItemValue", 400, dev.modify_image_attribute, ImageId=image,
        Attribute="launchPermission", OperationType="add", UserGroups=["everyone"])
dev.enable_image_deregistration_protection(ImageId=image)
refused("OperationNotPermitted", 400, dev.deregister_image, ImageId=image)
dev.disable_image_deregistration_protection(ImageId=image)
dev.disable_image(ImageId=image)
refused("IncorrectState", 400, dev.copy_image, Name="copy", SourceImageId=image, SourceRegion=REGION)
refused("InvalidAMIID.Unavailable", 400, dev.run_instances, ImageId=image, MinCount=1, MaxCount=1)
dev.enable_image(ImageId=image)
dev.copy_image(Name="copy", SourceImageId=image, SourceRegion=REGION, ClientToken="token")
second = dev.register_image(Name="second")["ImageId"]
refused("IdempotentParameterMismatch", 400, dev.copy_image, Name="copy", SourceImageId=second,
        SourceRegion=REGION, ClientToken="token")
refused("InvalidBlockDeviceMapping", 400, dev.register_image, Name="twice", BlockDeviceMappings=[
    {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": size}} for size in [8, 9]])
refused("TagLimitExceeded", 400, dev.create_tags, Resources=[image],
        Tags=[{"Key": str(number), "Value": ""} for number in range(51)])
for resource in ["ami-blah", "blah-blah", "vpc-12345678"]:
    refused("InvalidID", 400, dev.create_tags, Resources=[resource], Tags=[{"Key": "a", "Value": "b"}],
            says=f"The ID '{resource}' is not valid")

# What is around images.
refused("InvalidInstanceID.NotFound", 400, dev.create_image, InstanceId=f"i-{NOWHERE}", Name="made",
        says=f"The instance ID 'i-{NOWHERE}' does not exist")
refused("InvalidInstanceID.Malformed", 400, dev.terminate_instances, InstanceIds=["instance"])
refused("InvalidSnapshot.NotFound", 400, dev.describe_snapshots, SnapshotIds=[f"snap-{NOWHERE}"],
        says=f"The snapshot 'snap-{NOWHERE}' does not exist.")
refused("InvalidSnapshotID.Malformed", 400, dev.delete_snapshot, SnapshotId="snapshot")
refused("InvalidVolume.NotFound", 400, dev.describe_volumes, VolumeIds=[f"vol-{NOWHERE}"])
refused("InvalidVolumeID.Malformed", 400, dev.describe_volumes, VolumeIds=["volume"])
refused("InvalidConversionTaskId.NotFound", 400, dev.describe_import_image_tasks,
        ImportTaskIds=[f"import-ami-{NOWHERE}"])
refused("InvalidConversionTaskId.Malformed", 400, dev.describe_import_image_tasks, ImportTaskIds=["import"])
launched, = dev.run_instances(ImageId=second, MinCount=1, MaxCount=1)["Instances"]
made = dev.create_image(InstanceId=launched["InstanceId"], Name="made")["ImageId"]
told, = dev.describe_images(ImageIds=[made])["Images"]
snapshot = told["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
refused("InvalidSnapshot.InUse", 400, dev.delete_snapshot, SnapshotId=snapshot,
        says=f"The snapshot {snapshot} is currently in use by {made}")
refused("InstanceLimitExceeded", 400, dev.run_instances, ImageId=second, MinCount=100000, MaxCount=100000)
dev.deregister_image(ImageId=second)
for call in [dev.deregister_image, dev.enable_image, dev.disable_image]:
    refused("InvalidAMIID.Unavailable", 400, call, ImageId=second,
            says=f"The image id '[{second}]' is no longer available")
print(*sorted(met), sep="\n")
