// Echo servers on npm's WebSocket stacks, to hold the conformance suites against:
//
//   node server.mjs --stack ws --port 0
//
// prints "STACK VERSION ws://127.0.0.1:PORT" once it listens.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const MAX_MESSAGE = 32 << 20; // the largest of the suites has 16 MiB

const stacks = {
  ws(server) {
    const { WebSocketServer } = require('ws');
    const wss = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 }, maxPayload: MAX_MESSAGE });
    wss.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on('error', () => {}); // the library has closed the connection
    });
  },

  websocket(httpServer) {
    const { server: WebSocketServer } = require('websocket');
    const wss = new WebSocketServer({
      httpServer,
      autoAcceptConnections: false,
      maxReceivedFrameSize: MAX_MESSAGE,
      maxReceivedMessageSize: MAX_MESSAGE,
      fragmentOutgoingMessages: false,
    });
    wss.on('request', (request) => {
      const socket = request.accept(null, request.origin);
      socket.on('message', (m) => (m.type === 'utf8' ? socket.sendUTF(m.utf8Data) : socket.sendBytes(m.binaryData)));
      socket.on('error', () => {});
    });
  },

  'faye-websocket'(server) {
    const WebSocket = require('faye-websocket');
    const deflate = require('permessage-deflate');
    server.on('upgrade', (request, tcp, head) => {
      if (!WebSocket.isWebSocket(request)) {
        tcp.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
        return;
      }
      const socket = new WebSocket(request, tcp, head, null, { extensions: [deflate], maxLength: MAX_MESSAGE });
      socket.on('message', ({ data }) => socket.send(data));
    });
  },
};

const { values } = parseArgs({ options: { stack: { type: 'string' }, port: { type: 'string', default: '0' } } });
const start = stacks[values.stack];
if (!start) {
  console.error(`no stack ${values.stack}; there are ${Object.keys(stacks).join(', ')}`);
  process.exit(2);
}
const server = createServer((_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end());
start(server);
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`${values.stack} ${require(`${values.stack}/package.json`).version} ws://127.0.0.1:${server.address().port}`);
});
