"""A server on Python's websockets (Debian's python3-websockets) behind a token:

    /usr/bin/python3 server.py --port 0 --token SECRET

A handshake needs `Authorization: Bearer SECRET`: without it the answer is 401 with `WWW-Authenticate: Bearer`, with another
token 403. GET /health is answered with 200. A client calls methods by JSON-RPC 2.0: `add` gives the sum of its parameters, `slow`
answers after as many milliseconds as its parameter says, `tick` gives nothing back but sends three notifications `ticked`, 100 ms
from each other. A method that does not exist is the error -32601, what is no JSON -32700.
"""
import argparse
import asyncio
import http
import json
import signal

import websockets


def check(token):
    async def process_request(path, headers):
        if path == "/health":
            return http.HTTPStatus.OK, [], b"ready\n"
        given = headers.get("Authorization")
        if given is None:
            return http.HTTPStatus.UNAUTHORIZED, [("WWW-Authenticate", "Bearer")], b"a token is missing\n"
        if given != "Bearer " + token:
            return http.HTTPStatus.FORBIDDEN, [], b"this token opens nothing\n"
        return None

    return process_request


async def call(ws, text):
    try:
        request = json.loads(text)
    except ValueError:
        await ws.send(json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}}))
        return
    method, params, id = request.get("method"), request.get("params", []), request.get("id")
    answer = {"jsonrpc": "2.0", "id": id}
    if method == "add":
        answer["result"] = sum(params)
    elif method == "slow":
        await asyncio.sleep(params[0] / 1000)
        answer["result"] = "at last"
    elif method == "tick":
        for n in range(3):
            await ws.send(json.dumps({"jsonrpc": "2.0", "method": "ticked", "params": [n]}))
            await asyncio.sleep(0.1)
        return
    else:
        answer["error"] = {"code": -32601, "message": "Method not found"}
    await ws.send(json.dumps(answer))


async def talk(ws):
    calls = set()
    async for text in ws:
        task = asyncio.create_task(call(ws, text))  # a slow call keeps nobody waiting
        calls.add(task)
        task.add_done_callback(calls.discard)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", required=True)
    args = parser.parse_args()
    stop = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set_result, None)
    async with websockets.serve(talk, "127.0.0.1", args.port, process_request=check(args.token)) as server:
        print("listening on ws://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
        await stop


asyncio.run(main())
