package match

import (
	"context"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
)

// answer is what a matcher says of a value. If it cannot be asked, why is the
// reason. Only yes lets a check pass.
type answer struct {
	is  verdict
	why string
}

// verdict is one of three. If a question cannot be asked of a value, neither it
// nor its opposite holds. The zero value is none of the three.
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

// opposite turns yes into no and no into yes, and keeps any other answer.
func (a answer) opposite() answer {
	switch a.is {
	case is:
		return no
	case isNot:
		return yes
	}
	return a
}

// and is yes if both are yes. If one of them cannot be asked, the result cannot
// be asked either.
func (a answer) and(b answer) answer {
	if a.is == cannotAsk || a.is == isNot && b.is != cannotAsk {
		return a
	}
	return b
}

// or is yes if one of them is yes. If none is and one of them cannot be asked,
// the result cannot be asked either.
func (a answer) or(b answer) answer {
	if a.is == is || a.is == cannotAsk && b.is != is {
		return a
	}
	return b
}

// Mismatch is one path at which a value does not match.
type Mismatch struct {
	Pos      diag.Pos // place of the matcher
	Path     string
	Expected string
	Actual   string
	Why      string // why the question could not be asked; "" if it could
}

// Told gives the actual value, with the reason if it could not be asked.
func (m Mismatch) Told() string {
	if m.Why == "" {
		return m.Actual
	}
	return m.Actual + " (" + m.Why + ")"
}

// asking is one question. ctx limits its time. If tells is set, it collects what
// differs.
type asking struct {
	ctx   context.Context
	tells bool
	wrong []Mismatch
}

// quietly gives a question of which only the answer matters.
func (a *asking) quietly() *asking {
	if !a.tells {
		return a
	}
	return &asking{ctx: a.ctx}
}

// tell adds a mismatch, if they are collected.
func (a *asking) tell(m *Matcher, at *place, expected, actual, why string) {
	if a.tells {
		a.wrong = append(a.wrong, Mismatch{Pos: m.Pos, Path: at.String(), Expected: expected, Actual: actual, Why: why})
	}
}

// place is the path of a value. It becomes text only when a mismatch is told. It
// is nil if only the answer matters.
type place struct {
	up    *place
	text  string // what follows the path of up; "" for an item
	index int    // of an item
}

func (p *place) then(text string) *place {
	if p == nil {
		return nil
	}
	return &place{up: p, text: text}
}

// key gives the place of a member by the name of its key.
func (p *place) key(name string) *place {
	if !expr.IsTextKey(name) {
		return p.then("[" + expr.ShowKey(name) + "]")
	}
	return p.then("." + name)
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

// Match holds a value against a bound matcher and gives every path at which it
// does not match. No mismatch means that it matches.
func Match(m Matcher, v any, path string) []Mismatch {
	wrong, _ := MatchIn(context.Background(), m, v, path) // this context never ends
	return wrong
}

// MatchIn is [Match] with a limit of time. The error is that of ctx if it ended
// before; then the mismatches mean nothing.
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

// ask asks the question of a value. A word that looks inside the value tells
// itself what differs. For any other word this function tells it.
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
