"""An echo server on gevent-websocket as Debian packages it; server.py starts it. It ends with its parent.

    /usr/bin/python3 gevent_server.py PORT
"""
import ctypes
import signal
import sys

ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

from gevent import monkey  # noqa: E402

monkey.patch_all()

from gevent.pywsgi import WSGIServer  # noqa: E402
from geventwebsocket import WebSocketError  # noqa: E402
from geventwebsocket.handler import WebSocketHandler  # noqa: E402


def echo(environ, start_response):
    ws = environ.get("wsgi.websocket")
    if ws is None:
        start_response("400 Bad Request", [])
        return [b""]
    try:
        while True:
            message = ws.receive()
            if message is None:
                return []
            ws.send(message, binary=isinstance(message, (bytes, bytearray)))
    except WebSocketError:
        return []


WSGIServer(("127.0.0.1", int(sys.argv[1])), echo, handler_class=WebSocketHandler, log=None).serve_forever()
