// A test for each conversation, 64 at once, in vitest; URL and CONVERSATIONS are in the environment.
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';

function converse() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(process.env.URL);
    let heard;
    socket.on('open', () => socket.send('hello'));
    socket.on('message', (data) => {
      heard = `${data}`;
      socket.close(1000);
    });
    socket.on('close', (code) => resolve({ code, heard }));
    socket.on('error', reject);
  });
}

describe.concurrent('conversations', () => {
  for (let k = 0; k < Number(process.env.CONVERSATIONS); k++) {
    test(`conversation ${k}`, async () => {
      expect(await converse()).toEqual({ code: 1000, heard: 'hello' });
    });
  }
});
