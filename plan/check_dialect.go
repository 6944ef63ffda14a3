package plan

import (
	"path/filepath"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
)

// dialect finds a dialect by name, or reads it from its file.
func (c *checker) dialect(d *spec.Dialect) {
	if !d.IsSet() || c.b.dialects[d.Name] != nil {
		return
	}
	if found := c.findDialect(d); found != nil {
		c.b.dialects[d.Name] = found
	}
}

// opening checks the values for the opening of a dialect.
func (c *checker) opening(d *spec.Dialect, dials bool) {
	found := c.b.dialects[d.Name]
	if found == nil {
		return // none was said, or there is a complaint
	}
	for _, v := range d.Values {
		for _, t := range v.Value.Interpolations() {
			if c.b.aside {
				c.uses(t.Uses)
			}
			if !c.b.isStatic(t.Template) {
				return // the step will see
			}
		}
	}
	values, err := d.In(c.b.staticEnv())
	if err != nil {
		return // likewise
	}
	_, err = found.Flow(roleOf(found, d, dials), dialect.Options{Vars: values})
	c.complain(d.Pos, err)
}

// findDialect gives the dialect that a suite names, by its name or by its file.
func (b *binder) findDialect(d *spec.Dialect) *dialect.Dialect {
	if ext := filepath.Ext(d.Name); ext != ".yaml" && ext != ".yml" && !strings.Contains(d.Name, "/") {
		found, err := dialect.Builtin(d.Name)
		if err != nil {
			b.out.Add(diag.New(d.Pos, diag.DidYouMean(d.Name, dialect.Names()), "unknown dialect %q", d.Name))
		}
		return found
	}
	data, err := b.files.Read(b.suite.spec.File, d.Name)
	if err != nil {
		b.out.Add(diag.New(d.Pos, rootHint, "read %q: %v", d.Name, err))
		return nil
	}
	path := d.Name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(b.suite.spec.File), path)
	}
	b.sources[path] = string(data)
	var wrong diag.List
	found := dialect.Parse(path, string(data), &wrong)
	for _, c := range wrong.Sorted() {
		b.out.Add(c)
	}
	if !wrong.Empty() {
		return nil
	}
	return found
}
