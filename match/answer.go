package match

import (
	"context"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
)

// answer is what a matcher says of a value. One that cannot be asked says why.
// Only yes lets a check pass.
type answer struct {
	is  verdict
	why string
}

// verdict is one of three: a question that cannot be asked of a value has no
// answer, so its opposite does not hold either. The zero value is none of them.
type verdict uint8

const (
	isNot verdict = iota + 1
	is
	cannotAsk
)

var yes, no = answer{is: is}, answer{is: isNot}

func cannot(why string) answer { return answer{cannotAsk, why} }

func answerOf(holds bool) answer {
	if holds {
		return yes
	}
	return no
}

// opposite turns yes and no around, and nothing else.
func (a answer) opposite() answer {
	switch a.is {
	case is:
		return no
	case isNot:
		return yes
	}
	return a
}

// and is yes if both are, and cannot be asked if either cannot.
func (a answer) and(b answer) answer {
	if a.is == cannotAsk || a.is == isNot && b.is != cannotAsk {
		return a
	}
	return b
}

// or is yes if either is; else it cannot be asked if either cannot.
func (a answer) or(b answer) answer {
	if a.is == is || a.is == cannotAsk && b.is != is {
		return a
	}
	return b
}

// Mismatch is one path at which a value is not what was asked for.
type Mismatch struct {
	Pos      diag.Pos // of the matcher
	Path     string
	Expected string
	Actual   string
	Why      string // why it could not be asked; "" where it could
}

// Told is the actual value, with the reason if nothing could be asked of it.
func (m Mismatch) Told() string {
	if m.Why == "" {
		return m.Actual
	}
	return m.Actual + " (" + m.Why + ")"
}

// asking is one question: for how long it may be thought about, and what differs,
// unless only the answer is asked for.
type asking struct {
	ctx   context.Context
	tells bool
	wrong []Mismatch
}

// quietly asks a part of the question for its answer alone.
func (a *asking) quietly() *asking {
	if !a.tells {
		return a
	}
	return &asking{ctx: a.ctx}
}

// tell says what differs, if that is asked for.
func (a *asking) tell(m *Matcher, at *place, expected, actual, why string) {
	if a.tells {
		a.wrong = append(a.wrong, Mismatch{Pos: m.Pos, Path: at.String(), Expected: expected, Actual: actual, Why: why})
	}
}

// place is the path of a value, made into text only where it is told. It is nil
// where only the answer is asked for.
type place struct {
	up    *place
	text  string // what stands behind the path of up
	index int    // of an item, where text is ""
}

func (p *place) then(text string) *place {
	if p == nil {
		return nil
	}
	return &place{up: p, text: text}
}

func (p *place) item(i int) *place {
	if p == nil {
		return nil
	}
	return &place{up: p, index: i}
}

func (p *place) String() string {
	if p.up == nil {
		return p.text
	}
	path := p.up.String()
	switch {
	case p.text == "":
		return path + "[" + strconv.Itoa(p.index) + "]"
	case path == "":
		return strings.TrimPrefix(p.text, ".")
	}
	return path + p.text
}

// Match holds a value against a bound matcher and gives every path at which
// they differ; none means that it matches.
func Match(m Matcher, v any, path string) []Mismatch {
	wrong, _ := MatchIn(context.Background(), m, v, path) // which never ends
	return wrong
}

// MatchIn is [Match] for no longer than ctx allows. The error is that of ctx:
// then nothing is known.
func MatchIn(ctx context.Context, m Matcher, v any, path string) ([]Mismatch, error) {
	to := asking{ctx: ctx, tells: true}
	m.ask(v, &place{text: path}, &to)
	return to.wrong, ctx.Err()
}

// Holds reports whether a value matches.
func (m *Matcher) Holds(v any) bool { return m.answer(v).is == is }

func (m *Matcher) answer(v any) answer {
	return m.ask(v, nil, &asking{ctx: context.Background()})
}

// ask asks a value. What differs is told by the word itself if it looks inside
// the value, else in one line.
func (m *Matcher) ask(v any, at *place, to *asking) answer {
	if !m.IsSet() {
		m = &Matcher{row: unsetRow}
	}
	told := len(to.wrong)
	var a answer
	v = m.row.seen(v)
	kind := KindOf(v)
	switch {
	case kind&m.row.of != 0:
		a = m.row.ask(m, v, at, to)
	case kind&(m.row.no|Missing) != 0:
		a = no
	default:
		a = cannot(m.name() + " cannot be asked of " + kind.String())
	}
	if !to.tells || a.is == is || len(to.wrong) > told {
		return a
	}
	expected := m.row.want
	if expected == "" {
		expected = Describe(*m)
	}
	to.tell(m, at, expected, Show(v), a.why)
	return a
}
