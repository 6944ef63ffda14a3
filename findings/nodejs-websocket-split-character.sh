#!/bin/bash
# nodejs-websocket turns a character whose octets stand in two fragments into two U+FFFD.
#
# npm nodejs-websocket 1.7.2 (Node.js 20.20.2).
#
# Expected: RFC 6455 section 5.6: the whole message is UTF-8, "a particular text frame might include a partial UTF-8 sequence";
# the text is decoded after fragments were joined. So 0xC3 in one fragment and 0xA9 in the next is "é".
#
# Observed: each fragment is decoded by itself: the text event has two replacement characters, nothing is closed with 1007,
# no error is raised. Whether a text survives hangs on where a sender (or a proxy, which may cut frames anew) put its borders.
#
#   one frame:     c3a9
#   two fragments: efbfbdefbfbd
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save nodejs-websocket@1.7.2
cat >t.js <<'P'
const net = require('net'), ws = require('nodejs-websocket');
const frame = (op, fin, data) => Buffer.concat([Buffer.from([fin << 7 | op, 128 | data.length, 0, 0, 0, 0]), data]); // a mask of zeros
const server = ws.createServer(c => { c.on('text', s => got(Buffer.from(s).toString('hex'))); c.on('error', () => {}); });
let got;
const ask = frames => new Promise(resolve => {
  got = resolve;
  const s = net.connect(server.socket.address().port, '127.0.0.1', () => s.write('GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n' +
    'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'));
  s.once('data', () => s.write(Buffer.concat(frames)));
});
server.listen(0, '127.0.0.1', async () => {
  const whole = await ask([frame(1, 1, Buffer.from([0xc3, 0xa9]))]);
  const parts = await ask([frame(1, 0, Buffer.from([0xc3])), frame(0, 1, Buffer.from([0xa9]))]);
  console.log('one frame:     ' + whole);
  console.log('two fragments: ' + parts);
  process.exit(whole === 'c3a9' && parts === 'efbfbdefbfbd' ? 0 : 1);
});
P
node t.js
