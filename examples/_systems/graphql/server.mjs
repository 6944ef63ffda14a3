// A GraphQL server on graphql-ws, for queries and subscriptions over the subprotocol graphql-transport-ws:
//
//   type Query { hello(name: String!): String! }
//   type Subscription { countdown(from: Int!): Int! }
//
// connection_init must carry {"token": "let me in"}, within 3 s. A countdown gives a number every 50 ms, down to 0.
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'

const { values: args } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const schema = buildSchema(`
  type Query { hello(name: String!): String! }
  type Subscription { countdown(from: Int!): Int! }
`)
const roots = {
  query: { hello: ({ name }) => `hello, ${name}` },
  subscription: {
    async *countdown({ from }) {
      for (let n = from; n >= 0; n--) {
        yield { countdown: n }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
  },
}
const http = createServer((_, response) => response.end('this is a WebSocket server\n'))
const ws = new WebSocketServer({ server: http, path: '/graphql' })
useServer({ schema, roots, connectionInitWaitTimeout: 3000, onConnect: ({ connectionParams }) => connectionParams?.token === 'let me in' }, ws)
http.listen(Number(args.port), '127.0.0.1', () => console.log(`GraphQL at ws://127.0.0.1:${http.address().port}/graphql`))
