package plan

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/protobuf"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// messageNamed gives a message that a suite names. It complains if there is none of that name.
func messageNamed(c *checker, pos diag.Pos, name string) *protobuf.Message {
	m, err := c.suite.messages.of(name)
	c.complain(pos, err)
	return m
}

// loadMatcher loads the message of a $protobuf.
func loadMatcher(c *checker, m *match.Matcher) {
	if found := messageNamed(c, m.Proto.Pos, m.Proto.Name); found != nil {
		m.Load(found, c.out)
	}
}

// checkPacked loads the message of a payload, and complains if what is known of the payload cannot be written.
func checkPacked(c *checker, p *spec.Payload) {
	switch p.Form {
	case "repeat":
		checkPacked(c, p.Unit)
	case "protobuf":
		if found := messageNamed(c, p.Proto.Pos, p.Proto.Name); found != nil {
			before := c.out.Len()
			if p.Load(found, c.out); c.out.Len() == before {
				checkWritable(c, p)
			}
		}
	case "msgpack", "cbor":
		checkWritable(c, p)
	}
	c.b.Wants.payload(p)
}

// checkWritable complains of a payload whose parts are all known, if it cannot be written.
func checkWritable(c *checker, p *spec.Payload) {
	texts := p.Data.Interpolations()
	for _, t := range texts {
		if !c.b.isStatic(t.Template) || !c.computable(c.b, t.Uses) {
			return
		}
	}
	if len(texts) > 0 {
		_, err := p.In(c.b.staticEnv(), nil)
		c.complain(p.Pos, err)
	}
}
