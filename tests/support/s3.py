"""A server that speaks S3 on this machine."""

import os

import pytest

UNTOLD = "geheim-van-de-emmer"
BUCKET = "emmer"


@pytest.fixture(scope="session")
def s3_server():
    """Its address."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only where it is asked for

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """The address of an empty bucket, with the environment by which it is reached."""
    import boto3  # noqa: PLC0415 - only where it is asked for

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "sleutel",
        "AWS_SECRET_ACCESS_KEY": UNTOLD,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = boto3.resource("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    yield f"s3://{BUCKET}/lake"
    bucket.Policy().delete()
    bucket.objects.delete()
    bucket.delete()
