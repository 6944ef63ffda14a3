// Conversations in k6, one an iteration:
// k6 run -e URL=… --vus 64 --iterations 1000 talk.k6.js
import { WebSocket } from 'k6/websockets';

export default function () {
  const socket = new WebSocket(__ENV.URL);
  socket.addEventListener('open', () => socket.send('hello'));
  socket.addEventListener('message', (event) => {
    if (event.data !== 'hello') throw new Error(`${event.data} came`);
    socket.close(1000);
  });
}
