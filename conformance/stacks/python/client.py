"""A client on Debian's python3-websockets, which lets a judge such as duologue
conformance --listen perform its cases with it:

    python3 client.py --stack websockets --judge ws://127.0.0.1:9001
"""

import argparse
import asyncio

import websockets

MAX_MESSAGE = 32 << 20  # the largest of the suites has 16 MiB


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", choices=["websockets"], default="websockets")
    parser.add_argument("--judge", required=True)
    args = parser.parse_args()

    def dial(path):
        return websockets.connect(args.judge + path, max_size=MAX_MESSAGE)

    async with dial("/getCaseCount") as connection:
        count = int(await connection.recv())
    for n in range(1, count + 1):
        try:
            async with dial(f"/runCase?case={n}&agent={args.stack}") as connection:
                async for message in connection:
                    await connection.send(message)
        except (websockets.WebSocketException, OSError, asyncio.TimeoutError):
            pass  # some cases are about answers that must be refused
    async with dial(f"/updateReports?agent={args.stack}"):
        pass


asyncio.run(main())
