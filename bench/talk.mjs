// Conversations in Node, 64 at once, with `ws`:
// node talk.mjs URL CONVERSATIONS
import { createRequire } from 'node:module';

const WebSocket = createRequire(new URL('../examples/servers/node/', import.meta.url))('ws');
const [url, conversations] = process.argv.slice(2);

function converse() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => socket.send('hello'));
    socket.on('message', (data) => (`${data}` === 'hello' ? socket.close(1000) : reject(new Error(`${data} came`))));
    socket.on('close', (code) => (code === 1000 ? resolve() : reject(new Error(`closed with ${code}`))));
    socket.on('error', reject);
  });
}

let left = Number(conversations);
await Promise.all(Array.from({ length: Math.min(64, left) }, async () => {
  while (left-- > 0) await converse();
}));
