"""Half a request is sent when the server is asked to end: it gets its answer, and nobody else does."""

import os
import signal
import socket

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from client import DEV, HOST, PORT, REGION, SECRET, URL

BODY = b"Action=DescribeRegions&Version=2016-11-15"
request = AWSRequest("POST", URL + "/", data=BODY, headers={
    "Host": f"{HOST}:{PORT}",
    "Content-Type": "application/x-www-form-urlencoded",
    "Expect": "100-continue",
})
SigV4Auth(Credentials(DEV, SECRET), "ec2", REGION).add_auth(request)
head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
head = f"POST / HTTP/1.1\r\n{head}Content-Length: {len(BODY)}\r\n\r\n"

stream = socket.create_connection((HOST, PORT))
stream.sendall(head.encode())
# It asks for the body: the request is under way.
answer = stream.recv(1000)
assert answer.startswith(b"HTTP/1.1 100 "), answer
stream.sendall(BODY[:10])
os.kill(int(os.environ["SERVER"]), signal.SIGTERM)
while True:
    try:
        socket.create_connection((HOST, PORT)).close()
    except ConnectionError:
        # It is refused, or the socket has gone while it waited to be taken.
        break
stream.sendall(BODY[10:])
answer = b""
while more := stream.recv(10000):
    answer += more
assert b"</DescribeRegionsResponse>" in answer, answer
print(f"{int(answer.split()[1])}, and then nobody")
