"""What is answered to each of these keys: args are ids, each with its secret."""

import sys

from botocore.exceptions import ClientError
from client import client


def code(key, secret):
    try:
        client(key, secret).describe_images()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


words = sys.argv[1:]
print(*[code(*pair) for pair in zip(words[::2], words[1::2])])
