package plan

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

// bindTarget computes what a connect dials that says no address, or "" if there is none. It reports
// whether that is certain.
func (b *binder) bindTarget(out *draft) (string, bool) {
	if b.options.Target != "" {
		return b.options.Target, true
	}
	if out.Spec.Target.IsSet() {
		b.bindMovingTarget(out, &b.suite.spec.Target) // which nobody dials here
	}
	v := out.target()
	if v == nil {
		return "", !b.suite.spec.Doubt.Wrong && !out.Spec.Doubt.Wrong
	}
	if t := v.Template(); t != nil {
		out.lacks = slices.DeleteFunc(v.Uses().Refs, func(r value.Reference) bool { return !elsewhere(b, out, r) })
	}
	if t := v.Template(); t != nil && (len(out.lacks) > 0 || !out.isStatic(t)) {
		out.moving = b.bindMovingTarget(out, v)
		return "", out.moving
	}
	target, ok := compute(b, out, v, "")
	if !ok {
		return "", false
	}
	if problem := CheckTarget(target); problem != nil {
		problem.Pos = v.Pos
		b.out.Add(*problem)
		return "", false
	}
	return target, true
}

// CheckTarget gives what is wrong with a target, without a place; nil if nothing is.
func CheckTarget(text string) *diag.Diagnostic {
	if isAddress(text) {
		return nil
	}
	hint := "such as ws://127.0.0.1:8080/path or builtin://echo"
	better := "ws://" + text
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		better = strings.Replace(scheme, "http", "ws", 1) + "://" + rest
	}
	if isAddress(better) {
		hint = fmt.Sprintf("did you mean %q?", better)
	}
	d := diag.New(diag.Pos{}, hint, "%q is no address of a WebSocket server", text)
	return &d
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"ws", "wss", "builtin"}, u.Scheme)
}

// bindMovingTarget checks the names in a target that is known only when it is dialled.
func (b *binder) bindMovingTarget(out *draft, v *spec.Value[string]) bool {
	before := b.out.Len()
	for _, r := range v.Uses().Refs {
		if root := r.Path[0]; out.known[root] == nil {
			b.out.Because("target names "+root, diag.New(r.Pos, "a target can name vars, env, matrix, endpoints and services", "there is no %q here", root))
		}
	}
	b.perhapsLater(out, here(b, out, v.Uses()))
	return b.out.Len() == before
}

// nameOf is the name of the testcase. It ends in the row of the matrix, unless the suite
// computes it.
func (b *binder) nameOf(out *draft) string {
	name := out.Spec.Name
	b.spend(out.Spec.Pos, len(name)/perLetters)
	if !strings.Contains(name, "${") {
		if out.row == nil {
			return name
		}
		return name + " " + out.row.Label()
	}
	t, err := expr.Parse(name, expr.Scope{})
	if err != nil {
		b.out.Addf(out.Spec.Pos, "%v", err)
		return name
	}
	uses := value.Uses{}
	for _, r := range t.Refs() {
		uses.Refs = append(uses.Refs, value.Reference{Pos: out.Spec.Pos, Path: r.Path})
	}
	if !b.computable(out, uses) {
		return name
	}
	v, err := t.Eval(out.staticEnv())
	if err != nil {
		b.complain(out.Spec.Pos, err)
		return name
	}
	text, err := expr.Text(v)
	if err != nil {
		b.complain(out.Spec.Pos, err)
	}
	return text
}
