package plan

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// Reply is what an endpoint answers over plain HTTP.
type Reply struct {
	Status int
	Header []wire.Field
	Body   []byte
}

// Reply computes the answer to a request: that of the first route whose path and method
// are asked for. Without one it is 404, or 405 if only the method is another.
func (s *Scenario) Reply(routes []spec.Route, method, path string, env expr.Env) (Reply, error) {
	e := s.in(env)
	var others []string // methods that the path has
	for i := range routes {
		r := &routes[i]
		want, err := r.Path.In(env)
		if err != nil {
			return Reply{}, err
		}
		if !isPath(want, path) {
			continue
		}
		allowed, err := r.Method.In(env)
		if err != nil {
			return Reply{}, err
		}
		if allowed == "" || strings.EqualFold(allowed, method) {
			return e.reply(r)
		}
		others = append(others, strings.ToUpper(allowed))
	}
	if others != nil {
		return Reply{http.StatusMethodNotAllowed, []wire.Field{{Name: "Allow", Value: strings.Join(slices.Compact(others), ", ")}}, nil}, nil
	}
	return Reply{http.StatusNotFound, []wire.Field{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}},
		fmt.Appendf(nil, "no route has the path %s\n", path)}, nil
}

// isPath reports whether a path is the one of a route.
func isPath(route, path string) bool {
	if begin, ok := strings.CutSuffix(route, "*"); ok {
		return strings.HasPrefix(path, begin)
	}
	return route == path
}

func (e *evaluation) reply(r *spec.Route) (Reply, error) {
	status, err := r.Status.Or(e.env, http.StatusOK)
	if err != nil {
		return Reply{}, err
	}
	out := Reply{Status: status}
	for _, h := range r.Headers {
		lines, err := e.fields(h)
		if err != nil {
			return out, err
		}
		out.Header = append(out.Header, lines...)
	}
	if r.Form == "" {
		return out, nil
	}
	says := func(f wire.Field) bool { return strings.EqualFold(f.Name, "Content-Type") }
	if !slices.ContainsFunc(out.Header, says) {
		out.Header = append(out.Header, wire.Field{Name: "Content-Type", Value: kindOf(&r.Payload)})
	}
	out.Body, err = r.Payload.In(e.env, e.named)
	return out, err
}

// routes checks the routes of an endpoint. They are computed when a request comes, so any
// step may have made what they name.
func (c *checker) routes(routes []spec.Route) {
	scope := c.scope
	c.scope = append(slices.Clip(scope), "event")
	defer func() { c.scope = scope }()
	for i := range routes {
		r := &routes[i]
		for _, t := range r.Texts {
			around(c, t.Uses)
		}
		foreseeBeside(c, r.Texts, true)
		c.payload(&r.Payload)
		for _, h := range r.Headers {
			if !isToken(h.Name) {
				c.complain(h.Pos, diag.New(h.Pos, "letters, digits and !#$%&'*+-.^_`|~", "%q is no name of a header", h.Name))
			}
		}
	}
}
