// The sender in Node: `ws`, a setInterval for each stream.
// node sender.js URL STREAMS RAMP_MS CA
'use strict';
const { readFileSync, existsSync } = require('node:fs');
const { join } = require('node:path');
const WebSocket = require(join(__dirname, '..', 'examples', 'servers', 'node', 'node_modules', 'ws'));

const [url, streams, ramp, ca] = process.argv.slice(2);
const message = JSON.stringify({
  event: 'media', sequenceNumber: 1,
  media: { tag: 'caller', chunk: 1, timestamp: 0, payload: 'u'.repeat(216) },
});
const options = url.startsWith('wss') && existsSync(ca) ? { ca: readFileSync(ca) } : {};
for (let k = 0; k < +streams; k++) {
  setTimeout(() => {
    const socket = new WebSocket(url, options);
    socket.on('open', () => setInterval(() => socket.send(message), 20));
  }, (+ramp * k) / +streams);
}
