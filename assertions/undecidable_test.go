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
	names := expr.Map{"vars": expr.Map{"n": "3", "m": "a"}}
	tests := []struct{ pattern, event string }{
		{`{message: {json: {$not: {$contains: 5}}}}`, `"5"`},
		{`{message: {json: {$not: {$length: {$gt: "${vars.n}"}}}}}`, `"long text"`},
		{`{message: {json: {$not: {$in: "${vars.m}"}}}}`, `"a"`},
	}
	for _, tt := range tests {
		p := patternIn(t, tt.pattern, names)
		if wrong := assertions.MatchEvent(p, trace.Event{Detail: text(tt.event)}); len(wrong) == 0 {
			t.Errorf("%s holds for %s", tt.pattern, tt.event)
		}
	}
}
