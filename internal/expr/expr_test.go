package expr

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// world gives the environment in which the tests evaluate expressions.
func world() Env {
	return Env{
		Names: Map{
			"vars": MappingOf(map[string]any{"greeting": "hi.wav", "n": int64(3), "yes": true, "none": nil}),
			"ready": Map{
				"at": 1500 * time.Millisecond,
				"json": MappingOf(map[string]any{
					"type": "ready", "session": "s-1", "big": json.Number("12345678901234567890"),
					"tenth": json.Number("0.1"), "one": json.Number("1.0"), "seq": "10", "nothing": nil,
					"items": []any{json.Number("1"), "a", MappingOf(map[string]any{"id": "x"})},
				}),
				"data":    []byte{0, 0, 1, 2},
				"headers": MappingOf(map[string]any{"X-Id": "7"}),
				"end":     errors.New("the stream of ready has not ended"),
			},
			"codes": []any{int64(1000), int64(1001)},
		},
		Call: func(name string, args []any) (any, error) {
			switch name {
			case "conn":
				if args[0] == "main" {
					return Map{"ready_state": "open"}, nil
				}
				return nil, errors.New("there is no connection " + args[0].(string))
			case "now":
				return 2 * time.Second, nil
			}
			return []any{}, nil
		},
		Random: rand.NewPCG(1, 2),
		Clock:  func() time.Time { return time.Unix(1e9, 0) },
	}
}

func TestEval(t *testing.T) {
	tests := []struct {
		name, src string
		want      any
	}{
		{"member", "ready.json.session", "s-1"},
		{"index by text", "ready.headers['X-Id']", "7"},
		{"element", "ready.json.items[2].id", "x"},
		{"null of JSON", "ready.json.nothing == null", true},
		{"not null", "ready.json.session != null", true},
		{"number keeps its digits", "ready.json.big", json.Number("12345678901234567890")},
		{"big numbers differ in the last digit", "ready.json.big == 12345678901234567891", false},
		{"big number plus one", "ready.json.big + 1", json.Number("12345678901234567891")},
		{"decimals are exact", "ready.json.tenth + 0.2 == 0.3", true},
		{"1.0 is 1", "ready.json.one == 1", true},
		{"thirds", "1 / 3 * 3 == 1", true},
		{"float result", "3 / 2", 1.5},
		{"precedence", "2 + 3 * 4 - 1", int64(13)},
		{"hexadecimal", "0x1F", int64(31)},
		{"exponent", "1.5e3", int64(1500)},
		{"and or not", "vars.yes and not false or false", true},
		{"short circuit", "vars.n == 3 or ready.json.missing", true},
		{"not in", "1002 not in codes", true},
		{"in list", "1000 in codes", true},
		{"in mixed list", "'a' in ready.json.items", true},
		{"in mapping", "'sesion' in ready.json", false},
		{"in object", "'json' in ready and not ('end' in ready)", true},
		{"in text", "'ead' in ready.json.type", true},
		{"conditional", "vars.n > 2 ? 'many' : 'few'", "many"},
		{"duration", "ready.at - 600ms", 900 * time.Millisecond},
		{"durations compare", "1.2s == 1200ms and 2m > 119s", true},
		{"duration times number", "20ms * 1.5", 30 * time.Millisecond},
		{"duration ratio", "1s / 20ms", int64(50)},
		{"negative duration", "-20us < 0s", true},
		{"octets", "uint(ready.data[0:4])", int64(258)},
		{"octet", "ready.data[3]", int64(2)},
		{"cut text", "'größe'[2:4]", "öß"},
		{"join texts", "'a' + \"b\"", "ab"},
		{"list and mapping", "[1, {a: 2 * 3, 'b c': null}]", []any{int64(1), MappingOf(map[string]any{"a": int64(6), "b c": nil})}},
		{"host", "conn('main').ready_state == 'open'", true},
		{"now", "now() - ready.at", 500 * time.Millisecond},
		{"len", "len('ö') + len(ready.data) + len(codes) + len(vars)", int64(11)},
		{"range", "range(1, 4)", []any{int64(1), int64(2), int64(3)}},
		{"repeat", "repeat('ab', 3)", "ababab"},
		{"hex", "hex('AZ') + hex(unhex('00fF'))", "415a00ff"},
		{"base64", "base64('ab') + hex(unbase64('AAE='))", "YWI=0001"},
		{"sha256", "hex(sha256('abc'))", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"hmac_sha256", "hex(hmac_sha256('key', 'The quick brown fox jumps over the lazy dog'))", "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
		{
			"signature of Twilio with parameters",
			"base64(hmac_sha1('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2' + 'CallSidCA1234567890ABCDE' + 'Caller+14158675309' + 'Digits1234' + 'From+14158675309' + 'To+18005551212'))",
			"RSOYDt4T1cUTdK1PDd93/VVr8B8=",
		},
		{"signature of Twilio without parameters", "base64(hmac_sha1('12345', 'wss://example.com/media'))", "7PR3qMkpDyEJtMrVOY/LDyNq8J8="},
		{"unjson", "unjson('{\"a\": [1, 7]}').a[1] + unjson(unhex('37'))", int64(14)},
		{"json", "json({b: [1, null, '<'], a: ready.json.big})", `{"b":[1,null,"<"],"a":12345678901234567890}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := Compile(test.src, Scope{})
			if err != nil {
				t.Fatalf("Compile(%q): %v", test.src, err)
			}
			got, err := p.Eval(world())
			if err != nil {
				t.Fatalf("Eval(%q): %v", test.src, err)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(Mapping{})); diff != "" {
				t.Errorf("Eval(%q) = (-want +got)\n%s", test.src, diff)
			}
		})
	}
}

// TestComplaints has expressions that must not compile, or not evaluate. word is
// the word that the complaint points at.
func TestComplaints(t *testing.T) {
	tests := []struct{ name, src, word, want string }{
		{"typo in a member", "ready.json.tpye != 'error'", "tpye", `ready.json has no "tpye" (did you mean "type"?)`},
		{"typo in a comparison with null", "ready.json.sesion == null", "sesion", `did you mean "session"`},
		{"typo in a root", "redy.json.type == 'x'", "redy", `unknown name "redy" (did you mean "ready"?)`},
		{"typo in and", "vars.yes and vars.yess", "yess", `did you mean "yes"`},
		{"typo by index", "ready.headers['X-Idd']", "'X-Idd'", `ready.headers has no "X-Idd"`},
		{"typo in a condition", "vars.nn > 2 ? 1 : 2", "nn", `did you mean "n"`},
		{"value not there yet", "ready.end - ready.at", "end", "the stream of ready has not ended"},
		{"member of text", "ready.json.type.x", "x", `the text "ready" has no members`},
		{"member of null", "ready.json.nothing.x", "x", "null has no members"},
		{"number with text", "ready.json.seq == 10", "ready.json.seq == 10", `cannot compare the text "10" with the number 10`},
		{"number unlike text", "ready.json.seq != 10", "ready.json.seq != 10", "cannot compare"},
		{"nested", "[1, '2'] == [1, 2]", "[1, '2'] == [", "element 1: cannot compare"},
		{"octets with text", "ready.data == 'x'", "ready.data == 'x'", "cannot compare 4 octets"},
		{"order of text", "ready.json.seq < '9'", "ready.json.seq < '9'", "has no order"},
		{"order of number and duration", "ready.at < 2", "ready.at < 2", "cannot compare the duration 1.5s with the number 2"},
		{"in a list of others", "'1000' in codes", "'1000' in codes", "none of the elements can be compared"},
		{"and of text", "'x' and true", "'x'", `and needs true or false, not the text "x"`},
		{"not of number", "not vars.n", "vars.n", "not needs true or false"},
		{"text plus number", "'a' + 1", "'a' + 1", "cannot add the number 1 to the text"},
		{"division by zero", "1 / (vars.n - 3)", "1 / (vars.n - 3", "division by zero"},
		{"element out of range", "codes[2]", "2", "there is no element 2 among 2"},
		{"element before the first", "codes[-1]", "-1", "there is no element -1"},
		{"cut out of range", "ready.data[0:5]", "5", "outside of 4 elements"},
		{"&&", "vars.yes && true", "&&", `(write and)`},
		{"||", "vars.yes || true", "||", `(write or)`},
		{"!", "!vars.yes", "!", `(write not)`},
		{"=", "vars.n = 3", "=", `(write ==)`},
		{"?.", "ready?.jsn", "?.", "ask 'name' in value first"},
		{"??", "ready.jsn ?? 1", "??", "ask 'name' in value first"},
		{"?:", "vars.yes ?: 1", "1", "condition ? a : b"},
		{"pipe", "vars.n | hex()", "|", "unexpected"},
		{"comment", "vars.n // 3", "//", "comment"},
		{"backtick", "`x`", "`", "write '…'"},
		{"octets literal", "b'x'", "b", "unhex"},
		{"chained comparison", "1 < vars.n < 5", "<", "a < b and b < c"},
		{"not before ==", "not vars.n == 3", "not", "not would bind before"},
		{"nil", "vars.none == nil", "nil", "write null"},
		{"contains", "ready.json.type contains 'x'", "contains", "'part' in text"},
		{"let", "let x = 1; x", "let", "sets no variable"},
		{"unknown function", "length(codes)", "length", "unknown function"},
		{"misspelt function", "repaet('x', 2)", "repaet", `did you mean "repeat"?`},
		{"builtin of the parser", "all(codes, # > 1)", "all", "unknown function"},
		{"method", "ready.json.type.upper()", "upper", "cannot be called"},
		{"arguments", "len()", "len", "len takes 1 arguments, not 0"},
		{"kind of an argument", "len(3)", "3", "len needs text or octets"},
		{"unit", "ready.at < 900msec", "msec", `unknown unit "msec"`},
		{"leading zero", "vars.n == 012", "012", "leading zeros"},
		{"fraction without a digit", "vars.n == .5", ".", "write 0.5"},
		{"unclosed text", "'abc", "'", "not closed"},
		{"unclosed bracket", "(1 + 2", "(", "( is not closed"},
		{"stray bracket", "1 + 2)", ")", `unexpected ")"`},
		{"ends early", "vars.n +", "+", `the expression ends after "+"`},
		{"two values", "vars.n vars.n", "vars", `unexpected "vars"`},
		{"empty", "", "", "empty"},
		{"with ${", "${vars.n} == 3", "${", "write the expression without ${…}"},
		{"${ in text", "'${vars.n}' == 3", "${", "join texts with +"},
		{"too large a repeat", "repeat('x', 1e9)", "repeat", "larger than 64 MiB"},
		{"too large a sum of repeats", "repeat('x', 3e7) + repeat('x', 3e7)", "repeat('x', 3e7) + repeat", "larger than"},
		{"too long a range", "range(0, 1e9)", "range", "too many"},
		{"too large a number", "1e300 * 1e300", "1e300 * 1e300", "too large"},
		{"far too large a number", "1e999999999", "1e999999999", "too large"},
		{"host complains", "conn('mian').ready_state", "conn", "there is no connection mian"},
		{"key twice", "{a: 1, a: 2}", "a", "duplicate key"},
		{"json of octets", "json([ready.data])", "json", "JSON has no form for 4 octets"},
		{"not JSON", "unjson('{a: 1}')", "unjson", "it is not JSON"},
		{"more than JSON", "unjson('1 2')", "unjson", "text after the JSON value"},
		{"not base64", "unbase64('a-_=')", "unbase64", "is not base64"},
		{"reversed random_int", "random_int(6, 1)", "random_int", "6 is more than 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := evaluate(test.src)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("Eval(%q) = error %v, want an *Error", test.src, err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("Eval(%q) = error %q, want it to contain %q", test.src, err, test.want)
			}
			if e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(test.src) {
				t.Fatalf("Eval(%q): place %d+%d is outside of the source", test.src, e.Offset, e.Length)
			}
			if word := test.src[e.Offset : e.Offset+e.Length]; word != test.word {
				t.Errorf("Eval(%q) points at %q, want %q: %v", test.src, word, test.word, err)
			}
		})
	}
}

func evaluate(src string) error {
	p, err := Compile(src, Scope{})
	if err != nil {
		return err
	}
	_, err = p.Eval(world())
	return err
}

func TestRefs(t *testing.T) {
	const src = "ready.json.items[0].id == opened.headers['X-Id'].x or vars.n in [each, ready]"
	p, err := Compile(src, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	wantNames := []string{"ready", "opened", "vars", "each"}
	if diff := cmp.Diff(wantNames, p.Names()); diff != "" {
		t.Errorf("Names() (-want +got)\n%s", diff)
	}
	wantMembers := [][]string{{"ready", "json", "items"}, {"opened", "headers", "X-Id", "x"}, {"vars", "n"}, {"each"}, {"ready"}}
	if diff := cmp.Diff(wantMembers, p.Members()); diff != "" {
		t.Errorf("Members() (-want +got)\n%s", diff)
	}
	wantText := []string{"ready.json.items", "opened.headers['X-Id'].x", "vars.n", "each", "ready"}
	for i, r := range p.Refs() {
		if got := src[r.Offset : r.Offset+r.Length]; got != wantText[i] {
			t.Errorf("Refs()[%d] lies at %q, want %q", i, got, wantText[i])
		}
	}
}

func TestCalls(t *testing.T) {
	p, err := Compile("conn('mian').url == 'x' and len(events('main', 'message')) > 0 and conn(vars.x).url == hex('a')", Scope{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Call{
		{"conn", []string{"mian"}, 0, 4},
		{"events", []string{"main", "message"}, 32, 6},
		{"hex", []string{"a"}, 87, 3},
	}
	if diff := cmp.Diff(want, p.Calls()); diff != "" {
		t.Errorf("Calls() (-want +got)\n%s", diff)
	}
}

func TestBool(t *testing.T) {
	tests := []struct {
		src  string
		want bool
		err  string
	}{
		{"vars.n == 3", true, ""},
		{"vars.n == 4", false, ""},
		{"vars.n", false, "the condition needs true or false, not the number 3"},
		{"vars.none", false, "not null"},
	}
	for _, test := range tests {
		p, err := Compile(test.src, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Bool(world())
		if got != test.want || !matches(err, test.err) {
			t.Errorf("Bool(%q) = %v, %v, want %v, error %q", test.src, got, err, test.want, test.err)
		}
	}
}

func TestCheckName(t *testing.T) {
	tests := map[string]bool{"ready": true, "größe_2": true, "_": true, "": false, "2nd": false, "a-b": false, "a.b": false, "not": false, "null": false, "if": false, "a$": false}
	for name, want := range tests {
		if err := CheckName(name); (err == nil) != want {
			t.Errorf("CheckName(%q) = %v, want ok %v", name, err, want)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	p, err := Compile("ready.json.type == 'ready' and ready.at < 900ms * 2 and vars.n + 1 == 4", Scope{})
	if err != nil {
		b.Fatal(err)
	}
	env := world()
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := p.Bool(env); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func TestScope(t *testing.T) {
	_, err := Compile("vras.n", Scope{Roots: []string{"vars", "env"}})
	if err == nil || !strings.Contains(err.Error(), `did you mean "vars"?`) {
		t.Errorf("Compile with roots = error %v, want a hint at vars", err)
	}
	if _, err := Compile("env.n", Scope{Roots: []string{"vars", "env"}}); err != nil {
		t.Errorf("Compile with roots = error %v, want none", err)
	}
}

func TestRandomIsRepeated(t *testing.T) {
	p, err := Compile("[uuid(), random_int(1, 6), random_int(-9223372036854775807 - 1, 9223372036854775807)]", Scope{})
	if err != nil {
		t.Fatal(err)
	}
	eval := func(seed uint64) any {
		v, err := p.Eval(Env{Random: rand.NewPCG(seed, 0)})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if diff := cmp.Diff(eval(7), eval(7)); diff != "" {
		t.Errorf("the same seed gives other values\n%s", diff)
	}
	if cmp.Equal(eval(7), eval(8)) {
		t.Errorf("another seed gives the same values %v", eval(7))
	}
	if id := eval(7).([]any)[0].(string); len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) {
		t.Errorf("uuid() = %q, want a version 4 UUID", id)
	}
}
