package plan

import (
	"slices"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/spec"
)

// taint gives what teaches m the values that are computed from a secret where these names
// are seen. It gives nil if there are no secrets.
func (s *Scenario) taint(names expr.Object, m *mask.Masker) func([]expr.Ref, any) {
	if m == nil {
		return nil
	}
	return func(from []expr.Ref, v any) {
		if slices.ContainsFunc(from, func(r expr.Ref) bool { return s.namesSecret(r.Path) || s.handsOn(names, r.Path) }) {
			secrets.Learn(m, v)
		}
	}
}

// carriers are the names that hand on what a suite computed. Messages are not looked at,
// since they may be long.
var carriers = map[string]bool{"vars": true, "matrix": true, "args": true, "each": true, "conn": true}

// handsOn reports whether a chain of names stands for something that holds a secret.
func (s *Scenario) handsOn(names expr.Object, path []string) bool {
	return carriers[path[0]] && secrets.Reveals(s.masker, valueOf(names, path))
}

// namesSecret reports whether a chain of names is that of a secret, or of a variable that
// was computed from one.
func (s *Scenario) namesSecret(path []string) bool {
	hidden := s.Suite.spec.Secrets
	if len(path) < 2 {
		return len(hidden) > 0 && len(path) == 1 && path[0] == "env"
	}
	return path[0] == "env" && slices.ContainsFunc(hidden, func(n spec.Name) bool { return n.Text == path[1] }) || path[0] == "vars" && s.tainted[path[1]]
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
