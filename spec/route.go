package spec

import (
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Route is what an endpoint answers to some requests over plain HTTP. What is computed may
// name the request as `event`.
type Route struct {
	Pos     diag.Pos
	Path    Value[string] // without a query; a * at its end stands for any rest
	Method  Value[string] // any if it is not set
	Status  Value[int]
	Headers []Header
	Payload
	Texts []value.Interpolation // its scalars that hold ${…}
}

func routesShape(into *[]Route) yamldoc.Shape {
	routes := yamldoc.List(into, yamldoc.Map[Route])
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Sequence && len(n.Items) == 0 {
			yamldoc.Expected(n, "a list of routes", out)
		}
		routes.Decode(n, out)
	}, routes.Describe)
}

// Keys names the keys of a route.
func (r *Route) Keys(k *yamldoc.Keys) {
	n := k.Node()
	k.Key("path", Text(&r.Path), "The path that must be asked for, without its query; a * at its end stands for any rest.", yamldoc.Required)
	k.Key("method", valueShape(&r.Method, methodUnit), "The method that must be asked for; default: any.")
	k.Key("status", valueShape(&r.Status, routeStatus), "The status of the answer (200).")
	k.Key("headers", yamldoc.Dict(&r.Headers, textOrTexts), "Lines of the answer; one that names one of ours replaces it.")
	r.Payload.Keys(k)
	if n != nil {
		r.Pos, r.Texts = n.Pos, value.InterpolationsOf(n)
	}
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if path, ok := r.Path.Known(); ok && !strings.HasPrefix(path, "/") {
			out.Hintf(r.Path.Pos, "such as /token", "%q is no path", path)
		}
		if r.contents > 1 {
			out.Hintf(n.Pos, "one of text, json, msgpack, cbor, protobuf, hex, base64, file, repeat", "an answer has at most one body, found %d", r.contents)
			return
		}
		r.checkSize(n, out)
	})
}

// routeStatus reads the status of a final answer.
var routeStatus = unit[int]{"a status, such as 404", func(s string) (int, error) {
	v, err := statusUnit.read(s)
	if err == nil && v < 200 {
		return 0, diag.Hinted("three digits: 200 to 999", "%d is no status of a final answer", v)
	}
	return v, err
}}
