"""The story of tests/clients, told with aioboto3 (aiohttp): an ordinary program that knows nothing of ddbmock. Makes the
requests of a file and prints each answer on a line: story.py threads|cares REQUESTS. Names are looked up by libc, in threads, or
by c-ares."""
import asyncio
import base64
import json
import sys

import aioboto3
from aiobotocore.config import AioConfig
from aiohttp.resolver import AsyncResolver, ThreadedResolver
from botocore.exceptions import ClientError
from botocore import xform_name


def binary(value, change):
    """A copy of a request or an answer with its values of types B and BS changed."""
    if isinstance(value, list):
        return [binary(one, change) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"B"}:
        return {"B": change(value["B"])}
    if set(value) == {"BS"}:
        return {"BS": [change(one) for one in value["BS"]]}
    return {name: binary(one, change) for name, one in value.items()}


async def call(client, operation, request):
    try:
        answer = await getattr(client, xform_name(operation))(**binary(request, base64.b64decode))
        answer.pop("ResponseMetadata")
    except ClientError as error:
        answer = {"__type": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                  "CancellationReasons": error.response.get("CancellationReasons")}
    answer = binary(answer, lambda bits: base64.b64encode(bits).decode())
    return json.dumps(answer, default=str, separators=(",", ":"), ensure_ascii=False)


async def main():
    resolver = AsyncResolver() if sys.argv[1] == "cares" else ThreadedResolver()
    async with aioboto3.Session().client("dynamodb", config=AioConfig(connector_args={"resolver": resolver})) as client:
        for line in open(sys.argv[2], encoding="utf-8"):
            operation, body, wanted = (line.rstrip("\n").split("\t") + [""])[:3]
            while wanted not in (answer := await call(client, operation, json.loads(body))):
                await asyncio.sleep(0.2)
            print(answer)


asyncio.run(main())
