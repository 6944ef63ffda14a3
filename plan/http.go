package plan

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// Request is what an `http` asks for.
type Request struct {
	Method  string
	URL     *url.URL
	Header  []wire.Field
	Body    []byte // nil: none
	TLS     *tls.Config
	Proxy   *url.URL
	Private wire.Private // what no other host is to see; Edit stands for the body
	Every   time.Duration
}

var plainHTTP = speech{[]string{"http", "https", "ws", "wss", "builtin"}, "an HTTP server",
	"such as https://example.com/token, or /token seen from the target", "a fragment is not sent to a server (RFC 9110 4.2.5)"}

// Request computes what an `http` asks for. boundary separates the parts of a form.
func (s *Scenario) Request(a *spec.HTTP, env expr.Env, boundary string) (*Request, error) {
	return s.in(env).request(a, boundary)
}

func (e *evaluation) request(a *spec.HTTP, boundary string) (*Request, error) {
	r := &Request{}
	var err error
	if r.URL, err = e.plainURL(&a.Request); err != nil {
		return nil, err
	}
	if r.Header, err = e.plainHeader(&a.Request); err != nil {
		return nil, err
	}
	if r.Proxy, err = e.proxy(&a.Request); err != nil {
		return nil, err
	}
	if r.TLS, err = e.tls(a.TLS); err != nil {
		return nil, err
	}
	body, err := content{e, boundary}.body(&a.Content)
	if err != nil {
		return nil, err
	}
	credentials, err := e.authorize(a.Auth, r.URL.String()+body.signed)
	if err != nil {
		return nil, err
	}
	r.Header = append(r.Header, credentials...)
	r.Private = wire.Private{Carry: a.Redirects.Secrets == "keep", Fields: e.privateFields(&a.Request, r.Header),
		Edit: e.isSecret(a.Content.Names(), string(body.octets))}
	r.Body = body.octets
	says := func(f wire.Field) bool { return strings.EqualFold(f.Name, "Content-Type") }
	if body.kind != "" && !slices.ContainsFunc(r.Header, says) {
		r.Header = append(r.Header, wire.Field{Name: "Content-Type", Value: body.kind})
	}
	if r.Method, err = e.method(a); err != nil {
		return nil, err
	}
	r.Every, err = e.every(a)
	return r, err
}

// method is that of a request: GET, unless it has a body or says another.
func (e *evaluation) method(a *spec.HTTP) (string, error) {
	method, err := a.Method.In(e.env)
	if a.HasBody() {
		return cmp.Or(method, http.MethodPost), err
	}
	return cmp.Or(method, http.MethodGet), err
}

func (e *evaluation) every(a *spec.HTTP) (time.Duration, error) {
	every, err := a.Every.Or(e.env, spec.DefaultEvery)
	if err == nil && every <= 0 {
		return 0, diag.New(a.Every.Pos, "such as 200ms", "%s is no time to wait", diag.Round(every))
	}
	return every, err
}

// plainURL is the URL to ask. That of a WebSocket stands for the same place over HTTP.
func (e *evaluation) plainURL(a *spec.Request) (*url.URL, error) {
	address, err := e.address(a, &plainHTTP)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, diag.New(a.URL.Pos, plainHTTP.hint, "%q is no URL", address)
	}
	switch u.Scheme {
	case "ws":
		u.Scheme = "http"
	case "wss":
		u.Scheme = "https"
	}
	return u, nil
}

// plainHeader is what `headers` says.
func (e *evaluation) plainHeader(a *spec.Request) ([]wire.Field, error) {
	for _, h := range a.Headers {
		if err := ownLine(h); err != nil {
			return nil, err
		}
	}
	return e.header(a)
}

// ownLine refuses the lines that say how long the body is, since net/http writes these.
func ownLine(h spec.Header) error {
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Trailer"} {
		if strings.EqualFold(h.Name, name) {
			return diag.New(h.Pos, "leave it out", "`http` writes %s by itself", h.Name)
		}
	}
	return nil
}

// body is the body of a request.
type body struct {
	octets []byte
	kind   string // its Content-Type; "" for none
	signed string // what Twilio signs of it
}

// content computes the body of a request. Its boundary separates the parts of a form.
type content struct {
	*evaluation
	boundary string
}

func (e content) body(c *spec.Content) (body, error) {
	switch {
	case c.Form != nil:
		return e.form(c)
	case c.Multipart != nil:
		return e.multipart(c)
	case !c.HasBody():
		return body{}, nil
	}
	octets, err := c.Payload.In(e.env, e.named)
	if octets == nil {
		octets = []byte{}
	}
	return body{octets: octets, kind: kindOf(&c.Payload)}, err
}

// kindOf is the Content-Type of a payload.
func kindOf(p *spec.Payload) string {
	switch p.Form {
	case "json":
		return "application/json"
	case "msgpack":
		return "application/vnd.msgpack"
	case "cbor":
		return "application/cbor"
	case "protobuf":
		return "application/x-protobuf"
	case "text":
		return "text/plain; charset=utf-8"
	case "repeat":
		return kindOf(p.Unit)
	}
	return "application/octet-stream"
}

// form is a form as browsers send it. Twilio signs its fields, sorted by name.
func (e content) form(c *spec.Content) (body, error) {
	var pairs []string
	fields := url.Values{}
	for _, f := range c.Form {
		for i := range f.Value {
			values, err := f.Value[i].All(e.env)
			if err != nil {
				return body{}, err
			}
			for _, value := range values {
				pairs = append(pairs, url.QueryEscape(f.Name)+"="+url.QueryEscape(value))
				fields.Add(f.Name, value)
			}
		}
	}
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	signed := ""
	for _, name := range names {
		for _, value := range fields[name] {
			signed += name + value
		}
	}
	return body{[]byte(strings.Join(pairs, "&")), "application/x-www-form-urlencoded", signed}, nil
}

// multipart is a form with files (RFC 7578).
func (e content) multipart(c *spec.Content) (body, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(e.boundary); err != nil {
		return body{}, err
	}
	for i := range c.Multipart {
		header, octets, err := e.part(c.Multipart[i].Name, &c.Multipart[i].Value)
		if err != nil {
			return body{}, err
		}
		to, err := w.CreatePart(header)
		if err != nil {
			return body{}, err
		}
		if _, err := to.Write(octets); err != nil {
			return body{}, err
		}
	}
	err := w.Close()
	return body{octets: b.Bytes(), kind: w.FormDataContentType()}, err
}

// part is a part of a form: its header and its content.
func (e content) part(name string, p *spec.FormPart) (textproto.MIMEHeader, []byte, error) {
	payload, err := p.Payload.Given(e.env)
	if err != nil {
		return nil, nil, err
	}
	octets, err := payload.In(e.env, e.named)
	if err != nil {
		return nil, nil, err
	}
	filename, err := e.fieldValue(&p.Filename)
	if err != nil {
		return nil, nil, err
	}
	kind, err := e.fieldValue(&p.Type)
	if err != nil {
		return nil, nil, err
	}
	if payload.Form == "file" && filename == "" {
		file, err := payload.Text.In(e.env)
		if err != nil {
			return nil, nil, err
		}
		filename = path.Base(file)
	}
	if kind == "" && (payload.Form != "text" || filename != "") {
		kind = kindOf(payload)
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, "%22", "\r", "%0D", "\n", "%0A")
	says := `form-data; name="` + quoted.Replace(name) + `"`
	if filename != "" {
		says += `; filename="` + quoted.Replace(filename) + `"`
	}
	header := textproto.MIMEHeader{"Content-Disposition": {says}}
	if kind != "" {
		header.Set("Content-Type", kind)
	}
	return header, octets, nil
}

// checkHTTP finds what is wrong with an `http` before it is sent.
func checkHTTP(c *checker, step *spec.Step, a *spec.HTTP) {
	checkRequest(c, step, &a.Request, &plainHTTP)
	e := c.b.in(c.b.staticEnv())
	for _, h := range a.Headers {
		c.complain(h.Pos, ownLine(h))
	}
	if t := a.Every.Template(); t == nil || c.b.isStatic(t) && c.computable(c.b, a.Every.Uses()) {
		_, err := e.every(a)
		c.complain(step.Pos, err)
	}
}
