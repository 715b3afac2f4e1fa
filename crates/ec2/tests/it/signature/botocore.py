"""Requests as botocore signs them, one a line as JSON: by its signers, and by its client of EC2."""
import json, random, sys, urllib.parse
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import Session

key, secret, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
chance = random.Random(25)
letters = "abcXYZ019-._~ +&=%/?:@!$'()*,;[]<>\"\u00fc\u20ac\U0001f600"


def text(least, most):
    return "".join(chance.choice(letters) for _ in range(chance.randint(least, most)))


def tell(method, url, headers, body):
    body = body.encode() if isinstance(body, str) else (body or b"")
    headers = [[name, value if isinstance(value, str) else value.decode()] for name, value in headers]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(["Host", urllib.parse.urlsplit(url).netloc])
    print(json.dumps({"method": method, "url": url, "headers": headers, "body": list(body)}))


for number in range(count):
    token = text(1, 20).strip().encode("ascii", "ignore").decode() or None
    credentials = Credentials(key, secret, token if chance.random() < 0.5 else None)
    region = chance.choice(["us-east-1", "eu-central-1", "ap-southeast-2"])
    params = {text(1, 8): text(0, 12) for _ in range(chance.randint(0, 5))}
    encoded = urllib.parse.urlencode(params, quote_via=urllib.parse.quote, safe="-_.~")
    url = "http://" + chance.choice(["localhost:8773", "ec2.example"]) + chance.choice(["/", "", "/a//b/../c%20d/"])
    headers = {"X-Amz-Meta": "  a   b ", "User-Agent": "x  y"} if chance.random() < 0.5 else {}
    if number % 3 == 0:
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        request = AWSRequest("POST", url, headers, encoded)
        SigV4Auth(credentials, "ec2", region).add_auth(request)
    elif number % 3 == 1:
        if chance.random() < 0.3:
            headers["Date"] = "now"
        request = AWSRequest("GET", url + "?" + encoded, headers)
        SigV4Auth(credentials, "ec2", region).add_auth(request)
    else:
        request = AWSRequest("GET", url, {}, params=params)
        SigV4QueryAuth(credentials, "ec2", region, expires=chance.randint(1, 604800)).add_auth(request)
    prepared = request.prepare()
    tell(prepared.method, prepared.url, prepared.headers.items(), prepared.body)

client = Session().create_client(
    "ec2", "eu-central-1", endpoint_url="http://localhost:8773",
    aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token="a/b+c==")


class Sent(Exception):
    pass


def send(request, **_):
    tell(request.method, request.url, request.headers.items(), request.body)
    raise Sent


client.meta.events.register("before-send", send)
for name, arguments in [
    ("describe_images", {"Filters": [{"Name": "name", "Values": ["a b+c", "*\u00fc?"]}]}),
    ("register_image", {"Name": "a (b)", "Description": "&<>"}),
    ("deregister_image", {"ImageId": "ami-12345678"}),
]:
    try:
        getattr(client, name)(**arguments)
    except Sent:
        pass
    url = client.generate_presigned_url(name, arguments, ExpiresIn=60)
    tell("POST", url, [], b"")
