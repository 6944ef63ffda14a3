package assertions_test

import (
	"testing"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/trace"
)

// An operand that cannot be asked for makes no statement, under $not neither.
// One that is computed may be of any kind: --var gives text.
func TestNotOfAnImpossibleOperand(t *testing.T) {
	names := expr.Map{"vars": expr.Map{"n": "3", "m": "a", "low": 1, "high": 3}}
	tests := []struct{ pattern, event string }{
		{`{message: {json: {$not: {$contains: 5}}}}`, `"5"`},
		{`{message: {json: {$not: {$length: {$gt: "${vars.n}"}}}}}`, `"long text"`},
		{`{message: {json: {$not: {$in: "${vars.m}"}}}}`, `"a"`},
		{`{message: {json: {$not: {$between: ["${vars.high}", "${vars.low}"]}}}}`, `2`},
		{`{message: {json: {$not: {$each: {$gt: 9}}}}}`, `5`},
		{`{message: {json: {$not: {$unordered: [1]}}}}`, `{"a": 1}`},
		{`{message: {json: {$not: {$json: 1}}}}`, `5`},
	}
	for _, tt := range tests {
		p := patternIn(t, tt.pattern, names)
		if wrong := assertions.MatchEvent(p, trace.Event{Detail: text(tt.event)}); len(wrong) == 0 {
			t.Errorf("%s holds for %s", tt.pattern, tt.event)
		}
	}
}

// What can be asked, and is not so, holds under $not.
func TestNotOfAPossibleOperand(t *testing.T) {
	for pattern, event := range map[string]string{
		`{message: {json: {$not: {$in: [a, b]}}}}`:      `"c"`,
		`{message: {json: {$not: {$between: [1, 1]}}}}`: `2`,
		`{message: {json: {$not: {$each: 1}}}}`:         `[]`,
		`{message: {json: {$not: [1]}}}`:                `5`,
		`{message: {json: {$not: {$json: 1}}}}`:         `"no JSON"`,
	} {
		if wrong := assertions.MatchEvent(patternIn(t, pattern, nil), trace.Event{Detail: text(event)}); len(wrong) > 0 {
			t.Errorf("%s: %v", pattern, wrong)
		}
	}
}

// Header lines are compared by name, not as a whole: that they differ from an
// object says nothing.
func TestWholeHeaders(t *testing.T) {
	open := trace.Event{Detail: &trace.Open{Headers: []trace.Header{{Name: "Server", Value: "x"}}}}
	for _, pattern := range []string{
		`{open: {headers: {$ne: {server: x}}}}`,
		`{open: {headers: {$not: {$eq: {server: x}}}}}`,
		`{open: {headers: {$not: {$ne: {server: x}}}}}`,
		`{open: {headers: {$not: {$in: [{server: x}]}}}}`,
		`{open: {headers: {$not: {$exact: {server: x}}}}}`,
	} {
		if wrong := assertions.MatchEvent(patternIn(t, pattern, nil), open); len(wrong) == 0 {
			t.Errorf("%s holds", pattern)
		}
	}
	if wrong := assertions.MatchEvent(patternIn(t, `{open: {headers: {server: {$ne: y}}}}`, nil), open); len(wrong) > 0 {
		t.Errorf("a single header: %v", wrong)
	}
}
