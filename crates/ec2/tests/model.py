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
    "ImportTaskId": "import-ami-",
}
FIXED = {
    "UserGroup": "all", "Group": "all", "ExecutableBy": "123456789013", "Owner": "123456789014",
    "RestorableBy": "123456789015", "MinCount": 1,
    "UserId": "210987654321", "OrganizationArn": "arn:aws:organizations::123456789012:organization/o-a1b2c3d4e5",
    "OrganizationalUnitArn": "arn:aws:organizations::123456789012:ou/o-a1b2c3d4e5/ou-a1b2-c3d4e5f6",
    "VirtualizationType": "hvm", "Architecture": "x86_64",
}
# Texts of the model that are words in truth, and what goes together.
EXACT = {("ModifyImageAttribute", "Attribute"): "description", ("ModifyInstanceAttribute", "Attribute"): "kernel"}
TOGETHER = {
    ("ModifyImageAttribute", "Attribute"): {"Value": "text"},
    ("ModifyImageAttribute", "Value"): {"Attribute": "description"},
    ("ModifyImageAttribute", "OperationType"): {"UserIds": ["210987654321"]},
    ("ModifyImageAttribute", "UserIds"): {"OperationType": "add"},
    ("ModifyImageAttribute", "UserGroups"): {"OperationType": "add"},
    ("ModifyImageAttribute", "OrganizationArns"): {"OperationType": "add"},
    ("ModifyImageAttribute", "OrganizationalUnitArns"): {"OperationType": "add"},
    ("ModifyImageAttribute", "DryRun"): {"Description": {"Value": "text"}},
    ("ModifyImageAttribute", "ImageId"): {"Description": {"Value": "text"}},
}
ALWAYS = {"RegisterImage": {"ImageLocation": "somewhere"}, "RunInstances": {"ImageId": "ami-12345678"}}
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
        if name in FIXED:
            return FIXED[name]
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
        if (self.action, name) in EXACT:
            return EXACT[self.action, name]
        if getattr(shape, "enum", None):
            return shape.enum[0]
        if name == "ResourceId":
            return "ami-%08x" % self.count
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
        found.append(text(value))


def text(value):
    """A value as EC2 writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return str(value)


def requests(model):
    serializer = botocore.serialize.EC2Serializer()
    for action in sys.stdin.read().split():
        shape = model.operation_model(action).input_shape
        required = {wire(name, shape.members[name]) for name in shape.required_members}
        values = Values(action).of(shape, "")
        if "ImdsSupport" in values and isinstance(values["ImdsSupport"], dict):
            values["ImdsSupport"]["Value"] = "v2.0"
        for name, value in values.items():
            one = {other: values[other] for other in shape.required_members}
            one.update(ALWAYS.get(action, {}))
            one.update(TOGETHER.get((action, name), {}))
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
        print(path.name, *(one.replace("\t", " ").replace("\n", " ") for one in found if one), sep="\t")


def main():
    model = botocore.session.get_session().get_service_model("ec2")
    if sys.argv[1:] == ["requests"]:
        requests(model)
    else:
        answers(model, sys.argv[2])


main()
