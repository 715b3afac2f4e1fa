"""A known client that means no good: what it is told, and what the server holds meanwhile."""

import os
import socket
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from client import DEV, HOST, OTHER, PORT, REGION, SECRET, URL, client

MIB = 1 << 20


def signed(body, length=None):
    """The bytes of a request whose head is good, whatever its body will be."""
    request = AWSRequest("POST", URL + "/", data=body, headers={
        "Host": f"{HOST}:{PORT}",
        "Content-Type": "application/x-www-form-urlencoded",
    })
    SigV4Auth(Credentials(DEV, SECRET), "ec2", REGION).add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    length = len(body) if length is None else length
    head = f"POST / HTTP/1.1\r\n{head}Connection: close\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body


def connect():
    stream = socket.create_connection((HOST, PORT))
    stream.settimeout(60)
    return stream


def all_of(stream):
    answer = b""
    try:
        while more := stream.recv(1 << 16):
            answer += more
    except ConnectionResetError:
        pass
    return answer.decode(errors="replace")


def told(body, length=None):
    """The status and the code of an answer."""
    with connect() as stream:
        try:
            stream.sendall(signed(body, length))
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = all_of(stream)
    code = answer.partition("<Code>")[2].partition("</Code>")[0]
    return f"{answer[9:12]} {code or 'ok'}"


def memory():
    """The most that the server has held, in MiB."""
    with open(f"/proc/{os.environ['SERVER']}/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmHWM"].split()[0]) / 1024


def describe(more):
    return ("Action=DescribeImages&Version=2016-11-15" + more).encode()


ec2 = client()
for number in range(40):
    tags = [{"Key": f"key-{tag}", "Value": "v" * 256} for tag in range(50)]
    ec2.register_image(Name=f"image-{number:03}", ImageLocation="images/a.xml",
                       TagSpecifications=[{"ResourceType": "image", "Tags": tags}])
before = memory()

# A gigabyte is announced, and as much of it sent as is taken.
with connect() as stream:
    stream.sendall(signed(b"", length=1 << 30))
    sent = 0
    try:
        while sent < 1 << 30:
            stream.sendall(b"a" * MIB)
            sent += MIB
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert sent < 1 << 30, "all of it was taken"
print("a gigabyte: cut off")

print("one byte too many:", told(b"a" * (MIB + 1)))
parameters = "".join(f"&P{number}=1" for number in range(10_000))
print("10,000 parameters nobody knows:", told(describe(parameters)))
print("13,000 parameters:", told(describe("".join(f"&P{number}=" for number in range(13_000)))))
names = "".join(f"&ImageId.{number}=ami-{number:017x}" for number in range(1, 10_001))
print("10,000 ids:", told(describe(names)))
print("an index without an end:", told(describe("&ImageId.4294967296=ami-12345678")))
print("an index beyond the last:", told(describe("&ImageId.10001=ami-12345678")))
print("a name of a thousand parts:", told(describe("&" + ".".join(["a"] * 1_000) + "=1")))
print("a name of eleven parts:", told(describe("&" + ".".join(["a"] * 11) + "=1")))
deep = urllib.parse.quote("<a>" * 20_000 + "]]>" + "&lol;" * 1_000)
print("what looks like XML of great depth:", told(describe("&Filter.1.Name=name&Filter.1.Value.1=" + deep)))
print("the same as a name:", told(f"Action=RegisterImage&Version=2016-11-15&Name={deep}".encode()))
slow = "&Filter.1.Name=tag:key-1" + "".join(
    f"&Filter.1.Value.{number}=" + urllib.parse.quote("*v" * 120 + "w") for number in range(1, 201))
print("200 patterns that fit nothing in many ways:", told(describe(slow)))
print("bytes that are no text:", told(b"Action=%ff%fe&Version=%00"))
print("a character that no document has:", told(describe("&Filter.1.Name=name&Filter.1.Value.1=%00")))

# Connections that say half of a request, that take nothing of their answers, that are half closed.
idle = [connect() for _ in range(100)]
for number, stream in enumerate(idle):
    whole = signed(describe(""))
    stream.sendall([b"", b"POST / HTTP/1.1\r\nHost: a", whole[:-10], whole][number % 4])
    if number % 2:
        stream.shutdown(socket.SHUT_WR)
print("meanwhile:", len(client(OTHER).describe_regions()["Regions"]), "region")
client().describe_images()
after = memory()
for stream in idle:
    stream.close()
assert after - before < 96, f"{before} MiB, and then {after} MiB"
assert len(client().describe_images(Owners=["self"])["Images"]) == 40
