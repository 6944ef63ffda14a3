"""Echo servers on Python's WebSocket stacks as Debian packages them, to hold the conformance suites against:

    /usr/bin/python3 server.py --stack websockets --port 0

prints "STACK VERSION ws://127.0.0.1:PORT" once it listens.
"""
import argparse
import asyncio
import signal

MAX_MESSAGE = 32 << 20  # the largest of the suites has 16 MiB
HOST = "127.0.0.1"


async def serve_websockets(port):
    import websockets

    async def echo(ws):
        async for message in ws:
            await ws.send(message)

    server = await websockets.serve(echo, HOST, port, max_size=MAX_MESSAGE, ping_interval=None)
    return websockets.__version__, server.sockets[0].getsockname()[1]


async def serve_aiohttp(port):
    import aiohttp
    from aiohttp import web

    async def echo(request):
        ws = web.WebSocketResponse(max_msg_size=MAX_MESSAGE)
        await ws.prepare(request)
        async for message in ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                await ws.send_str(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                await ws.send_bytes(message.data)
        return ws

    app = web.Application()
    app.router.add_get("/{path:.*}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    return aiohttp.__version__, site._server.sockets[0].getsockname()[1]  # aiohttp 3.8 tells the port nowhere else


async def serve_tornado(port):
    import tornado
    import tornado.httpserver
    import tornado.netutil
    import tornado.web
    import tornado.websocket

    class Echo(tornado.websocket.WebSocketHandler):
        def check_origin(self, origin):
            return True

        def get_compression_options(self):
            return {}

        async def on_message(self, message):
            await self.write_message(message, binary=isinstance(message, bytes))

    app = tornado.web.Application([(r"/.*", Echo)], websocket_max_message_size=MAX_MESSAGE)
    sockets = tornado.netutil.bind_sockets(port, HOST)
    server = tornado.httpserver.HTTPServer(app)
    server.add_sockets(sockets)
    return tornado.version, sockets[0].getsockname()[1]


STACKS = {"websockets": serve_websockets, "aiohttp": serve_aiohttp, "tornado": serve_tornado}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", choices=sorted(STACKS), required=True)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    version, port = await STACKS[args.stack](args.port)
    print(args.stack, version, f"ws://{HOST}:{port}", flush=True)
    await stop.wait()


asyncio.run(main())
