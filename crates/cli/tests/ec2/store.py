"""A server whose store is away, or is back: args are which, and where it is watched from."""

import sys
import time
import urllib.error
import urllib.request

from botocore.exceptions import ClientError
from client import client

WHICH, ADMIN = sys.argv[1:]


def status(path):
    try:
        with urllib.request.urlopen(ADMIN + path) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def refused(call):
    try:
        call()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"{status} {error.response['Error']['Code']}"
    return "ok"


ec2 = client()
if WHICH == "away":
    assert status("/readyz") == 503
    assert status("/healthz") == 200
    for call in [ec2.describe_images, lambda: ec2.deregister_image(ImageId="ami-12345678")]:
        assert refused(call) == "503 ServiceUnavailable", refused(call)
    # What needs no store is answered.
    assert refused(ec2.describe_regions) == "ok"
else:
    deadline = time.monotonic() + 60
    while status("/readyz") != 200:
        assert time.monotonic() < deadline
    assert refused(ec2.describe_images) == "ok"
print(WHICH)
