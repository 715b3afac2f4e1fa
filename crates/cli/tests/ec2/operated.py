"""A server while what it works with changes: args are where it is watched from."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request

from botocore.exceptions import ClientError, SSLError
from client import DEV, OTHER, client

ADMIN = sys.argv[1]
URL = f"https://{os.environ['EC2_HOST']}:{os.environ['EC2_PORT']}"


def secured(key, authority="server-authority.pem"):
    return client(key, endpoint_url=URL, verify=authority)


def code(key):
    try:
        secured(key).describe_images()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


def look(path):
    with urllib.request.urlopen(ADMIN + path) as answer:
        return answer.read().decode()


def until(holds):
    """Asks until it holds; what is asked for comes at once, or never."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline


def reload(said):
    """Has what changed read again, and waits until the server has said what came of it."""
    def count():
        return open("server.log").read().count(f'"{said}"')
    before = count()
    os.kill(int(os.environ["SERVER"]), signal.SIGHUP)
    until(lambda: count() > before)


assert look("/healthz") == "alive\n"
assert look("/readyz") == "ready\n"
assert code(DEV) == "ok"
figures = look("/metrics")
assert 'atlas_ec2_requests_total{action="DescribeImages",code="ok"} 1\n' in figures, figures
assert figures.endswith("# EOF\n")

# Other keys: those from before are nobody's any more.
os.replace("fresh.toml", "keys.toml")
reload("reloaded")
assert code("AKIDFRESH") == "ok"
assert code(OTHER) == "AuthFailure"

# What cannot be read leaves what was there.
with open("keys.toml", "a") as keys:
    keys.write("[[key]")
reload("not reloaded")
assert code("AKIDFRESH") == "ok"
text = open("keys.toml").read()
open("keys.toml", "w").write(text.removesuffix("[[key]"))

# Another certificate: of another authority, and for another name.
os.replace("other.pem", "server.pem")
os.replace("other.key", "server.key")
reload("reloaded")
try:
    secured("AKIDFRESH").describe_regions()
    raise AssertionError("the certificate is still that from before")
except SSLError:
    pass
try:
    look("/nothing")
    raise AssertionError("there is nothing")
except urllib.error.HTTPError as error:
    assert error.code == 404
print("operated: well")
