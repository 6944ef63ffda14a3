// A chat on npm's ws. Who logs in over HTTP gets a ticket, and a ticket opens the room once:
//
//   POST /login   {"user": "ann", "password": "open sesame"}   201 {"ticket": "…"}, else 401
//   GET  /health  200
//   WS   /room?ticket=…   401 without a ticket that is good
//
// In the room everybody hears {"type": "joined", "user", "here"}, {"type": "said", "user", "text"} and {"type": "left", "user"}.
// Who says nothing for --idle milliseconds is sent away with 4000.
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'

const { values: args } = parseArgs({
  options: { port: { type: 'string', default: '0' }, password: { type: 'string', default: 'open sesame' }, idle: { type: 'string', default: '60000' } },
})
const tickets = new Map() // to the user who got it
const room = new Map() // of sockets, to their users

const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  if (request.url === '/health') return answer(200, { state: 'ready' })
  if (request.method !== 'POST' || request.url !== '/login') return answer(404, { error: 'there is no such page' })
  let body = ''
  for await (const part of request) body += part
  let login
  try {
    login = JSON.parse(body)
  } catch {
    return answer(400, { error: 'the body is not JSON' })
  }
  if (login.password !== args.password) return answer(401, { error: 'wrong password' })
  const ticket = randomUUID()
  tickets.set(ticket, login.user)
  answer(201, { ticket })
})

const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })
server.on('upgrade', (request, socket, head) => {
  const url = new URL(request.url, 'http://localhost')
  const ticket = url.searchParams.get('ticket')
  const user = tickets.get(ticket)
  if (url.pathname !== '/room' || user === undefined) {
    const status = url.pathname === '/room' ? '401 Unauthorized' : '404 Not Found'
    return socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
  tickets.delete(ticket)
  sockets.handleUpgrade(request, socket, head, (ws) => enter(ws, user))
})

function tell(event) {
  for (const ws of room.keys()) ws.send(JSON.stringify(event))
}

function enter(ws, user) {
  room.set(ws, user)
  tell({ type: 'joined', user, here: [...room.values()].sort() })
  let idle
  const waits = () => {
    clearTimeout(idle)
    idle = setTimeout(() => ws.close(4000, 'idle'), Number(args.idle))
  }
  waits()
  ws.on('message', (data, binary) => {
    waits()
    let said
    try {
      said = binary ? undefined : JSON.parse(data)
    } catch {}
    if (typeof said?.text !== 'string') return ws.close(1007, 'not a message of the chat')
    tell({ type: 'said', user, text: said.text })
  })
  ws.on('error', () => {})
  ws.on('close', () => {
    clearTimeout(idle)
    room.delete(ws)
    tell({ type: 'left', user })
  })
}

server.listen(Number(args.port), '127.0.0.1', () => console.log(`the chat listens on http://127.0.0.1:${server.address().port}`))
process.on('SIGTERM', () => {
  for (const ws of room.keys()) ws.close(1001, 'going away')
  server.close()
  setTimeout(() => process.exit(0), 200)
})
