"""An echo server on Qt's WebSockets as Debian packages PyQt6:

    /usr/bin/python3 server.py --stack qt

prints "qt VERSION ws://127.0.0.1:PORT" once it listens.
"""
import signal
import sys

from PyQt6.QtCore import QT_VERSION_STR, QCoreApplication
from PyQt6.QtNetwork import QHostAddress
from PyQt6.QtWebSockets import QWebSocketServer

signal.signal(signal.SIGTERM, signal.SIG_DFL)
app = QCoreApplication(sys.argv)
server = QWebSocketServer("echo", QWebSocketServer.SslMode.NonSecureMode)
server.listen(QHostAddress.SpecialAddress.LocalHost, 0)
clients = set()


def connected():
    client = server.nextPendingConnection()
    clients.add(client)
    client.textMessageReceived.connect(client.sendTextMessage)
    client.binaryMessageReceived.connect(client.sendBinaryMessage)
    client.disconnected.connect(lambda: clients.discard(client))


server.newConnection.connect(connected)
print("qt", QT_VERSION_STR, f"ws://127.0.0.1:{server.serverPort()}", flush=True)
sys.exit(app.exec())
