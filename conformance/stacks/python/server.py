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


async def serve_autobahn(port):
    import autobahn
    from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
    from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

    class Echo(WebSocketServerProtocol):
        def onMessage(self, payload, isBinary):
            self.sendMessage(payload, isBinary)

    def accept(offers):
        return next((PerMessageDeflateOfferAccept(o) for o in offers if isinstance(o, PerMessageDeflateOffer)), None)

    factory = WebSocketServerFactory()
    factory.protocol = Echo
    factory.setProtocolOptions(maxMessagePayloadSize=MAX_MESSAGE, perMessageCompressionAccept=accept)
    server = await asyncio.get_running_loop().create_server(factory, HOST, port)
    return autobahn.__version__, server.sockets[0].getsockname()[1]


async def serve_trio(port):
    import threading

    import trio
    import trio_websocket

    loop = asyncio.get_running_loop()
    listening = loop.create_future()

    async def echo(request):
        try:
            ws = await request.accept()
            while True:
                await ws.send_message(await ws.get_message())
        except Exception:  # the end of this connection is not the end of the server
            pass

    async def start(task_status):
        await trio_websocket.serve_websocket(echo, HOST, port, None, max_message_size=MAX_MESSAGE, task_status=task_status)

    async def serve():
        async with trio.open_nursery() as nursery:
            server = await nursery.start(start)
            loop.call_soon_threadsafe(listening.set_result, server.port)

    def forever():
        trio.run(serve)

    threading.Thread(target=forever, daemon=True).start()
    return trio_websocket.__version__, await listening


async def serve_gevent(port):
    import importlib.metadata
    import socket
    import subprocess

    with socket.create_server((HOST, port)) as free:
        port = free.getsockname()[1]
    subprocess.Popen(["/usr/bin/python3", __file__.replace("server.py", "gevent_server.py"), str(port)])
    for _ in range(100):
        try:
            socket.create_connection((HOST, port)).close()
            break
        except OSError:
            await asyncio.sleep(0.1)
    return importlib.metadata.version("gevent-websocket"), port


STACKS = {
    "websockets": serve_websockets,
    "aiohttp": serve_aiohttp,
    "tornado": serve_tornado,
    "autobahn": serve_autobahn,
    "trio": serve_trio,
    "gevent": serve_gevent,
}


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
