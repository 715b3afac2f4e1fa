"""A server that answers three requests at once, and one a second."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from client import DEV, OTHER, REGION, SECRET, URL, client

ec2 = client(DEV)
answers = []
for _ in range(6):
    try:
        ec2.describe_regions()
        answers.append("ok")
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        answers.append(f"{error.response['Error']['Code']} {status}")
assert answers[:3] == ["ok"] * 3, answers
assert "RequestLimitExceeded 503" in answers, answers
client(OTHER).describe_regions()

# A client that tries again, as they do unless they are told not to, gets its answers.
config = Config(retries={"total_max_attempts": 10, "mode": "standard"})
patient = boto3.client("ec2", endpoint_url=URL, region_name=REGION, config=config,
                       aws_access_key_id=DEV, aws_secret_access_key=SECRET)
for _ in range(3):
    patient.describe_regions()
print("limited: well")
