"""A lake on object storage holds what one on the disk holds, and no error tells a secret."""

import logging
import os
import sys
from contextlib import closing

import boto3
import pytest

from nami_monitor.store import Store, lake, lake_rollups, lines, object_storage
from tests.cli.test_cli_backup import everything
from tests.cli.test_cli_lake import late
from tests.support.lakes import differences, sail  # noqa: F401 - a fixture
from tests.support.s3 import BUCKET, UNTOLD, s3, s3_server  # noqa: F401 - fixtures


def objects():
    """What the bucket holds: ETag and moment of each object, by key."""
    found = boto3.resource("s3").Bucket(BUCKET).objects.all()
    return {one.key: (one.e_tag, one.last_modified) for one in found}


def put(key, content):
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)


@pytest.mark.parametrize("in_a_file", [1, lines.LINES_IN_A_FILE])
def test_an_organisation_moves_by_way_of_a_bucket(loaded, s3, monkeypatch, in_a_file):  # noqa: F811
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", in_a_file)
    loaded.json("lines", "export", "--out", s3)
    loaded.json("rollup", "--lines", s3, "--out", s3)
    path = loaded.folder / "moved"
    loaded.json("open", s3, "--db", path)
    here, there = everything(loaded.db), everything(path)
    for of_form in ("line_groups", "orders_stored"):
        del here[of_form], there[of_form]
    assert here == there
    late(loaded, "05-02-2025", 6)
    before = objects()
    loaded.json("lines", "export", "--out", s3)
    loaded.json("rollup", "--lines", s3, "--out", s3)
    after = objects()
    own = "lake/organisation=own/"
    same = {key for key, found in after.items() if before.get(key) == found}
    assert (before.keys() & after.keys()) - same == {
        f"{own}{lake.OF_LINES}", f"{own}{lake.OF_ROLLUPS}",
    }  # fmt: skip
    rolled = {key for key in after if lake_rollups.PART + "=" in key}
    assert {key.split("/")[-2] for key in rolled - same} == {"part=2025-02-01"}
    assert {key.split("/")[-2] for key in rolled & same} == {"part=2025-01-01"}
    assert {key.split("/")[2] for key in after.keys() - same if "month=" in key} == {
        "month=2025-02"
    }
    with closing(Store(loaded.db)) as store, store.write() as db:
        db.discard()
        local = loaded.folder / "copy"
        for key in after:
            file = local / key.removeprefix("lake/")
            file.parent.mkdir(parents=True, exist_ok=True)
            boto3.client("s3").download_file(BUCKET, key, str(file))
        assert not differences(db, local, "own")


def refuses(loaded):
    """The server lets nobody read or write."""
    where = f"s3://{BUCKET}/lake"
    loaded.json("lines", "export", "--out", where)
    loaded.json("rollup", "--lines", where, "--out", where)
    boto3.client("s3").put_bucket_policy(
        Bucket=BUCKET,
        Policy='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",'
        f'"Action":"s3:*","Resource":["arn:aws:s3:::{BUCKET}","arn:aws:s3:::{BUCKET}/*"]}}]}}',
    )


@pytest.mark.parametrize("fault", ["refused", "away", "nowhere"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_what_a_server_does_not_do_is_a_sentence_without_a_secret(
    loaded, s3, monkeypatch, caplog, fault, lang  # noqa: F811
):  # fmt: skip
    caplog.set_level(logging.INFO)
    if fault == "refused":
        refuses(loaded)
    if fault == "away":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    where = s3.replace(BUCKET, "weg") if fault == "nowhere" else s3
    key = f"lake.{fault}"
    for args in (
        ("lines", "export", "--out", where),
        ("rollup", "--lines", where, "--out", where),
        ("open", where, "--db", loaded.folder / "x"),
    ):
        done = loaded(*args, "--lang", lang, "--json")
        said = done.output + done.stderr
        assert done.exit_code == 1, args
        assert key in said, (args, said)
        assert UNTOLD not in said
        assert "{" not in done.stderr
    assert UNTOLD not in caplog.text
    assert not any(
        UNTOLD.encode() in path.read_bytes() for path in loaded.folder.rglob("*") if path.is_file()
    )


def test_of_two_jobs_at_once_the_first_counts(loaded, s3, monkeypatch):  # noqa: F811
    loaded.json("lines", "export", "--out", s3)
    loaded.json("rollup", "--lines", s3, "--out", s3)
    late(loaded, "05-02-2025", 6)
    loaded.json("lines", "export", "--out", s3)
    publish, first = lake.publish, []

    def overtaken(*args):
        if not first:
            first.append(args)
            loaded.json("rollup", "--lines", s3, "--out", s3)
        publish(*args)

    monkeypatch.setattr(lake, "publish", overtaken)
    refused = loaded.json("rollup", "--lines", s3, "--out", s3, code=1)
    assert refused["error"]["key"] == "lake.meanwhile"
    loaded.json("open", s3, "--db", loaded.folder / "moved")
    assert everything(loaded.folder / "moved")["by_place"] == everything(loaded.db)["by_place"]


def test_no_manifest_holds_a_secret(loaded, s3):  # noqa: F811
    loaded.json("lines", "export", "--out", s3)
    loaded.json("rollup", "--lines", s3, "--out", s3)
    bucket = boto3.resource("s3").Bucket(BUCKET)
    assert not any(UNTOLD.encode() in one.get()["Body"].read() for one in bucket.objects.all())


def test_a_missing_and_a_changed_file_are_said(loaded, s3):  # noqa: F811
    loaded.json("lines", "export", "--out", s3)
    key = next(key for key in objects() if "month=2025-01" in key)
    content = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    put(key, content[:40] + bytes([content[40] ^ 1]) + content[41:])
    roll = ("rollup", "--lines", s3, "--out", s3)
    assert loaded.json(*roll, code=1)["error"]["key"] == "lake.changed"
    put(key, content[1:])
    assert loaded.json(*roll, code=1)["error"]["key"] == "lake.changed"
    boto3.client("s3").delete_object(Bucket=BUCKET, Key=key)
    assert loaded.json(*roll, code=1)["error"]["key"] == "lake.missing"
    put("lake/organisation=own/foto.jpg", b"x")
    refused = loaded.json("lines", "export", "--out", s3, code=1)
    assert refused["error"]["key"] == "lake.foreign"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("s3://sleutel:geheim@emmer/lake", "lake.key_in_address"),
        ("s3://sleutel@emmer/lake", "lake.key_in_address"),
        ("abfss://bak@eigen.dfs.core.windows.net/lake?sig=geheim", "lake.key_in_address"),
        ("ftp://emmer/lake", "lake.scheme"),
    ],
)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_an_address_with_a_secret_is_refused_and_not_repeated(loaded, address, key, lang):
    done = loaded("lines", "export", "--out", address, "--lang", lang, "--json")
    assert done.exit_code == 1
    assert key in done.output
    assert "geheim" not in done.output + done.stderr
    assert "sleutel" not in done.output.replace("sleutel of", "").replace("of sleutel", "")


def test_the_extra_that_is_not_installed_is_said(loaded, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    done = loaded("lines", "export", "--out", "s3://emmer/lake")
    assert done.exit_code == 1
    assert "requirements-object-storage.txt" in done.stderr


def test_azure_is_named_in_full_for_another_engine(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    address = "abfss://bak@eigen.dfs.core.windows.net/lake"
    assert str(object_storage.place(address) / "a=1") == f"{address}/a=1"


@pytest.mark.slow
def test_another_engine_reads_and_writes_the_bucket_itself(loaded, s3, sail):  # noqa: F811
    late(loaded, "05-02-2025", 6)
    loaded.json("lines", "export", "--out", s3)
    roll = ("rollup", "--lines", s3, "--out", s3)
    loaded.json(*roll, "--engine", "spark", "--remote", sail)
    before = {key: found for key, found in objects().items() if lake_rollups.PART + "=" in key}
    late(loaded, "05-01-2025", 7)
    loaded.json("lines", "export", "--out", s3)
    loaded.json(*roll, "--engine", "spark", "--remote", sail)
    after = {key: found for key, found in objects().items() if lake_rollups.PART + "=" in key}
    same = {key for key, found in after.items() if before.get(key) == found}
    assert {key.split("/")[-2] for key in same} == {"part=2025-02-01"}
    path = loaded.folder / "moved"
    loaded.json("open", s3, "--db", path)
    loaded.json("check", "--db", path)
