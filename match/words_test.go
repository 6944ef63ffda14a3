package match_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// pattern reads an event as a step would write it.
func pattern(t *testing.T, yaml string) spec.Pattern {
	t.Helper()
	return patternIn(t, yaml, expr.Map{})
}

func patternIn(t *testing.T, yaml string, names expr.Map) spec.Pattern {
	t.Helper()
	var out diag.List
	text := "scenarios: [{name: n, steps: [{expect: " + yaml + "}]}]"
	s := spec.Parse("t.yaml", text, &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	p, err := s.Scenarios[0].Steps[0].Action.(*spec.Expect).Items[0].Pattern.Bind(expr.Env{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const ms = time.Millisecond

func text(s string) trace.Detail   { return &trace.Message{Data: []byte(s)} }
func octets(s string) trace.Detail { return &trace.Message{Data: []byte(s), Binary: true} }
func closed(c int) trace.Detail    { return &trace.Close{Code: c, By: "peer", TCP: "fin"} }
func ended(d time.Duration) *trace.MediaEnded {
	return &trace.MediaEnded{Tag: "t", Duration: d, By: "stop"}
}

// Every row is a matcher with an event that it accepts and one that it refuses
// at the given paths, because it is wrong in just that way.
func TestMatchEvent(t *testing.T) {
	tests := []struct {
		pattern  string
		good     trace.Detail
		bad      trace.Detail
		badPaths string
	}{
		{`{message: hello}`, text("hello"), text("hellO"), "message"},
		{`{message: 12e4}`, text("12e4"), text("120000"), "message"},
		{`{message: hello}`, text("hello"), octets("hello"), "message"},
		{`{message: {hex: 00FF}}`, octets("\x00\xff"), octets("\x00\xfe"), "message.hex"},
		{`{message: {hex: "6162"}}`, octets("ab"), text("ab"), "message.hex"},
		{`{message: {base64: YWI=}}`, octets("ab"), octets("ac"), "message.base64"},
		{`{message: {text: {$contains: ell}}}`, text("hello"), text("hallo"), "message.text"},
		{`{message: {text: {$starts_with: he}}}`, text("hello"), text("ohe"), "message.text"},
		{`{message: {text: {$ends_with: lo}}}`, text("hello"), text("lol"), "message.text"},
		{`{message: {size: {$lt: 3}}}`, text("ab"), text("abc"), "message.size"},
		{`{message: {json: {a: 1}}}`, text(`{"a":1.0,"b":2}`), text(`{"a":"1"}`), "message.json.a"},
		{`{message: {json: {a: 1}}}`, text(`{"a":1}`), octets(`{"a":1}`), "message.json"},
		{`{message: {binary: {$matches: "^l.*o$"}}}`, octets("läo"), octets("olä"), "message.binary"},
		{`{message: {binary: {$matches: "^l"}}}`, octets("l"), octets("l\xff"), "message.binary"},
		{`{message: {binary: {$not: {$matches: "^l"}}}}`, octets("a"), octets("\xff"), "message.binary"},
		{`{message: {binary: {$text: hello}}}`, octets("hello"), octets("hallo"), "message.binary.text"},
		{`{message: {binary: {$text: hello}}}`, octets("hello"), text("hello"), "message.binary"},
		{`{message: {binary: {$text: {$length: 3, $starts_with: "7", $in: ["7ä!", b]}}}}`, octets("7ä!"), octets("7a!"), "message.binary.text"},
		{`{message: {binary: {$text: {$not: {$contains: error}}}}}`, octets("fine"), octets("fine\xc3"), "message.binary"},
		{`{message: {binary: {$not: {$text: b}}}}`, octets("a"), octets("\xc3("), "message.binary"},
		{`{message: {data: {$text: {$gt: "a"}}}}`, text("b"), octets("a"), "message.text"},
		{`{message: {json: {p: {$text: b}}}}`, text(`{"p":"b"}`), text(`{"p":5}`), "message.json.p"},
		{`{message: {text: {$text: b}}}`, text("b"), octets("b"), "message.text"},
		{`{message: {binary: {$json: {a: 1}}}}`, octets(`{"a":1}`), octets(`{"a":2}`), "message.binary.json.a"},
		{`{message: {binary: {$json: {a: 1}}}}`, octets(`{"a":1}`), octets(`{"a":1`), "message.binary"},
		{`{message: {binary: {$json: {a: 1}}}}`, octets(`{"a":1}`), text(`{"a":1}`), "message.binary"},
		{`{message: {json: {p: {$json: {a: {$gt: 1}}}}}}`, text(`{"p":"{\"a\":2}"}`), text(`{"p":{"a":2}}`), "message.json.p"},
		{`{message: {json: {a: {$not: {$gt: 5}}}}}`, text(`{"a":5}`), text(`{"a":"6"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$between: [1, 2]}}}}}`, text(`{"a":5}`), text(`{"a":"6"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$approx: [1, 2]}}}}}`, text(`{"a":5}`), text(`{"a":"6"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$contains: x}}}}}`, text(`{"a":"y"}`), text(`{"a":{"x":1}}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$matches: x}}}}}`, text(`{"a":"y"}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$length: 2}}}}}`, text(`{"a":"y"}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {$not: {a: {$gt: 5}}}}}`, text(`{"a":5}`), text(`{"a":"6"}`), "message.json"},
		{`{message: {json: {$not: {a: [{$gt: 5}]}}}}`, text(`{"a":[5]}`), text(`{"a":["6"]}`), "message.json"},
		{`{message: {json: {$not: {$each: {$lt: 5}}}}}`, text(`[5]`), text(`["6"]`), "message.json"},
		{`{message: {json: {$not: {$all_of: [{$starts_with: a}]}}}}`, text(`"b"`), text(`5`), "message.json"},
		{`{message: {json: {$not: {$unordered: [{$lt: 5}]}}}}`, text(`[5]`), text(`["6"]`), "message.json"},
		{`{message: {json: {$not: {$path: {"$.a": {$lt: 5}}}}}}`, text(`{"a":5}`), text(`{"a":"6"}`), "message.json"},
		{`{message: {json: {a: 1}}}`, text(`{"a":1e0}`), text(`{"b":1}`), "message.json.a"},
		{`{message: {json: {a: 1}}}`, text(`{"a":1}`), text(`{"a":1} x`), "message.json"},
		{`{message: {json: {a: 12345678901234567890}}}`, text(`{"a":12345678901234567890}`), text(`{"a":12345678901234567891}`), "message.json.a"},
		{`{message: {json: {a: null}}}`, text(`{"a":null}`), text(`{}`), "message.json.a"},
		{`{message: {json: {a: true}}}`, text(`{"a":true}`), text(`{"a":"true"}`), "message.json.a"},
		{`{message: {json: {a: [1, 2]}}}`, text(`{"a":[1,2]}`), text(`{"a":[1,2,3]}`), "message.json.a"},
		{`{message: {json: {a: [1, {b: 2}]}}}`, text(`{"a":[1,{"b":2,"c":3}]}`), text(`{"a":[2,{"b":3}]}`), "message.json.a[0] message.json.a[1].b"},
		{`{message: {json: {a: {$eq: 1}}}}`, text(`{"a":1}`), text(`{"a":2}`), "message.json.a"},
		{`{message: {json: {a: {$ne: 1}}}}`, text(`{}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$ne: null}}}}`, text(`{}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$gt: 5}}}}}`, text(`{}`), text(`{"a":6}`), "message.json.a"},
		{`{message: {json: {a: {$all_of: [{$ne: 1}]}}}}`, text(`{}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$any_of: [{$ne: 1}]}}}}`, text(`{}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {$not: {$each: {$lt: 5}}}}}`, text(`[1, 5]`), text(`[5, "6"]`), "message.json"},
		{`{message: {json: {a: {$not: {$gt: "b"}}}}}`, text(`{"a":"a"}`), text(`{"a":"c"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$gt: "b"}}}}}`, text(`{"a":"b"}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$approx: [5, 1]}}}}}`, text(`{"a":7}`), text(`{"a":"7s"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$approx: [5, 1]}}}}}`, text(`{"a":1e999}`), text(`{"a":5e0}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$approx: [5, 1]}}}}}`, text(`{"a":-1e999999999999999999}`), text(`{"a":5.000}`), "message.json.a"},
		{`{message: {json: {a: {$approx: [0, 1e-9]}}}}`, text(`{"a":1e-999999999999999999}`), text(`{"a":1e999999999999999999}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$approx: [5, 1]}}}}}`, text(`{"a":1e-999999999999999999}`), text(`{"a":4}`), "message.json.a"},
		{`{message: {json: {a: {$approx: [5.1, 0.2]}}}}`, text(`{"a":5.3}`), text(`{"a":5.30000000000000001}`), "message.json.a"},
		{`{message: {json: {a: {$approx: [5.1, 0.2]}}}}`, text(`{"a":4.9}`), text(`{"a":4.8999}`), "message.json.a"},
		{`{message: {json: {a: {$approx: [-12, 3]}}}}`, text(`{"a":-900e-2}`), text(`{"a":12}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$approx: [5, 1]}}}}}`, text(`{"a":3}`), text(`{"a":6}`), "message.json.a"},
		{`{media_ended: {duration: {$not: {$approx: [5s, 1s]}}}}`, ended(7 * time.Second), ended(6 * time.Second), "media_ended.duration"},
		{`{message: {json: {a: 0}}}`, text(`{"a":-0.0}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: 0}}}`, text(`{"a":0e5}`), text(`{"a":0.1}`), "message.json.a"},
		{`{message: {json: {a: {$gt: 1}}}}`, text(`{"a":1.1}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$gte: 1}}}}`, text(`{"a":1}`), text(`{"a":0.9}`), "message.json.a"},
		{`{message: {json: {a: {$lt: 1}}}}`, text(`{"a":-1e400}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$lte: 1}}}}`, text(`{"a":1}`), text(`{"a":1.01}`), "message.json.a"},
		{`{message: {json: {a: {$gt: 1}}}}`, text(`{"a":2}`), text(`{"a":"2"}`), "message.json.a"},
		{`{message: {json: {a: {$between: [1, 2]}}}}`, text(`{"a":2}`), text(`{"a":2.5}`), "message.json.a"},
		{`{message: {json: {a: {$between: [1, 2]}}}}`, text(`{"a":1}`), text(`{"a":0.5}`), "message.json.a"},
		{`{message: {json: {a: {$in: [x, y]}}}}`, text(`{"a":"y"}`), text(`{"a":"z"}`), "message.json.a"},
		{`{message: {json: {a: {$exists: true}}}}`, text(`{"a":null}`), text(`{}`), "message.json.a"},
		{`{message: {json: {a: {$exists: false}}}}`, text(`{}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$lt: 5}}}}}`, text(`{"a":5}`), text(`{"a":4}`), "message.json.a"},
		{`{message: {json: {a: {$gt: 1, $lt: 3}}}}`, text(`{"a":2}`), text(`{"a":3}`), "message.json.a"},
		{`{message: {json: {a: {$contains: 2}}}}`, text(`{"a":[1,2]}`), text(`{"a":[1,3]}`), "message.json.a"},
		{`{message: {json: {a: {$approx: [10, 0.5]}}}}`, text(`{"a":10.5}`), text(`{"a":10.6}`), "message.json.a"},
		{`{message: {text: {$matches: "^h.l"}}}`, text("hello"), text("ahello"), "message.text"},
		{`{message: {json: {a: {$matches: "1"}}}}`, text(`{"a":"1"}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$length: 2}}}}`, text(`{"a":"é1"}`), text(`{"a":[1]}`), "message.json.a.length"},
		{`{message: {json: {a: {$length: {$gt: 1}}}}}`, text(`{"a":{"b":1,"c":2}}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {binary: {$length: 2}}}`, octets("ab"), octets("abc"), "message.binary.length"},
		{`{message: {json: {a: {$type: integer}}}}`, text(`{"a":1e2}`), text(`{"a":1.5}`), "message.json.a"},
		{`{message: {json: {a: {$type: string}}}}`, text(`{"a":"1"}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$type: "null"}}}}`, text(`{"a":null}`), text(`{}`), "message.json.a"},
		{`{message: {json: {a: {$type: number}}}}`, text(`{"a":1.5}`), text(`{"a":"1.5"}`), "message.json.a"},
		{`{message: {json: {a: {$type: boolean}}}}`, text(`{"a":false}`), text(`{"a":0}`), "message.json.a"},
		{`{message: {json: {a: {$type: array}}}}`, text(`{"a":[]}`), text(`{"a":{}}`), "message.json.a"},
		{`{message: {json: {a: {$type: object}}}}`, text(`{"a":{}}`), text(`{"a":[]}`), "message.json.a"},
		{`{message: {data: {$type: binary}}}`, octets("x"), text("x"), "message"},
		{`{message: {json: {a: {$all_of: [{$gt: 1}, {$lt: 3}]}}}}`, text(`{"a":2}`), text(`{"a":4}`), "message.json.a"},
		{`{message: {json: {a: {$any_of: [1, x]}}}}`, text(`{"a":"x"}`), text(`{"a":"1"}`), "message.json.a"},
		{`{message: {json: {a: {$each: {$gt: 1}}}}}`, text(`{"a":[2,3]}`), text(`{"a":[2,1]}`), "message.json.a[1]"},
		{`{message: {json: {a: {$each: {$gt: 1}}}}}`, text(`{"a":[2]}`), text(`{"a":[]}`), "message.json.a"},
		{`{message: {json: {a: {$unordered: [{$gt: 0}, 1]}}}}`, text(`{"a":[1,2]}`), text(`{"a":[2,2]}`), "message.json.a"},
		{`{message: {json: {a: {$unordered: [1]}}}}`, text(`{"a":[1]}`), text(`{"a":[1,1]}`), "message.json.a"},
		{`{message: {json: {a: {$exact: {b: 1}}}}}`, text(`{"a":{"b":1}}`), text(`{"a":{"b":1,"c":2}}`), "message.json.a"},
		{`{message: {json: {$path: {"$.a[1].b": 2}}}}`, text(`{"a":[0,{"b":2}]}`), text(`{"a":[0,{"b":3}]}`), `message.json $["a"][1]["b"]`},
		{`{message: {json: {$path: {"$.a[1]": {$ne: 2}}}}}`, text(`{}`), text(`{"a":[1,2]}`), `message.json $["a"][1]`},
		{`{message: {json: {$path: {"$..b": {$each: {$gt: 1}}}}}}`, text(`{"a":{"b":2},"b":3}`), text(`{"a":1}`), `message.json $..["b"]`},
		{`{message: {json: {$schema: {type: object, required: [a], properties: {a: {type: integer}}}}}}`, text(`{"a":1}`), text(`{"a":"x"}`), "message.json.a"},
		{`{message: {json: {a: {$where: "it > 1 and it < 3"}}}}`, text(`{"a":2}`), text(`{"a":3}`), "message.json.a"},
		{`{message: {json: {a: {$where: "it > 1"}}}}`, text(`{"a":2}`), text(`{"a":"2"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$where: "it > 1"}}}}}`, text(`{"a":1}`), text(`{"a":"x"}`), "message.json.a"},
		{`{media_ended: {duration: {$approx: [2s, 100ms]}}}`, ended(2100 * time.Millisecond), ended(2101 * time.Millisecond), "media_ended.duration"},
		{`{message: {json: {$$a: 1}}}`, text(`{"$a":1}`), text(`{"a":1}`), "message.json.$a"},
		{`{close: {code: {$in: [1000, 1001]}}}`, closed(1001), closed(1002), "close.code"},
		{`{close: 1000}`, closed(1000), closed(1001), "close.code"},
		{`{close: {by: peer, tcp: fin}}`, closed(1), &trace.Close{By: "us", TCP: "reset"}, "close.by close.tcp"},
		{`{media_ended: {duration: {$between: [1.9s, 2.1s]}}}`, ended(2 * time.Second), ended(2200 * time.Millisecond), "media_ended.duration"},
		{`{error: {status: 401}}`, &trace.Error{Status: 401}, &trace.Error{}, "error.status"},
		{`{error: {headers: {x-id: "7"}}}`, &trace.Error{Headers: []trace.Header{{Name: "X-Id", Value: "7"}}}, &trace.Error{}, "error.headers.x-id"},
		{`{open: {protocol: chat}}`, &trace.Open{Protocol: "chat"}, &trace.Open{}, "open.protocol"},
		{`{dtmf: "5"}`, &trace.DTMF{Digit: "5"}, &trace.DTMF{Digit: "6"}, "dtmf.digit"},
		{`{mark: a}`, &trace.Mark{Name: "a"}, &trace.Mark{Name: "b"}, "mark.name"},
		{`{message: {text: {$matches: "^$"}}}`, text(""), octets("x"), "message.text"},
		{`{message: {json: {a: {$gt: 0}}}}`, text(`{"a":0.01}`), text(`{"a":0}`), "message.json.a"},
		{`{message: {json: {a: {$lt: 0.01}}}}`, text(`{"a":0}`), text(`{"a":0.01}`), "message.json.a"},
		{`{message: {json: {a: {$lt: 10}}}}`, text(`{"a":9}`), text(`{"a":10}`), "message.json.a"},
		{`{message: {json: {a: {$gt: -10}}}}`, text(`{"a":-9}`), text(`{"a":-11}`), "message.json.a"},
		{`{message: {json: {a: {$lt: "b"}}}}`, text(`{"a":"a"}`), text(`{"a":"c"}`), "message.json.a"},
		{`{message: {json: {a: {$lt: "b"}}}}`, text(`{"a":"a"}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$lt: "b"}}}}`, text(`{"a":"a"}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$gte: ""}}}}`, text(`{"a":""}`), text(`{}`), "message.json.a"},
		{`{message: {json: {a: {$gte: 0}}}}`, text(`{"a":0}`), text(`{"a":""}`), "message.json.a"},
		{`{message: {json: {a: {$between: [1, 2]}}}}`, text(`{"a":1.5}`), text(`{"a":"1.5"}`), "message.json.a"},
		{`{message: {json: {a: {$between: ["a", "c"]}}}}`, text(`{"a":"b"}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$eq: {b: 1}}}}}`, text(`{"a":{"b":1}}`), text(`{"a":{"b":2}}`), "message.json.a"},
		{`{message: {json: {a: {$eq: {b: 1}}}}}`, text(`{"a":{"b":1}}`), text(`{"a":{"c":1}}`), "message.json.a"},
		{`{message: {json: {a: {$eq: {b: 1}}}}}`, text(`{"a":{"b":1}}`), text(`{"a":[1]}`), "message.json.a"},
		{`{message: {json: {a: {$eq: {}}}}}`, text(`{"a":{}}`), text(`{"a":[]}`), "message.json.a"},
		{`{message: {json: {a: {$eq: {b: null}}}}}`, text(`{"a":{"b":null}}`), text(`{"a":{"c":null}}`), "message.json.a"},
		{`{message: {json: {a: {$exact: [1, 2]}}}}`, text(`{"a":[1,2]}`), text(`{"a":[1,3]}`), "message.json.a"},
		{`{message: {json: {a: {$exact: []}}}}`, text(`{"a":[]}`), text(`{"a":{}}`), "message.json.a"},
		{`{message: {json: {a: {$exact: 0}}}}`, text(`{"a":0}`), text(`{"a":"0"}`), "message.json.a"},
		{`{message: {json: {a: {$exact: ""}}}}`, text(`{"a":""}`), text(`{"a":0}`), "message.json.a"},
		{`{message: {json: {a: {$exact: false}}}}`, text(`{"a":false}`), text(`{"a":true}`), "message.json.a"},
		{`{message: {json: {a: {$exact: false}}}}`, text(`{"a":false}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$exact: null}}}}`, text(`{"a":null}`), text(`{"a":false}`), "message.json.a"},
		{`{message: {json: {a: {$ne: null}}}}`, text(`{"a":1}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$contains: x}}}}`, text(`{"a":"xy"}`), text(`{"a":{"x":1}}`), "message.json.a"},
		{`{message: {json: {a: {$contains: ""}}}}`, text(`{"a":"xy"}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: {a: {$starts_with: x}}}}`, text(`{"a":"xy"}`), text(`{"a":["x"]}`), "message.json.a"},
		{`{message: {json: {a: {$matches: "^$"}}}}`, text(`{"a":""}`), text(`{"a":1}`), "message.json.a"},
		{`{message: {json: [1]}}`, text(`[1]`), text(`{"a":1}`), "message.json"},
		{`{message: {json: []}}`, text(`[]`), text(`5`), "message.json"},
		{`{message: {json: {a: {$each: {$gt: 1}}}}}`, text(`{"a":[2]}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {a: {$length: {$gt: 1}}}}}`, text(`{"a":[1,2]}`), text(`{"a":{"b":1}}`), "message.json.a.length"},
		{`{message: {json: {$path: {"$.a": {$exists: false}}}}}`, text(`{"b":1}`), text(`{"a":null}`), `message.json $["a"]`},
		{`{message: {json: {$schema: {type: object}}}}`, text(`{"a":1}`), text(`5`), "message.json"},
		{`{message: {json: {a: {$approx: [10, 0.5]}}}}`, text(`{"a":9.5}`), text(`{"a":"10"}`), "message.json.a"},
		{`{message: {json: {a: {$approx: [0, 0.5]}}}}`, text(`{"a":0.5}`), text(`{"a":"x"}`), "message.json.a"},
		{`{message: {json: {a: {$multiple_of: 0.1}}}}`, text(`{"a":0.3}`), text(`{"a":0.35}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$multiple_of: 2}}}}}`, text(`{"a":5}`), text(`{"a":"5"}`), "message.json.a"},
		{`{message: {size: {$multiple_of: 4}}}`, text("12345678"), text("123456"), "message.size"},
		{`{message: {text: {$length: {$multiple_of: 2}}}}`, text("ab"), text("abc"), "message.text.length"},
		{`{media_ended: {duration: {$multiple_of: 20ms}}}`, ended(400 * ms), ended(400*ms + 1), "media_ended.duration"},
		{`{message: {size: {$approx: [10, 1]}}}`, text("123456789"), text("12345678"), "message.size"},
		{`{message: {json: {a: {$type: "null"}}}}`, text(`{"a":null}`), text(`{"a":0}`), "message.json.a"},
		{`{message: {json: {a: {$type: boolean}}}}`, text(`{"a":true}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$type: number}}}}`, text(`{"a":5}`), text(`{"a":false}`), "message.json.a"},
		{`{message: {json: {a: {$type: integer}}}}`, text(`{"a":12}`), text(`{"a":1.2}`), "message.json.a"},
		{`{message: {json: {a: {$type: integer}}}}`, text(`{"a":0}`), text(`{"a":0.1}`), "message.json.a"},
		{`{message: {json: {a: {$type: string}}}}`, text(`{"a":"b"}`), text(`{"a":true}`), "message.json.a"},
		{`{message: {json: {a: {$type: object}}}}`, text(`{"a":{}}`), text(`{"a":null}`), "message.json.a"},
		{`{message: {json: {a: {$unordered: [1]}}}}`, text(`{"a":[1]}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {a: {$unordered: [1, 2]}}}}`, text(`{"a":[2,1]}`), text(`{"a":[1]}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$ne: 1}}}}}`, text(`{"a":1}`), text(`{}`), "message.json.a"},
		{`{message: {json: {$where: "it.a == 1"}}}`, text(`{"a":1}`), text(`{"b":1}`), "message.json"},
		{`{close: {clean: true}}`, &trace.Close{Clean: true}, &trace.Close{}, "close.clean"},
		{`{close: {clean: false}}`, &trace.Close{}, &trace.Close{Clean: true}, "close.clean"},
		{`{open: {extensions: [x]}}`, &trace.Open{Extensions: []string{"x"}}, &trace.Open{Extensions: []string{"y"}}, "open.extensions[0]"},
		{`{error: {status: 1}}`, &trace.Error{Status: 1}, &trace.Error{}, "error.status"},
		{`{error: {status: {$exists: false}}}`, &trace.Error{}, &trace.Error{Status: 1}, "error.status"},
		{`{error: {headers: {x-id: {$exists: false}}}}`, &trace.Error{Headers: []trace.Header{{Name: "X-Other", Value: "7"}}}, &trace.Error{Headers: []trace.Header{{Name: "X-ID", Value: ""}}}, "error.headers.x-id"},
		{`{error: {headers: {x-id: "7, 8"}}}`, &trace.Error{Headers: []trace.Header{{Name: "X-Id", Value: "7"}, {Name: "a", Value: "b"}, {Name: "x-ID", Value: "8"}}}, &trace.Error{Headers: []trace.Header{{Name: "X-Id", Value: "7"}}}, "error.headers.x-id"},
		{`{message: {data: {$type: string}}}`, text("x"), octets("x"), "message"},
		{`{message: {base64: {$exists: false}}}`, text("x"), octets("x"), "message.base64"},
		{`{message: {hex: {$exists: false}}}`, text("x"), octets("x"), "message.hex"},
		{`{message: {text: {$exists: false}}}`, octets("x"), text("x"), "message.text"},
		{`{message: {binary: {$exists: false}}}`, text("x"), octets("x"), "message.binary"},
		{`{message: {json: {$exists: false}}}`, octets("1"), text("1"), "message.json"},
		{`{message: {json: {$exists: false}}}`, text("x"), text("1"), "message.json"},
		{`{message: hello}`, text("hello"), &trace.Mark{Name: "hello"}, "event"},
		{`{message: {json: {a: {$not: {$gte: 5}}}}}`, text(`{"a":4}`), text(`{"a":"6"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$lte: 5}}}}}`, text(`{"a":6}`), text(`{"a":"6"}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$ends_with: x}}}}}`, text(`{"a":"y"}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$contains: x}}}}}`, text(`{"a":["y"]}`), text(`{"a":5}`), "message.json.a"},
		{`{message: {json: {a: {$not: {$starts_with: x}}}}}`, text(`{"a":"y"}`), text(`{"a":["x"]}`), "message.json.a"},
		{`{message: {text: {$not: {$json: {a: {$gt: 5}}}}}}`, text(`{"a":5}`), text(`{"a":"6"}`), "message.text"},
		{`{message: {text: {$not: {$json: {a: 5}}}}}`, text(`{"a":6}`), text(`{"a":5}`), "message.text"},
		{`{message: {binary: {$not: {$json: {a: 5}}}}}`, octets(`{"a":6}`), octets(`{"a":5}`), "message.binary"},
		{`{message: {json: {$not: {a: {$gt: 5}}}}}`, text(`[1]`), text(`{"a":"6"}`), "message.json"},
		{`{message: {json: {$not: {a: {$gt: 5}}}}}`, text(`{"b":1}`), text(`{"a":6}`), "message.json"},
		{`{message: {json: {$not: [{$gt: 5}, x]}}}`, text(`[5,"y"]`), text(`["6","x"]`), "message.json"},
		{`{message: {json: {a: {$eq: 100}}}}`, text(`{"a":1e2}`), text(`{"a":10}`), "message.json.a"},
		{`{message: {json: {a: {$gt: -1}}}}`, text(`{"a":1}`), text(`{"a":-2}`), "message.json.a"},
		{`{message: {json: {a: {$lt: 1}}}}`, text(`{"a":-1}`), text(`{"a":2}`), "message.json.a"},
		{`{message: {text: {$not: {$json: {$gt: 5}}}}}`, text("no JSON"), text("6"), "message.text"},
		{`{media_ended: {duration: {$not: {$approx: [2s, 100ms]}}}}`, ended(3 * time.Second), ended(2 * time.Second), "media_ended.duration"},
		{`{pong: {hex: ff}}`, &trace.Pong{Data: []byte{0xff}}, &trace.Pong{Data: []byte{0xfe}}, "pong.hex"},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			p := pattern(t, tt.pattern)
			if got := assertions.MatchEvent(p, trace.Event{Detail: tt.good}); len(got) > 0 {
				t.Errorf("%s refuses %s: %+v", tt.pattern, tt.good.Summary(), got)
			}
			var paths []string
			for _, m := range assertions.MatchEvent(p, trace.Event{Detail: tt.bad}) {
				paths = append(paths, m.Path)
				if m.Expected == "" || m.Actual == "" {
					t.Errorf("mismatch without words: %+v", m)
				}
			}
			if got := strings.Join(paths, " "); got != tt.badPaths {
				t.Errorf("%s refuses %s at %q, want %q", tt.pattern, tt.bad.Summary(), got, tt.badPaths)
			}
		})
	}
}

// The value of an expression can be more than JSON: a duration, octets, a
// floating-point number. A comparison that cannot be made does not hold.
func TestValuesOfExpressions(t *testing.T) {
	const huge = "1e99999999999999999999" // its exponent is too large
	env := expr.Env{Names: expr.Map{"octets": []byte("ab"), "none": []byte{}, "other": expr.Map{}, "five": "five", "one": "one", "x": "x", "huge": json.Number(huge), "half": 0.5}}
	tests := []struct {
		matcher string
		value   any
		want    bool
	}{
		{`5ms`, 5 * ms, true},
		{`5ms`, 6 * ms, false},
		{`five`, 5 * ms, false},
		{`five`, 0 * ms, false},
		{`{$gt: 4}`, 5 * ms, false},
		{`"${none}"`, "", false},
		{`{$gt: 4ms}`, 5 * ms, true},
		{`{$gt: "four"}`, 5 * ms, false},
		{`{$type: number}`, 5 * ms, false},
		{`{$approx: [5ms, 1ms]}`, 6 * ms, true},
		{`{$approx: [5ms, 1ms]}`, 7 * ms, false},
		{`{$approx: ["${five}", 100ms]}`, 5 * ms, false},
		{`{$approx: [5ms, "${one}"]}`, 5 * ms, false},
		{`{$approx: ["${five}", 1]}`, 0, false},
		{`{$approx: [0, "${one}"]}`, 0, false},
		{`{$approx: [1, 1e999]}`, -1, true},
		{`{$approx: [1, 1e-999]}`, 2, false},
		{`{$approx: [1.5, 0.1]}`, 1.55, true},
		{`{$approx: [1.5, 0.1]}`, 1.65, false},
		{`{$approx: [5, 1]}`, int64(6), true},
		{`{$approx: [5, 1]}`, int64(7), false},
		{`{$between: [-1, "${x}"]}`, -0.5, false},
		{`{$between: ["${x}", 1]}`, 0.5, false},
		{`{$contains: 5}`, "5", false},
		{`"${octets}"`, []byte("ab"), true},
		{`"${octets}"`, []byte("ac"), false},
		{`"${octets}"`, "ab", false},
		{`"${other}"`, nil, false},
		{`"${huge}"`, json.Number(huge), false},
		{`"${huge}"`, json.Number("1e99999999999999999998"), false},
		{`0`, json.Number(huge), false},
		{`{$gte: 0}`, json.Number(huge), false},
		{`"${half}"`, 0.5, true},
		{`"${half}"`, json.Number(".5"), false},
		{`{$type: number}`, json.Number(".5"), false},
		{`{$lte: 0}`, math.NaN(), false},
		{`{$gte: 0}`, math.NaN(), false},
		{`{$schema: {type: integer}}`, json.Number("1"), true},
		{`{$schema: nowhere.json}`, json.Number("1"), false},
	}
	for _, tt := range tests {
		var out diag.List
		s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{assert: {vars.x: "+tt.matcher+"}}]}]", &out)
		if !out.Empty() {
			t.Fatalf("%s: %v", tt.matcher, out.Err())
		}
		m, err := s.Scenarios[0].Steps[0].Action.(*spec.Assert).Comparisons[0].Matcher.Bind(env)
		if err != nil {
			t.Fatal(err)
		}
		if got := match.Match(m, tt.value, ""); (len(got) == 0) != tt.want {
			t.Errorf("%s holds for %T %v: %v, want %v (%+v)", tt.matcher, tt.value, tt.value, len(got) == 0, tt.want, got)
		}
	}
}

// A path begins with the subject. Without a subject it begins with a name.
func TestPathWithoutSubject(t *testing.T) {
	m := pattern(t, `{message: {json: {a: {b: 1}}}}`).Fields[0].Value
	wrong := match.Match(m, expr.MappingOf(map[string]any{"a": expr.MappingOf(map[string]any{"b": 2})}), "")
	if len(wrong) != 1 || wrong[0].Path != "a.b" {
		t.Errorf("Match() = %v, want a.b alone", wrong)
	}
}
