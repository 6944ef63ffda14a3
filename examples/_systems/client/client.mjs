// A client on npm's ws that watches a price:
//
//   node client.mjs --url ws://… --symbol ACME
//
// It offers the subprotocol prices.v1 and subscribes with {"type": "subscribe", "symbol"}. It prints every price as
// "SYMBOL PRICE" and answers {"type": "ping", "n"} with {"type": "pong", "n"}. If the connection ends with 1012, 1013 or without a
// Close it dials again, at most three times, after 100, 200 and 400 ms, and says which price it saw last ("after": id). After
// {"type": "bye"} it ends the connection with 1000 and itself with exit code 0; on any other end its exit code is 1.
import { parseArgs } from 'node:util'
import WebSocket from 'ws'

const { values: args } = parseArgs({ options: { url: { type: 'string' }, symbol: { type: 'string', default: 'ACME' } } })
let last
let again = 0

function dial() {
  const ws = new WebSocket(args.url, ['prices.v1'])
  ws.on('open', () => {
    again = 0
    ws.send(JSON.stringify({ type: 'subscribe', symbol: args.symbol, ...(last === undefined ? {} : { after: last }) }))
  })
  ws.on('message', (data) => {
    const message = JSON.parse(data)
    switch (message.type) {
      case 'price':
        last = message.id
        console.log(`${args.symbol} ${message.price}`)
        break
      case 'ping':
        ws.send(JSON.stringify({ type: 'pong', n: message.n }))
        break
      case 'bye':
        ws.close(1000, 'done')
        break
    }
  })
  ws.on('error', (error) => console.error(error.message))
  ws.on('close', (code) => {
    if (code === 1000) process.exit(0)
    if (![1006, 1012, 1013].includes(code) || again === 3) {
      console.error(`given up after ${code}`)
      process.exit(1)
    }
    setTimeout(dial, 100 * 2 ** again++)
  })
}

dial()
