package runner

import (
	"bytes"
	"slices"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/spec"
)

// What is computed from a secret is one, too, and so is each part of it: a server may give
// back the signature alone of `key=${…}`.

// envOf is an environment of what can be computed before anything is dialled.
func (b *binding) envOf(names expr.Object) expr.Env {
	return expr.Env{Names: names, Computed: b.taint(names, b.shared), Budget: b.budget}
}

// taint gives what masks the values that are computed from a secret where these names are
// seen; nil if there are no secrets.
func (b *binding) taint(names expr.Object, m *mask.Masker) func([]expr.Ref, any) {
	if m == nil {
		return nil
	}
	return func(from []expr.Ref, v any) {
		if slices.ContainsFunc(from, func(r expr.Ref) bool { return b.namesSecret(r.Path) || b.handsOn(names, r.Path) }) {
			learn(m, v)
		}
	}
}

// carriers are the names that hand on what a suite computed. What comes of messages is not
// looked at, for it may be long.
var carriers = map[string]bool{"vars": true, "matrix": true, "args": true, "each": true}

// handsOn reports whether a chain of names stands for what holds a secret.
func (b *binding) handsOn(names expr.Object, path []string) bool {
	return carriers[path[0]] && b.reveals(valueOf(names, path))
}

// namesSecret reports whether a chain of names is that of a secret, or of a
// variable that was computed from one.
func (b *binding) namesSecret(path []string) bool {
	if len(path) < 2 {
		return len(b.suite.Secrets) > 0 && len(path) == 1 && path[0] == "env"
	}
	return path[0] == "env" && slices.ContainsFunc(b.suite.Secrets, func(s spec.Name) bool { return s.Text == path[1] }) || path[0] == "vars" && b.tainted[path[1]]
}

// valueOf gives what a chain of names stands for, as far as it leads anywhere.
func valueOf(names expr.Object, path []string) any {
	var v any = names
	for _, name := range path {
		var next any
		switch of := v.(type) {
		case *expr.Mapping:
			next, _ = of.Get(name)
		case expr.Object:
			next, _ = of.Member(name)
		default:
			return v
		}
		v = next
	}
	return v
}

// reveals reports whether a value holds a secret, or what was computed from one.
func (b *binding) reveals(v any) bool {
	text, ok := v.(string)
	if !ok {
		var out bytes.Buffer
		if expr.AppendJSON(&out, expr.Plain(v)) != nil {
			return false
		}
		text = out.String()
	}
	return b.masker.String(text) != text
}

// learn masks a value and all that it holds, but for the names of its keys. What is too
// short to be masked is too short to be told from other text. Of what holds a secret that is
// known, the rest is none.
func learn(m *mask.Masker, v any) {
	if m == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			learn(m, item)
		}
	case *expr.Mapping:
		for _, item := range v.All() {
			learn(m, item)
		}
	case []byte:
		learnText(m, string(v))
	default:
		if text, err := expr.Text(v); err == nil {
			learnText(m, text)
		}
	}
}

func learnText(m *mask.Masker, text string) {
	if m.String(text) == text {
		_ = m.Add(text)
	}
}
