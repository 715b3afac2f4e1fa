"""Clients of the server under test."""

import os

import boto3
from botocore.config import Config

HOST = os.environ["EC2_HOST"]
PORT = int(os.environ["EC2_PORT"])
URL = f"http://{HOST}:{PORT}"
REGION = "main"
SECRET = os.environ["EC2_SECRET"]
ACME, BETA = os.environ["ACME"], os.environ["BETA"]
DEV, PROD, OTHER = "AKIDACMEDEV", "AKIDACMEPROD", "AKIDBETA"


def client(key=DEV, secret=SECRET, region=REGION, **more):
    """boto3's client of EC2, which tries everything once."""
    config = Config(retries={"total_max_attempts": 1}, **more.pop("config", {}))
    more.setdefault("endpoint_url", URL)
    return boto3.client("ec2", region_name=region, config=config,
                        aws_access_key_id=key, aws_secret_access_key=secret, **more)
