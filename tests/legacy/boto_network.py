"""boto.dynamodb against a server, connected as ddbmock 0.4.0's connect_boto_network did it: boto_network.py PORT."""

import sys

import boto
from boto.regioninfo import RegionInfo

port = int(sys.argv[1])
region = RegionInfo(name="ddbmock", endpoint=f"localhost:{port}")
connection = boto.connect_dynamodb(
    aws_access_key_id="any", aws_secret_access_key="one", region=region, port=port, is_secure=False)
table = connection.create_table("over-the-network", connection.create_schema("k", str), 1, 1)
table.new_item("a", attrs={"n": 1}).put()
assert dict(table.get_item("a")) == {"k": "a", "n": 1}
assert connection.list_tables() == ["over-the-network"]
