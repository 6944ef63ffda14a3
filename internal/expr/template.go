package expr

import (
	"slices"
	"strings"
)

// Template is text with ${…} in it. `$$` stands for `$`. Any other `$` stands
// for itself.
type Template struct {
	parts []part
	uses
	alone bool        // it is one ${…} and nothing else
	each  []*Template // its ${…} if there are several, each as a text of its own
}

// part is text, or an expression if node is not nil.
type part struct {
	span
	text string
	node node
}

// Parse reads a text with any number of ${…} in it. The error is an *Error.
func Parse(src string, scope Scope) (*Template, error) {
	t := &Template{}
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			t.parts = append(t.parts, part{text: plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(src); {
		switch {
		case strings.HasPrefix(src[i:], "$$"):
			plain.WriteByte('$')
			i += 2
		case strings.HasPrefix(src[i:], "${"):
			flush()
			s, err := scan(src, i+2, true)
			if err != nil {
				return nil, err
			}
			n, used, err := compile(s, i+2, scope)
			if err != nil {
				return nil, err
			}
			p := part{span: span{i, s.pos + 1 - i}, node: n}
			t.parts = append(t.parts, p)
			t.each = append(t.each, &Template{parts: []part{p}, uses: used})
			t.refs = append(t.refs, used.refs...)
			t.calls = append(t.calls, used.calls...)
			t.varies = t.varies || used.varies
			i = s.pos + 1
		default:
			n := strings.IndexByte(src[i+1:], '$') + 1
			if n == 0 {
				n = len(src) - i
			}
			plain.WriteString(src[i : i+n])
			i += n
		}
	}
	flush()
	t.alone = len(t.parts) == 1 && t.parts[0].node != nil
	if len(t.each) == 1 {
		t.each = nil
	}
	return t, nil
}

// Each gives the ${…} of a text, each as a text of its own. Their places are those in the whole text.
func (t *Template) Each() []*Template {
	if t.each == nil {
		return []*Template{t}
	}
	return t.each
}

// Constant gives the text of a template without ${…}, in which each `$$` has
// become `$`. It gives false if there is a ${…}.
func (t *Template) Constant() (string, bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].node == nil:
		return t.parts[0].text, true
	}
	return "", false
}

// Chain gives the chain of names if the template is one ${…} that is nothing but such a
// chain, as in ${args.reply.id}. Otherwise it gives nil.
func (t *Template) Chain() []string {
	if !t.alone {
		return nil
	}
	if ref := refOf(t.parts[0].node); ref != nil {
		return slices.Clone(ref.Path)
	}
	return nil
}

// Eval evaluates every ${…} from left to right. A template that is only one ${…}
// gives its value. Any other gives text; a value without a text form (see
// [Text]) is then an error. The error is an *Error.
func (t *Template) Eval(env Env) (any, error) {
	if s, ok := t.Constant(); ok {
		return s, nil
	}
	v, err := t.eval(newEvaluation(env))
	if err != nil {
		return nil, err
	}
	env.tell(t.uses.refs, v)
	return v, nil
}

func (t *Template) eval(ev *evaluation) (any, *Error) {
	if t.alone {
		v, err := t.parts[0].node.eval(ev)
		return plain(v), err
	}
	var out strings.Builder
	for _, p := range t.parts {
		s, err := p.eval(ev)
		if err != nil {
			return nil, err
		}
		out.WriteString(s)
	}
	return out.String(), nil
}

func (p part) eval(ev *evaluation) (string, *Error) {
	if p.node == nil {
		return p.text, nil
	}
	v, err := p.node.eval(ev)
	if err != nil {
		return "", err
	}
	s, problem := Text(v)
	if problem == nil {
		problem = ev.charge(len(s))
	}
	if problem != nil {
		return "", p.errorf("%s", problem)
	}
	return s, nil
}
