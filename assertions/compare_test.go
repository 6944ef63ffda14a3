package assertions_test

import (
	"errors"
	"fmt"
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
	return patternIn(t, yaml, nil)
}

func patternIn(t *testing.T, yaml string, names expr.Map) spec.Pattern {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{expect: "+yaml+"}]}]", &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	p, err := s.Scenarios[0].Steps[0].Action.(*spec.Expect).Items[0].Pattern.Bind(expr.Env{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A value that is held against a matcher gives a verdict, the value as it is
// shown, and the place of the failure.
func TestCompare(t *testing.T) {
	here := diag.Pos{File: "t.yaml", Line: 9, Col: 9}
	placed := diag.Diagnostic{Pos: diag.Pos{File: "x.yaml", Line: 1}, Message: "no such label"}
	const wrongWay = " (the wrong way round, and no lower bound allows that)"
	tests := []struct {
		name, pattern string
		value         any
		err           error
		want          trace.Verdict
		actual        string
		elsewhere     bool // the failure stands at the matcher, not at the subject
	}{
		{"as asked", `{media_ended: {duration: {$lt: 900ms}}}`, 500 * ms, nil, trace.Passed, "500ms", false},
		{"too late", `{media_ended: {duration: {$lt: 900ms}}}`, 900 * ms, nil, trace.Failed, "900ms", true},
		{"in a few digits", `{media_ended: {duration: {$lt: 1s}}}`, 1_234_567_891 * time.Nanosecond, nil, trace.Failed, "1.235s", true},
		{"in more digits, where few would be as asked", `{media_ended: {duration: {$lte: 10s}}}`, 10_000_400 * time.Microsecond, nil, trace.Failed, "10.0004s", true},
		{"in more digits, where few would not be as asked", `{media_ended: {duration: {$lt: 10s}}}`, 9_999_600 * time.Microsecond, nil, trace.Passed, "9.9996s", false},
		{"in all digits, where fewer would be as asked", `{media_ended: {duration: {$multiple_of: 20ms}}}`, 20*ms + 1, nil, trace.Failed, "20.000001ms", true},
		{"a multiple", `{media_ended: {duration: {$multiple_of: 20ms}}}`, 400 * ms, nil, trace.Passed, "400ms", false},
		{"a multiple the wrong way round", `{media_ended: {duration: {$multiple_of: 20ms}}}`, -40 * ms, nil, trace.Failed, "-40ms" + wrongWay, false},
		{"no time at all is no negative time", `{media_ended: {duration: {$lt: 900ms}}}`, 0 * ms, nil, trace.Passed, "0s", false},
		{"the wrong way round", `{media_ended: {duration: {$lt: 900ms}}}`, -1 * ms, nil, trace.Failed, "-1ms" + wrongWay, false},
		{"the wrong way round and not as asked", `{media_ended: {duration: {$gt: 0ms}}}`, -1 * ms, nil, trace.Failed, "-1ms", true},
		{"not more than is no bound below", `{media_ended: {duration: {$not: {$gt: 1s}}}}`, -1 * ms, nil, trace.Failed, "-1ms" + wrongWay, false},
		{"any of is no bound below", `{media_ended: {duration: {$any_of: [{$lt: 1s}, {$gt: 2s}]}}}`, -1 * ms, nil, trace.Failed, "-1ms" + wrongWay, false},
		{"two bounds above", `{media_ended: {duration: {$lt: 1s, $lte: 2s}}}`, -1 * ms, nil, trace.Failed, "-1ms" + wrongWay, false},
		{"a bound below in one of two", `{media_ended: {duration: {$lt: 1s, $gte: "${0s - 5ms}"}}}`, -1 * ms, nil, trace.Passed, "-1ms", false},
		{"a bound below in all of", `{media_ended: {duration: {$all_of: [{$lt: 1s}, {$gt: "${0s - 5ms}"}]}}}`, -1 * ms, nil, trace.Passed, "-1ms", false},
		{"the wrong way round and what it may not be", `{media_ended: {duration: {$ne: "${0s - 1ms}"}}}`, -1 * ms, nil, trace.Failed, "-1ms", true},
		{"exactly", `{media_ended: {duration: "${0s - 1ms}"}}`, -1 * ms, nil, trace.Passed, "-1ms", false},
		{"between", `{media_ended: {duration: {$between: ["${0s - 5ms}", 5ms]}}}`, -1 * ms, nil, trace.Passed, "-1ms", false},
		{"one of", `{media_ended: {duration: {$in: ["${0s - 1ms}"]}}}`, -1 * ms, nil, trace.Passed, "-1ms", false},
		{"about", `{media_ended: {duration: {$approx: [0s, 5ms]}}}`, -1 * ms, nil, trace.Passed, "-1ms", false},
		{"a member of the value", `{message: {json: {a: 1}}}`, expr.MappingOf(map[string]any{"a": 2}), nil, trace.Failed, `{"a":2}, at .a`, true},
		{"a negative number is no time", `{message: {json: {$lt: 1}}}`, -5, nil, trace.Passed, "-5", false},
		{"what cannot be asked", `{message: {json: {$gt: 5}}}`, "6", nil, trace.Failed, `"6" (text has no order with a number)`, true},
		{"a member that cannot be asked", `{message: {json: {a: {$gt: 5}}}}`, expr.MappingOf(map[string]any{"a": "6"}), nil, trace.Failed, `{"a":"6"}, at .a (text has no order with a number)`, true},
		{"no value", `{message: {json: 1}}`, nil, errors.New("one\ntwo"), trace.Failed, "one; two", false},
		{"no value, for a reason with a place", `{message: {json: 1}}`, nil, fmt.Errorf("eval: %w", placed), trace.Failed, "no such label", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := pattern(t, tt.pattern).Fields[0].Value
			c := assertions.Compare(here, "x", m, tt.value, tt.err)
			if c.Verdict != tt.want || c.Actual != tt.actual || (c.Pos != here) != tt.elsewhere || c.Subject != "x" || c.Expected != match.Describe(m) {
				t.Errorf("Compare(%v) = %v, %q at %v, expected %q; want %v, %q", tt.value, c.Verdict, c.Actual, c.Pos, c.Expected, tt.want, tt.actual)
			}
		})
	}
}

// A pattern is described in words.
func TestDescribe(t *testing.T) {
	tests := []struct{ pattern, want string }{
		{`message`, `message`},
		{`{message: hello}`, `message "hello"`},
		{`{message: {hex: "` + strings.Repeat("ab", 101) + `"}}`, `message {hex: 101 octets, hex ` + strings.Repeat("ab", 32) + `…}`},
		{`{message: {base64: "` + strings.Repeat("YWFh", 51) + `"}}`, `message {base64: 153 octets, hex ` + strings.Repeat("61", 32) + `… |` + strings.Repeat("a", 32) + `…|}`},
		{`{message: {hex: "` + strings.Repeat("ab", 100) + `"}}`, `message {hex: "` + strings.Repeat("ab", 100) + `"}`},
		{`{message: {text: "` + strings.Repeat("ab", 101) + `"}}`, `message {text: 202 octets, "` + strings.Repeat("ab", 100) + `"…}`},
		{`{mark: m}`, `mark {name: "m"}`},
		{`{close: {code: 1000, clean: true}}`, `close {code: 1000, clean: true}`},
		{`{message: {data: hello, size: 5}}`, `message {data: "hello", size: 5}`},
		{`{message: {json: {$eq: 1}}}`, `message {json: 1}`},
		{`{message: {json: {$ne: a}}}`, `message {json: anything but "a"}`},
		{`{message: {json: {$gt: 1}}}`, `message {json: more than 1}`},
		{`{message: {json: {$gte: 1}}}`, `message {json: at least 1}`},
		{`{message: {json: {$lt: 1.50}}}`, `message {json: less than 1.50}`},
		{`{message: {json: {$lte: 1}}}`, `message {json: at most 1}`},
		{`{media_ended: {duration: {$between: [1s, 2s]}}}`, `media_ended {duration: between 1s and 2s}`},
		{`{message: {json: {$in: [1, a]}}}`, `message {json: one of [1,"a"]}`},
		{`{message: {json: {a: {$exists: true}}}}`, `message {json: {a: that it is there}}`},
		{`{message: {json: {a: {$exists: false}}}}`, `message {json: {a: that it is not there}}`},
		{`{message: {json: {$approx: [10, 0.5]}}}`, `message {json: 10 ± 0.5}`},
		{`{message: {text: {$matches: "^a"}}}`, `message {text: text that matches "^a"}`},
		{`{message: {json: {$type: integer}}}`, `message {json: a value of type integer}`},
		{`{message: {json: {$schema: {type: object}}}}`, `message {json: a value that the schema allows}`},
		{`{message: {json: {$where: it > 1}}}`, `message {json: that it > 1 holds}`},
		{`{message: {json: {$not: {$gt: 1}}}}`, `message {json: not (more than 1)}`},
		{`{message: {json: {$each: {$gt: 1}}}}`, `message {json: each more than 1}`},
		{`{message: {json: {$length: 3}}}`, `message {json: length 3}`},
		{`{message: {text: {$json: 3}}}`, `message {text: JSON: 3}`},
		{`{message: {json: {$gt: 1, $lt: 3}}}`, `message {json: more than 1 and less than 3}`},
		{`{message: {json: {$all_of: [1, 2]}}}`, `message {json: 1 and 2}`},
		{`{message: {json: {$any_of: [1, 2]}}}`, `message {json: 1 or 2}`},
		{`{message: {json: {$unordered: [1, 2]}}}`, `message {json: in any order [1, 2]}`},
		{`{message: {json: {$path: {"$.a": 1, "$.b": 2}}}}`, `message {json: $["a"]: 1 and $["b"]: 2}`},
		{`{message: {json: {a: 1, b: {c: x}}}}`, `message {json: {a: 1, b: {c: "x"}}}`},
		{`{message: {json: [1, {$gt: 2}]}}`, `message {json: [1, more than 2]}`},
		{`{message: {json: {$exact: {a: 1}}}}`, `message {json: exact {"a":1}}`},
		{`{message: {text: {$starts_with: a}}}`, `message {text: starts with "a"}`},
		{`{message: {json: null}}`, `message {json: null}`},
		{"{message: " + strings.Repeat("a", 200) + "}", `message "` + strings.Repeat("a", 200) + `"`},
		{"{message: " + strings.Repeat("a", 199) + "ßa}", `message 202 octets, "` + strings.Repeat("a", 199) + `"…`},
		{"{message: {text: " + strings.Repeat("a", 201) + "}}", `message {text: 201 octets, "` + strings.Repeat("a", 200) + `"…}`},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			if got := assertions.DescribePattern(pattern(t, tt.pattern)); got != tt.want {
				t.Errorf("DescribePattern = %s, want %s", got, tt.want)
			}
		})
	}
}

// Events are named with their article. Octets and floats are shown as a person
// would write them.
func TestActual(t *testing.T) {
	for kind, want := range map[string]string{"open": "an open", "error": "an error", "message": "a message", "close": "a close"} {
		if got := assertions.Article(kind); got != want {
			t.Errorf("Article(%q) = %q, want %q", kind, got, want)
		}
	}
	m := pattern(t, `{message: {json: x}}`).Fields[0].Value
	for _, tt := range []struct {
		value any
		want  string
	}{
		{[]byte{1, 255}, "hex 01ff"},
		{make([]byte, 32), "hex " + strings.Repeat("00", 32)},
		{make([]byte, 33), "33 octets, hex " + strings.Repeat("00", 32) + "…"},
		{1e21, "1000000000000000000000"},
		{0.25, "0.25"},
		{time.Second, "1s"},
		{"a", `"a"`},
		{[]any{nil, true}, "[null,true]"},
		{make(chan int), ""},
	} {
		got := match.Match(m, tt.value, "")
		if len(got) != 1 || tt.want != "" && got[0].Actual != tt.want || got[0].Actual == "" {
			t.Errorf("Match(x, %v) = %+v, want actual %q", tt.value, got, tt.want)
		}
	}
}

// A figure is worse in the direction in which its check can fail.
func TestWorse(t *testing.T) {
	for check, want := range map[string]string{
		`{$lt: 1s}`: "more", `{$lte: 1s}`: "more", `{$gt: 1s}`: "less", `{$gte: 1s}`: "less",
		`{$gt: 1s, $lt: 2s}`: "either", `1s`: "either", `{$ne: 1s}`: "either", `{$in: [1s]}`: "either",
		`{$between: [1s, 2s]}`: "either", `{$approx: [1s, 1ms]}`: "either", `{$multiple_of: 7ms}`: "either", `{$not: {$gt: 1s}}`: "either", `{$lt: 2s, $ne: 1s}`: "either",
		`{$any_of: [{$lt: 1s}]}`: "either", `{$all_of: [{$lt: 1s}, {$lt: 2s}]}`: "more",
	} {
		m := pattern(t, `{media_ended: {duration: `+check+`}}`).Fields[0].Value
		if f := assertions.Compare(diag.Pos{}, "x", m, 500*ms, nil).Figure; f == nil || f.Worse != want {
			t.Errorf("a duration held against %s has the figure %+v, want %q worse", check, f, want)
		}
	}
	for check, want := range map[string]bool{`5`: false, `{$ne: 4}`: false, `{$multiple_of: 5}`: false, `{$multiple_of: 5, $lt: 9}`: true, `{$not: {$lt: 5}}`: true, `{$all_of: [{$gte: 5}]}`: true} {
		m := pattern(t, `{message: {json: `+check+`}}`).Fields[0].Value
		if f := assertions.Compare(diag.Pos{}, "x", m, 5, nil).Figure; (f != nil) != want {
			t.Errorf("a number held against %s has the figure %+v, want one: %v", check, f, want)
		}
	}
}
