package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/plan/files"
)

// Masker knows the secrets of suites as far as they can be read. It is for what is
// said before the suites are prepared, or instead of that. It is nil if there are none.
func Masker(selected []Selection, o Options) *mask.Masker {
	from := source(files.Source)
	all := from.parseAll(selected)
	return secrets.New(secretsOf(append(all, from.imported(all)...), &o))
}

// secretsOf gives the values of the secrets of all suites: what one must not show,
// another must not show either.
func secretsOf(all []parsed, o *Options) []string {
	var out []string
	for _, p := range all {
		if p.suite == nil || o.LookupEnv == nil {
			continue
		}
		for _, name := range p.suite.Secrets {
			if value, ok := o.LookupEnv(name.Text); ok && value != "" {
				out = append(out, value)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mask hides secrets in a plan and in what is complained of.
func (p *preparation) mask(out *Plan) {
	for _, s := range out.Suites {
		s.File = p.masker.String(s.spec.File)
	}
	if p.masker == nil {
		return
	}
	p.out.Rewrite(func(d *diag.Diagnostic) { secrets.Hide(d, p.masker) })
	sources := diag.Sources{}
	for name, text := range p.sources {
		var b strings.Builder
		for line := range strings.Lines(text) { // so that they keep their numbers
			end := line[len(strings.TrimRight(line, "\r\n")):]
			fmt.Fprint(&b, p.masker.String(strings.TrimSuffix(line, end)), end)
		}
		sources[p.masker.String(name)] = b.String()
	}
	out.sources = sources
	secrets.Hide(&out.Warnings, p.masker)
	secrets.Hide(&out.Notices, p.masker)
}
