package spec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// pattern reads the event of an expect step.
func pattern(t *testing.T, yaml string) spec.Pattern {
	t.Helper()
	return step(t, "{expect: "+yaml+"}").Action.(*spec.Expect).Items[0].Pattern
}

// bindable computes the ${…} of something and gives the result.
type bindable func(env expr.Env) (any, error)

func bound[T any](bind func(env expr.Env) (T, error)) bindable {
	return func(env expr.Env) (any, error) { return bind(env) }
}

// Wherever a ${…} stands, one that cannot be computed is an error at its place,
// and any other is no error.
func TestBindFails(t *testing.T) {
	load := func(yaml string) bindable {
		s := parsed(t, "scenarios: [{name: n, load: "+yaml+", steps: [connect]}]")
		return bound(s.Scenarios[0].Load.Bind)
	}
	turn := func(check string) bindable {
		return bound(step(t, "{assert: {turn: {caller: a, bot: b, "+check+"}}}").Action.(*spec.Assert).Turn.Bind)
	}
	expect := func(yaml string) bindable {
		return bound(step(t, "{expect: "+yaml+"}").Action.(*spec.Expect).Bind)
	}
	send := func(yaml string) bindable {
		s := step(t, "{send: "+yaml+"}").Action.(*spec.Send)
		return func(env expr.Env) (any, error) { return s.In(env, nil) }
	}
	matrix := func(yaml string) bindable {
		return bound(parsed(t, "scenarios: [{name: n, matrix: "+yaml+", steps: [connect]}]").Scenarios[0].Matrix.Bind)
	}
	until := step(t, `{repeat: {until: x == '5ms', steps: [connect]}}`).Action.(*spec.Repeat).Until
	dialect := parsed(t, `{dialect: {name: twilio, a: "${x}"}, scenarios: [{name: n, steps: [connect]}]}`).Dialect
	for name, bind := range map[string]bindable{
		"matrix axis":    matrix(`{a: [1], b: [1, "${x}"]}`),
		"matrix row":     matrix(`[{a: 1}, {a: "${x}"}]`),
		"matrix exclude": matrix(`{a: [1], exclude: [{a: "${x}"}]}`),
		"load times":     load(`{times: "${rounds}"}`),
		"load at once":   load(`{times: 1, at_once: "${rounds}"}`),
		"load ramp":      load(`{times: 1, ramp: "${x}"}`),
		"load passed":    load(`{times: 1, assert: {passed: {$gte: "${rounds}%"}}}`),
		"load figure":    load(`{times: 1, assert: {a.at - b.at: {$max: {$lt: "${x}"}}}}`),
		"turn":           turn(`response: {$lt: "${x}"}`),
		"barge-in":       turn(`barge_in: {ahead: {$lt: "${x}"}}`),
		"field":          expect(`{message: "${x}"}`),
		"member":         expect(`{message: {json: {a: "${x}"}}}`),
		"item":           expect(`{message: {json: [1, "${x}"]}}`),
		"word":           expect(`{message: {json: {$in: [{a: "${x}"}]}}}`),
		"path":           expect(`{message: {json: {$path: {$.a: "${x}"}}}}`),
		"unit repeated":  send(`{repeat: "${x}", size: 3}`),
		"how often":      send(`{repeat: a, size: "${rounds}"}`),
		"expression":     bound(until.Holds),
		"its value":      bound(until.Value),
		"dialect values": bound(dialect.In),
	} {
		if got, err := bind(expr.Env{Names: expr.Map{"x": "5ms", "rounds": "5"}}); err != nil || fmt.Sprint(got) == "<nil>" {
			t.Errorf("%s: bound to %v, %v", name, got, err)
		}
		var d diag.Diagnostic
		if _, err := bind(expr.Env{Names: expr.Map{}}); !errors.As(err, &d) || d.Pos.Line != 1 || !strings.Contains(d.Message, "known") {
			t.Errorf("%s: without its name the error is %v, want one with its place", name, err)
		}
	}
	for _, n := range []string{"1", "100000", "0", "100001"} {
		_, err := load(`{times: 1, at_once: "${n}"}`)(expr.Env{Names: expr.Map{"n": n}})
		if wrong := n == "0" || n == "100001"; (err != nil) != wrong || wrong && !strings.Contains(err.Error(), "1 to 100000 runs") {
			t.Errorf("%s runs at once: %v", n, err)
		}
	}
}

// A bound value holds the computed values. The original stays as it was.
func TestBound(t *testing.T) {
	env := expr.Env{Names: expr.Map{"x": "5ms", "level": -6.5, "list": []any{"a"}}}
	p := pattern(t, `{message: {json: {a: ["${x}", {$path: {$.b: 1, $.c: "${x}"}}], b: "${list}"}}}`)
	for range 2 { // the second round would find changes of the first
		got, err := p.Bind(env)
		if err != nil {
			t.Fatal(err)
		}
		a := got.Fields[0].Value.Fields[0].Value
		if v := fmt.Sprint(got.Kind, a.Items[0].Data.Value(), a.Items[1].Items[0].Paths[1].Matcher.Data.Value(), got.Fields[0].Value.Fields[1].Value.Data.Value()); v != "message5ms5ms[a]" && v != "message 5ms 5ms [a]" {
			t.Errorf("bound to %s", v)
		}
	}
	e := step(t, `{expect: {unordered: [{message: a}, {message: "${x}"}, close]}}`).Action.(*spec.Expect)
	if got, err := e.Bind(env); err != nil || got.Items[1].Pattern.Fields[0].Value.Data.Value() != "5ms" || got.Items[2].Pattern.Kind != "close" {
		t.Errorf("bound to %v, %v", got, err)
	}
	if one := step(t, "{expect: close}").Action.(*spec.Expect); len(one.Items) != 1 || one.Items[0].Pattern.Kind != "close" {
		t.Errorf("a word is read as %v", one)
	}
	a, err := step(t, `{assert: {audio: {during: a, similar_to: {source: a.wav, delay: "${'-' + x}"}, pacing: {lead: 7ms}}}}`).Action.(*spec.Assert).Audio.Bind(env)
	if err != nil || asked(t, a, "similar_to.delay").Data.Value() != -5*time.Millisecond || asked(t, a, "pacing.lead").Data.Value() != 7*time.Millisecond {
		t.Errorf("differences are bound to %v, %v", a, err)
	}
	dialect := parsed(t, `{dialect: {name: twilio, a: "${x}"}, scenarios: [{name: n, steps: [connect]}]}`).Dialect
	if values, err := dialect.In(env); values["a"] != "5ms" || err != nil || !dialect.IsSet() || (&spec.Dialect{}).IsSet() {
		t.Errorf("the dialect's values are %v, %v; it is set: %v", values, err, dialect.IsSet())
	}
	level := step(t, `{send_media: {from: {tone: 440Hz, duration: 1s, level: "${level}"}}}`).Action.(*spec.SendMedia).From.Level
	if got, err := level.In(env); got != -6.5 || err != nil {
		t.Errorf("a computed level is %v, %v, want -6.5", got, err)
	}
	turn := step(t, `{assert: {turn: {caller: a, bot: b, response: "${x}"}}}`).Action.(*spec.Assert).Turn
	if got, err := turn.Bind(env); err != nil || got.Bot.Text != "b" || got.Checks[0].Want.Data.Value() != 5*time.Millisecond {
		t.Errorf("bound to %v, %v", got, err)
	}
	until := step(t, `{repeat: {until: x == '5ms', steps: [connect]}}`).Action.(*spec.Repeat).Until
	ok, err1 := until.Holds(env)
	v, err2 := until.Value(env)
	if !ok || v != true || err1 != nil || err2 != nil {
		t.Errorf("it holds: %v (%v), its value is %v (%v)", ok, err1, v, err2)
	}
	for x, want := range map[string]bool{"6ms": false, "5ms": true} {
		if ok, err := until.Holds(expr.Env{Names: expr.Map{"x": x}}); ok != want || err != nil {
			t.Errorf("with %s it holds: %v, %v", x, ok, err)
		}
	}
}

// An expression of $where knows the value as `it`, and the names around it.
func TestWhere(t *testing.T) {
	p, err := pattern(t, `{message: {json: {$where: it == least}}}`).Bind(expr.Env{Names: expr.Map{"least": "5"}})
	if err != nil {
		t.Fatal(err)
	}
	where := p.Fields[0].Value.Items[0]
	for _, v := range []string{"5", "4"} {
		if ok := where.Holds(v); ok != (v == "5") {
			t.Errorf("Holds(%s) = %v", v, ok)
		}
	}
}

// An operand is read as a number where it is compared with numbers, and as text
// where only text can be.
func TestOperands(t *testing.T) {
	for yaml, want := range map[string]any{
		`{message: {text: {$json: {$eq: 5}}}}`:   json.Number("5"),
		`{message: {text: {$length: {$eq: 5}}}}`: json.Number("5"),
		`{message: {text: {$not: {$eq: 5}}}}`:    "5",
		`{message: {json: {$not: {$eq: 5}}}}`:    json.Number("5"),
	} {
		if got := pattern(t, yaml).Fields[0].Value.Items[0].Items[0].Items[0].Data.Value(); got != want {
			t.Errorf("%s: the operand is %T %v, want %T", yaml, got, got, want)
		}
	}
	if got := pattern(t, `{message: {json: {$starts_with: 5}}}`).Fields[0].Value.Items[0].Data.Value(); got != "5" {
		t.Errorf("$starts_with: 5 begins with %T %v, want text", got, got)
	}
	for query, want := range map[string]bool{"$.a": true, "$..a": false} {
		if got := pattern(t, `{message: {json: {$path: {"`+query+`": 1}}}}`).Fields[0].Value.Items[0].Paths[0].Singular; got != want {
			t.Errorf("%s is for one value: %v", query, got)
		}
	}
}

// An opcode is kept as events give theirs, however it was written.
func TestOpcodes(t *testing.T) {
	for text, want := range map[string]any{"ping": "ping", "9": "ping", "11": json.Number("11"), "011": json.Number("11")} {
		if got := pattern(t, "{frame: "+text+"}").Fields[0].Value.Data.Value(); got != want {
			t.Errorf("opcode %s is %T %v, want %T %v", text, got, got, want, want)
		}
	}
}

// The length of a regular expression is limited.
func TestLongRegexp(t *testing.T) {
	for size, want := range map[int]string{1024: "", 1025: "a regular expression has at most 1024 octets"} {
		var out diag.List
		spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{expect: {message: {$matches: "+strings.Repeat("a", size)+"}}}]}]", &out)
		if got := out.Err(); (got != nil) != (want != "") || got != nil && !strings.Contains(got.Error(), want) {
			t.Errorf("one of %d octets: %v, want %q", size, got, want)
		}
	}
}

// Data gives what was written, as plain values and as JSON.
func TestData(t *testing.T) {
	env := expr.Env{Names: expr.Map{"inf": math.Inf(1)}}
	data := func(yaml string) value.Data {
		t.Helper()
		d, err := step(t, "{send: {json: "+yaml+"}}").Action.(*spec.Send).Data.Bind(env)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for yaml, want := range map[string]string{
		`{b: [1, x], a: null}`: `map[string]interface {}{"a":interface {}(nil), "b":[]interface {}{"1", "x"}} {"b":[1,"x"],"a":null} true false false`,
		`[true]`:               `[]interface {}{true} [true] false true false`,
		`null`:                 `<nil> null false false true`,
		`a`:                    `"a" "a" false false false`,
	} {
		d := data(yaml)
		text, err := d.MarshalJSON()
		_, object := d.Fields()
		items, list := d.Items()
		if list && len(items) != 1 {
			t.Errorf("%s has %d items", yaml, len(items))
		}
		if got := fmt.Sprintf("%#v %s %v %v %v", expr.Unordered(d.Value()), text, object, list, d.IsNull()); got != want || err != nil {
			t.Errorf("%s is %s, %v, want %s", yaml, got, err, want)
		}
	}
	for _, yaml := range []string{`"${inf}"`, `["${inf}"]`, `{a: "${inf}"}`} {
		if text, err := data(yaml).MarshalJSON(); err == nil {
			t.Errorf("%s becomes %s; JSON has no such number", yaml, text)
		}
		if data, err := step(t, "{send: {json: "+yaml+"}}").Action.(*spec.Send).In(env, nil); err == nil {
			t.Errorf("%s is sent as %s; JSON has no such number", yaml, data)
		}
	}
	unbound := step(t, `{send: {json: "${inf}"}}`).Action.(*spec.Send).Data
	if unbound.IsNull() || len(unbound.Interpolations()) != 1 {
		t.Errorf("what is to be computed is null: %v, holds %v", unbound.IsNull(), unbound.Interpolations())
	}
	if c := value.Constant(diag.Pos{}, math.Inf(1)); c.Label() != "+Inf" || c.Value() != math.Inf(1) || c.Interpolations() != nil {
		t.Errorf("a constant is %v, called %s", c.Value(), c.Label())
	}
}

// The names of labels that a step uses are known with their places.
func TestNames(t *testing.T) {
	for yaml, want := range map[string][]string{
		`{send: a, after: b.start + 5ms}`: {"b"},
		`{assert: {a.at - b.at: 5ms, vars.x: 1, audio: {during: a, from: c.at, to: d.at, level: -5dB}}}`: {"a", "b", "c", "d", "a"},
		`{assert: {turn: {bot: b, from: e.at, response: 1s}}}`:                                           {"e", "", "b"},
		`{assert: {vars.x: 1}}`:                                   nil,
		`{assert: {audio: {during: a, level: -5dB}}}`:             {"a"},
		`{assert: {turn: {caller: a, bot: b, response: 1s}}}`:     {"a", "b"},
		`{assert: {audio: {during: a, from: c.at, level: -5dB}}}`: {"c", "a"},
		`{wait: a}`:       {"a"},
		`{stop_media: a}`: {"a"},
	} {
		var got []string
		s := step(t, yaml)
		if s.After != nil {
			got = append(got, s.After.Label)
		}
		for _, l := range s.Action.Names().Labels {
			got = append(got, l.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s names %v, want %v", yaml, got, want)
		}
	}
	e := step(t, `{send: a, if: vars.x == y}`).If
	if refs := e.Uses().Refs; len(refs) != 2 || refs[0].Path[0] != "vars" || refs[1].Path[0] != "y" || e.Text() != "vars.x == y" {
		t.Errorf("%q names %v", e.Text(), refs)
	}
	if refs := (&value.Expression{}).Uses().Refs; refs != nil {
		t.Errorf("an expression that was not read names %v", refs)
	}
	mixed := step(t, `{expect: {one_of: {a: {message: x}, b: {message: y}, c: close, d: nothing}}}`).Action.(*spec.Expect)
	if got := mixed.Kinds(); !slices.Equal(got, []string{"message", "close"}) {
		t.Errorf("the kinds are %v, want message and close", got)
	}
}

// A schema judges after it was read, from the suite or from its file. Before
// that it allows nothing.
func TestSchemas(t *testing.T) {
	read := func(content string, err error) func(string) ([]byte, error) {
		return func(string) ([]byte, error) { return []byte(content), err }
	}
	for yaml, want := range map[string]int{
		`{expect: {message: {json: {a: [{$schema: {const: 1}}, {$path: {$.b: {$schema: {const: 1}}}}]}}}}`: 2,
		`{assert: {vars.x: {$schema: {const: 1}}}}`:                                                        1,
		`{add_listener: {name: l, when: {message: {json: {$schema: {const: 1}}}}, send: a}}`:               1,
		`{expect: {message: {json: 1}}}`:                                                                   0,
	} {
		n := 0
		s := step(t, yaml)
		matchers := s.Action.Names().Matchers
		for _, p := range s.Action.Names().Patterns {
			matchers = append(matchers, p.Matchers()...)
		}
		var schemas []*match.Schema
		for _, m := range matchers {
			m.Visit(func(m *match.Matcher) {
				if m.Schema != nil {
					schemas = append(schemas, m.Schema)
				}
			})
		}
		for _, v := range schemas {
			n++
			if v.Validate(json.Number("1")) != nil || v.Validate(json.Number("2")) == nil {
				t.Errorf("%s allows 1 with %v, 2 with %v", yaml, v.Validate(json.Number("1")), v.Validate(json.Number("2")))
			}
			var out diag.List
			if v.Load("file:///a", read("", errUnread), &out); !out.Empty() {
				t.Errorf("what stands in the suite is read from a file: %v", out.Err())
			}
		}
		if n != want {
			t.Errorf("%s has %d schemas, want %d", yaml, n, want)
		}
	}
	for _, tt := range []struct {
		content string
		err     error
		want    string
	}{
		{`{"const": 1}`, nil, ""},
		{``, errUnread, "not read"},
		{`{`, nil, "this is no JSON Schema"},
		{`{"minimun": 5}`, nil, `unknown keyword "minimun"`},
	} {
		v := pattern(t, `{message: {json: {$schema: a.json}}}`).Fields[0].Value.Items[0].Schema
		if v.Validate(1) == nil {
			t.Error("a schema that was not read allows something")
		}
		var out diag.List
		v.Load("file:///a.json", read(tt.content, tt.err), &out)
		if got := out.Err(); (got != nil) != (tt.want != "") || got != nil && !strings.Contains(got.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.content, got, tt.want)
		}
		if tt.want == "" && (v.Validate(json.Number("1")) != nil || v.Validate(json.Number("2")) == nil) {
			t.Errorf("%s does not judge", tt.content)
		}
	}
}

// The checks of audio can be looked up one at a time.
func TestWhatIsAsked(t *testing.T) {
	audio := func(check string) *spec.Audio {
		return step(t, "{assert: {audio: {during: a, "+check+"}}}").Action.(*spec.Assert).Audio
	}
	for check, want := range map[string]bool{"chunk: 20ms": false, "jitter: 0ms": true, "gaps: 0": true, "lead: 0ms": true, "underruns: 0": true,
		"smallest_buffer: 0ms": true, "interval_p95: 0ms": true, "interval_p99: 0ms": true, "interval_max: 0ms": true} {
		if got := audio("pacing: {" + check + "}").Asks(spec.OfTimes); got != want {
			t.Errorf("%s asks for times: %v", check, got)
		}
	}
	for check, want := range map[string]bool{"score: 90%": false, "lost: 0": true, "damaged: 0": true, "repeated: 0": true, "reordered: 0": true, "inserted: 0": true} {
		if got := audio("similar_to: {source: a.wav, " + check + "}").Asks(spec.OfFrames); got != want {
			t.Errorf("%s asks for chunks: %v", check, got)
		}
	}
}

// A connect step gives what it is made of.
func TestConnectHolds(t *testing.T) {
	connect := func(yaml string) *spec.Connect { return step(t, "{connect: "+yaml+"}").Action.(*spec.Connect) }
	for yaml, want := range map[string]int{`{head: a, then: b}`: 2, `{then: b}`: 1} {
		c := connect("{handshake: " + yaml + "}")
		if got := c.Names().Payloads; len(got) != want || got[want-1] != &c.Handshake.Then {
			t.Errorf("handshake: %s has the payloads %v, want %d", yaml, got, want)
		}
	}
	for yaml, want := range map[string]int{`{basic: {user: u, password: p}}`: 4, `{bearer: t}`: 2} {
		if got := connect("{auth: " + yaml + "}").Auth.Values(); len(got) != want {
			t.Errorf("auth: %s has %d values, want %d", yaml, len(got), want)
		}
	}
	for yaml, want := range map[string]int{"true": -1, "false": 0, "9": 9} {
		if got := connect("{compression: {client_max_window_bits: " + yaml + "}}").Compression.ClientMaxWindowBits; got != want {
			t.Errorf("client_max_window_bits: %s is %d, want %d", yaml, got, want)
		}
	}
	for yaml, want := range map[string]bool{"false": true, "true": false, "{}": false} {
		if got := connect("{compression: " + yaml + "}").Compression.Off; got != want {
			t.Errorf("compression: %s is off: %v", yaml, got)
		}
	}
	for yaml, want := range map[string]bool{"{wait: false}": true, "{wait: true}": false, "{}": false} {
		if got := connect(yaml).NoWait; got != want {
			t.Errorf("connect: %s does not wait: %v", yaml, got)
		}
	}
}

// The form and the octets of a payload are known before anything is computed.
func TestPayloadIsKnown(t *testing.T) {
	if !(&spec.Payload{}).IsText() {
		t.Error("nothing is no text")
	}
	for yaml, want := range map[string]string{`{hex: "6162"}`: "ab", `{text: ab}`: "ab", `{file: ab}`: "", `"${x}"`: ""} {
		p := step(t, "{send_ping: "+yaml+"}").Action.(*spec.SendPing).Payload
		if data, ok := p.Known(); string(data) != want || ok != (want != "") {
			t.Errorf("%s is known as %q, %v, want %q", yaml, data, ok, want)
		}
	}
	var out diag.List
	s := spec.Parse("t.yaml", `scenarios: [{name: n, steps: [{send_ping: {hex: "0"}}]}]`, &out)
	if data, ok := s.Scenarios[0].Steps[0].Action.(*spec.SendPing).Payload.Known(); ok || out.Empty() {
		t.Errorf("half an octet is known as %q (%v)", data, out.Err())
	}
	var none spec.Source
	if some := step(t, `{send_media: {from: {tone: 440Hz, duration: 1s}}}`).Action.(*spec.SendMedia).From; none.IsSet() || !some.IsSet() {
		t.Errorf("no source is set: %v, a tone is: %v", none.IsSet(), some.IsSet())
	}
}

// The exported tables hold the words that documents are compared with. The
// quantities of audio checks have their numbers.
func TestTables(t *testing.T) {
	for word, table := range map[string][]string{"$p95": spec.SpreadWords(), "$where": match.Words(), "integer": match.Types(),
		"rsv": spec.EventFields("frame"), "close": spec.EventKinds(), "send": spec.Verbs()} {
		if !slices.Contains(table, word) {
			t.Errorf("%q is not in %v", word, table)
		}
	}
	for _, v := range []match.Amount{spec.Decibels(2.5), spec.LUFS(2.5), spec.Percent(2.5), spec.Hertz(2.5), spec.PPM(2.5)} {
		if v.Number() != 2.5 || !strings.HasPrefix(v.String(), "2.5") {
			t.Errorf("%T(2.5) is %v, %s", v, v.Number(), v)
		}
	}
}

// A bound matrix holds the computed values. The original stays as it was.
func TestBoundMatrix(t *testing.T) {
	env := expr.Env{Names: expr.Map{"x": "5ms"}}
	for yaml, want := range map[string]string{
		`{a: [1, "${x}"], b: [y]}`:                      "[[a: 1, b: y] [a: 5ms, b: y]]",
		`{a: [1, "${x}"], exclude: [{a: "${x}"}]}`:      "[[a: 1]]",
		`[{a: "${x}"}, {a: 1}]`:                         "[[a: 5ms] [a: 1]]",
		`{a: ["${x}"], b: ["${x}"], exclude: [{a: 1}]}`: "[[a: 5ms, b: 5ms]]",
	} {
		m := parsed(t, "scenarios: [{name: n, matrix: "+yaml+", steps: [connect]}]").Scenarios[0].Matrix
		for range 2 { // the second round would find changes of the first
			b, err := m.Bind(env)
			if err != nil {
				t.Fatal(err)
			}
			var labels []string
			for _, r := range b.Expand(&diag.List{}) {
				labels = append(labels, r.Label())
			}
			if got := fmt.Sprint(labels); got != want {
				t.Errorf("%s is bound to %s, want %s", yaml, got, want)
			}
		}
		if _, err := m.Bind(expr.Env{Names: expr.Map{}}); err == nil {
			t.Errorf("%s is bound without its name", yaml)
		}
	}
}

// Each mistake in a matrix is complained of once.
func TestWrongMatrix(t *testing.T) {
	for yaml, want := range map[string]string{
		"{}":                  "a matrix without axes performs nothing",
		"{exclude: [{a: 1}]}": "a matrix without axes performs nothing",
		"{a: 1}":              `expected a list of values, found "1"`,
		"{exclude: 1}":        `expected a list of values, found "1"`,
		"[]":                  "a matrix without rows performs nothing",
		"[1]":                 `expected a row, such as {code: 1000}, found "1"`,
	} {
		var out diag.List
		spec.Parse("t.yaml", "scenarios: [{name: n, matrix: "+yaml+", steps: [connect]}]", &out)
		if got := out.Sorted(); len(got) != 1 || got[0].Message != want {
			t.Errorf("matrix: %s is complained of as %v, want %q once", yaml, got, want)
		}
	}
	var out, again diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, matrix: {exclude: [{a: 1}]}, steps: [connect]}]", &out)
	if s.Scenarios[0].Matrix.Expand(&again); out.Empty() || !again.Empty() {
		t.Errorf("a matrix without axes is complained of as %v and %v", out.Err(), again.Err())
	}
	if (&spec.Matrix{Rows: []value.Data{}}).Expand(&again); again.Empty() {
		t.Error("a file without rows is not complained of")
	}
}
