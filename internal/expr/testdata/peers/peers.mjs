// Writes values with @msgpack/msgpack and cbor-x, and reads ours with them. It prints lines for written.txt, or for
// read.txt if it is given ours.txt.
import {readFileSync} from 'node:fs'
import * as msgpack from '@msgpack/msgpack'
import * as cbor from 'cbor-x'

const version = name => name + ' ' + JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version
const hex = octets => Buffer.from(octets).toString('hex')

const values = {
  hello: {type: 'hello', n: 1},
  numbers: [0, 127, 128, 255, 256, 65536, 4294967296, 9007199254740991, -1, -32, -33, -129, -32769, -2147483649],
  big: [18446744073709551615n, -9223372036854775808n],
  floats: [0.1, 1.5, -0.25, 1e300, NaN, Infinity, -Infinity],
  text: ['', 'ä€😀', 'x'.repeat(32), 'y'.repeat(256)],
  octets: new Uint8Array([0, 255, 16]),
  nothing: [null, true, false],
  nested: {a: [{b: []}, {}], c: {d: {e: 'f'}}},
  time: new Date(1764494100250),
}

if (process.argv[2]) {
  for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(l => l && !l.startsWith('#'))) {
    const [format, expression, octets] = line.split('\t')
    const data = Buffer.from(octets, 'hex')
    const [name, v] = format === 'msgpack'
      ? ['@msgpack/msgpack', msgpack.decode(data, {useBigInt64: true, mapKeyConverter: k => k})]
      : ['cbor-x', new cbor.Decoder({mapsAsObjects: false, int64AsNumber: false}).decode(data)]
    console.log([format, version(name), expression, octets, shown(v)].join('\t'))
  }
} else {
  for (const [name, v] of Object.entries(values)) {
    console.log(['msgpack', version('@msgpack/msgpack'), name, hex(msgpack.encode(v, {useBigInt64: true}))].join('\t'))
    console.log(['cbor', version('cbor-x'), name, hex(cbor.encode(v))].join('\t'))
  }
  const ext = new msgpack.ExtData(5, new Uint8Array([1, 2]))
  console.log(['msgpack', version('@msgpack/msgpack'), 'extension', hex(msgpack.encode({a: ext}))].join('\t'))
  console.log(['cbor', version('cbor-x'), 'tag', hex(cbor.encode(new cbor.Tag('http://a', 32)))].join('\t'))
  console.log(['cbor', version('cbor-x'), 'keys', hex(new cbor.Encoder({mapsAsObjects: false}).encode(new Map([[1, 'a'], [-7, 'b'], ['c', 1]])))].join('\t'))
  console.log(['cbor', version('cbor-x'), 'undefined', hex(cbor.encode([undefined]))].join('\t'))
}

function shown(v) {
  if (v === null || typeof v === 'boolean' || typeof v === 'bigint') return String(v)
  if (v === undefined) return 'undefined'
  if (typeof v === 'number') return String(v)
  if (typeof v === 'string') return JSON.stringify(v)
  if (v instanceof Uint8Array) return `h'${hex(v)}'`
  if (v instanceof Date) return `-1(${v.getTime() / 1000})`
  if (v instanceof msgpack.ExtData) return `${v.type}(h'${hex(v.data)}')`
  if (v instanceof cbor.Tag) return `${v.tag}(${shown(v.value)})`
  if (Array.isArray(v)) return '[' + v.map(shown).join(',') + ']'
  const entries = v instanceof Map ? [...v] : Object.entries(v)
  return '{' + entries.map(([k, x]) => shown(k) + ':' + shown(x)).join(',') + '}'
}
