package plan

import (
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// reference checks what a stream is compared with: a label, or else a source.
func (c *checker) reference(s *spec.Source) {
	name, ok := s.File.Known()
	if !ok || expr.CheckName(name) != nil {
		c.source(s)
		return
	}
	if !c.labels.lacks(name) {
		return
	}
	if _, err := c.clip(&s.File); err != nil {
		c.missing(c.labels, s.File.Pos, name, "read %q: %v", name, err)
	}
}

// source reads the WAV files of a source.
func (c *checker) source(a *spec.Source) {
	if a.Kind == "file" {
		if path, err := c.clip(&a.File); err != nil {
			c.out.Addf(a.File.Pos, "read %q: %v", path, err)
		}
	}
	for i := range a.List {
		c.source(&a.List[i])
	}
}

// clip reads a WAV file, if its name is known before anything is dialled.
func (c *checker) clip(from *spec.Value[string]) (string, error) {
	if t := from.Template(); t != nil && !c.b.isStatic(t) {
		return "", nil // it depends on what happens; it is read when it is needed
	}
	path, err := from.In(c.b.staticEnv())
	if err != nil {
		return "", nil // likewise
	}
	clip, err := c.files.Clip(c.suite.spec.File, path)
	for _, w := range clip.Warnings {
		c.warnings = append(c.warnings, diag.Diagnostic{Pos: from.Pos, Message: fmt.Sprintf("%q: %s", path, w)})
	}
	return path, err
}
