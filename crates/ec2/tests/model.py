#!/usr/bin/env python3
"""What botocore says of EC2: `model.py requests` and `model.py answers FOLDER`.

`requests` prints a line for each action of standard input and each of its parameters: the action, the
parameter's name with `N` for each index, whether it must be there, and a form that botocore made with
every parameter, in which values are told apart. `answers` parses each document of a folder as the
answer to the action that its name begins with, and prints each value that botocore found.
"""

import pathlib
import sys
import urllib.parse

import botocore.parsers
import botocore.serialize
import botocore.session

sys.dont_write_bytecode = True

# What a name must look like for the value to be read; all else is a text that is told apart.
PREFIXES = {
    "ImageId": "ami-", "SourceImageId": "ami-", "InstanceId": "i-", "SnapshotId": "snap-", "VolumeId": "vol-",
    "ImportTaskId": "import-ami-", "ResourceId": "ami-",
}
FIXED = {
    "UserGroup": "all", "Group": "all", "ExecutableBy": "all", "Owner": "self", "RestorableBy": "self",
    "UserId": "210987654321", "OrganizationArn": "arn:aws:organizations::123456789012:organization/o-a1b2c3d4e5",
    "OrganizationalUnitArn": "arn:aws:organizations::123456789012:ou/o-a1b2c3d4e5/ou-a1b2-c3d4e5f6",
    "VirtualizationType": "hvm", "Architecture": "x86_64",
}
# Resource types that the action can tag.
TAGGED = {"ImportImage": "import-image-task", "RunInstances": "instance"}


class Values:
    """Values of shapes, each told apart where its kind allows."""

    def __init__(self, action):
        self.action, self.count = action, 0

    def of(self, shape, name):
        if shape.type_name == "structure":
            return {member: self.of(inner, wire(member, inner)) for member, inner in shape.members.items()}
        if shape.type_name == "list":
            return [self.of(shape.member, name)]
        return self.scalar(shape, name)

    def scalar(self, shape, name):
        self.count += 1
        if shape.type_name == "boolean":
            return True
        if shape.type_name in ("integer", "long", "double", "float"):
            return 700 + self.count
        if shape.type_name == "timestamp":
            return "2026-01-02T03:04:%02dZ" % (self.count % 60)
        if shape.type_name == "blob":
            return b"blob%d" % self.count
        if name == "ResourceType":
            return TAGGED.get(self.action, "image")
        if name in FIXED:
            return FIXED[name]
        if getattr(shape, "enum", None):
            return shape.enum[0]
        return PREFIXES.get(name, "") + "value%d" % self.count


def wire(member, shape):
    serialization = shape.serialization
    if "queryName" in serialization:
        return serialization["queryName"]
    name = serialization.get("name", member)
    return name[0].upper() + name[1:]


def general(name):
    return ".".join("N" if part.isdigit() else part for part in name.split("."))


def leaves(value, found):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "ResponseMetadata":
                leaves(inner, found)
    elif isinstance(value, list):
        for inner in value:
            leaves(inner, found)
    else:
        found.append(value.isoformat() if hasattr(value, "isoformat") else str(value))


def requests(model):
    serializer = botocore.serialize.EC2Serializer()
    for action in sys.stdin.read().split():
        shape = model.operation_model(action).input_shape
        required = {wire(name, shape.members[name]) for name in shape.required_members}
        values = Values(action).of(shape, "")
        for name, value in values.items():
            one = {other: values[other] for other in shape.required_members}
            one[name] = value
            body = serializer.serialize_to_request(one, model.operation_model(action))["body"]
            for parameter in body:
                if parameter in ("Action", "Version"):
                    continue
                first = general(parameter)
                if first.split(".")[0] == wire(name, shape.members[name]):
                    needed = "needed" if first.split(".")[0] in required else "maybe"
                    print(action, first, needed, str(body[parameter]), urllib.parse.urlencode(body), sep="\t")


def answers(model, folder):
    parser = botocore.parsers.EC2QueryParser()
    for path in sorted(pathlib.Path(folder).iterdir()):
        action = path.name.split(".")[0]
        operation = model.operation_model(action)
        response = {"body": path.read_bytes(), "headers": {}, "status_code": 200}
        parsed = parser.parse(response, operation.output_shape)
        assert parsed["ResponseMetadata"]["RequestId"], path
        found = []
        leaves(parsed, found)
        print(path.name, *(text.replace("\t", " ").replace("\n", " ") for text in found), sep="\t")


def main():
    model = botocore.session.get_session().get_service_model("ec2")
    if sys.argv[1:] == ["requests"]:
        requests(model)
    else:
        answers(model, sys.argv[2])


main()
