package session

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Asking is a request over plain HTTP, ready to be sent.
type Asking struct {
	Method    string
	URL       *url.URL // http or https
	Header    []wire.Field
	Body      []byte
	Redirects int          // how many are followed
	Private   wire.Private // what no other host is to see; Edit stands for the body
	TLS       *tls.Config
	Proxy     *url.URL
	NetDial   func(ctx context.Context, network, addr string) (net.Conn, error) // nil: TCP
}

// maxBody is how many octets of the body of a request or an answer are taken.
const maxBody = 64 << 20

// maxHead is how many octets of an answer's head are taken.
const maxHead = 64 << 10

// Client asks over plain HTTP. Each request and each answer becomes an event of
// the log. It is for one goroutine.
type Client struct {
	asking    Asking
	log       *Log
	transport *http.Transport
}

// NewClient gives a client for a request. The caller closes it.
func NewClient(a Asking, log *Log) *Client {
	dial := func(ctx context.Context, _, addr string) (net.Conn, error) {
		return wire.DialPlain(ctx, a.NetDial, addr, a.Proxy != nil)
	}
	secured := func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return wire.SecurePlain(ctx, nc, a.TLS, addr)
	}
	t := &http.Transport{DialContext: dial, DialTLSContext: secured, TLSClientConfig: a.TLS, DisableCompression: true, MaxResponseHeaderBytes: maxHead}
	if a.Proxy != nil {
		t.Proxy = http.ProxyURL(a.Proxy)
	}
	return &Client{a, log, t}
}

// Close ends the TCP connections that the client has kept.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Ask sends the request, follows redirects, and gives the event of the last answer.
// If no answer came, the error is a [*wire.DialError], and the event says so too.
func (c *Client) Ask(ctx context.Context) (trace.Event, error) {
	h := hop{Asking: c.asking}
	for followed := 0; ; followed++ {
		ev, header, err := c.send(ctx, &h)
		if err != nil {
			return ev, err
		}
		status := ev.Detail.(*trace.Answer).Status
		if followed == c.asking.Redirects || !isRedirect(status) || !h.follow(status, header.Get("Location")) {
			return ev, nil
		}
	}
}

func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

// hop is a request as it is sent to one host.
type hop struct {
	Asking
	withheld []string // names of lines that are not sent to this host
}

// follow turns to the target of a redirect. It reports false if there is none, and
// if the request would take a secret to another host.
func (h *hop) follow(status int, location string) bool {
	next, err := h.URL.Parse(location)
	if err != nil || location == "" || next.Scheme != "http" && next.Scheme != "https" || next.Host == "" {
		return false
	}
	next.Fragment = ""
	if keeps := status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect; !keeps && h.Method != http.MethodHead {
		h.Method, h.Body = http.MethodGet, nil // RFC 9110 15.4.4
		h.Header = slices.DeleteFunc(slices.Clone(h.Header), func(f wire.Field) bool { return strings.EqualFold(f.Name, "Content-Type") })
	}
	if !wire.SameHost(h.URL, next) {
		if h.Private.Edit && h.Body != nil && !h.Private.Carry {
			return false
		}
		h.withhold()
	}
	h.URL = next
	return true
}

// withhold leaves out the lines that another host must not see.
func (h *hop) withhold() {
	h.Header = slices.DeleteFunc(slices.Clone(h.Header), func(f wire.Field) bool {
		private := h.Private.Has(f.Name)
		if private && !slices.Contains(h.withheld, f.Name) {
			h.withheld = append(h.withheld, f.Name)
		}
		return private
	})
	if h.URL.User != nil && !slices.Contains(h.withheld, "Authorization") {
		h.withheld = append(h.withheld, "Authorization")
	}
}

// request makes the request of net/http.
func (h *hop) request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, h.Method, h.URL.String(), bytes.NewReader(h.Body))
	if err != nil {
		return nil, err
	}
	if h.Body == nil {
		r.Body, r.GetBody = http.NoBody, nil
	}
	r.Header.Set("User-Agent", "duologue")
	own := map[string]bool{}
	for _, f := range h.Header {
		name := http.CanonicalHeaderKey(f.Name)
		switch {
		case name == "Host":
			r.Host = f.Value
			continue
		case !own[name]:
			r.Header.Del(name)
		}
		own[name] = true
		r.Header[name] = append(r.Header[name], f.Value)
	}
	if u := h.URL.User; u != nil && !own["Authorization"] {
		password, _ := u.Password()
		r.SetBasicAuth(u.Username(), password)
	}
	return r, nil
}

// send makes one request and waits for its answer.
func (c *Client) send(ctx context.Context, h *hop) (trace.Event, http.Header, error) {
	begin := c.log.Offset(time.Now())
	c.log.Add(trace.Event{At: begin, Sent: true, Detail: &trace.Request{Method: h.Method, URL: withoutUser(h.URL.String()),
		Headers: headers(h.Header), Body: h.Body, Size: len(h.Body), Withheld: slices.Clone(h.withheld)}})
	answer, header, err := c.exchange(ctx, h)
	at := c.log.Offset(time.Now())
	if err != nil {
		answer = &trace.Answer{Error: Why(err)}
	}
	answer.Took = at - begin
	ev := c.log.Add(trace.Event{At: at, Detail: answer})
	if err != nil {
		return ev, nil, err
	}
	return ev, header, nil
}

// exchange is the request and the whole answer.
func (c *Client) exchange(ctx context.Context, h *hop) (*trace.Answer, http.Header, *wire.DialError) {
	r, err := h.request(ctx)
	if err != nil {
		return nil, nil, &wire.DialError{Kind: wire.KindInvalid, Err: err}
	}
	got, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, nil, unanswered(ctx, "no answer", err)
	}
	defer func() { _ = got.Body.Close() }()
	if got.StatusCode == http.StatusSwitchingProtocols { // what follows is no body
		return &trace.Answer{Status: got.StatusCode, Headers: lines(got.Header)}, got.Header, nil
	}
	body := counted{from: got.Body, log: c.log}
	defer body.release()
	data, err := io.ReadAll(&body)
	if err != nil {
		return nil, nil, unanswered(ctx, fmt.Sprintf("the answer %s is not whole", got.Status), err)
	}
	return &trace.Answer{Status: got.StatusCode, Headers: lines(got.Header), Body: data, Size: len(data)}, got.Header, nil
}

// Why says in words why no answer came.
func Why(err *wire.DialError) string {
	if err.Kind == wire.KindHandshake { // there is none
		return err.Err.Error()
	}
	return err.Kind + ": " + err.Err.Error()
}

// unanswered says why no answer came.
func unanswered(ctx context.Context, what string, err error) *wire.DialError {
	var bad *wire.DialError
	if errors.As(err, &bad) && ctx.Err() == nil {
		return bad
	}
	return wire.Failed(ctx, what, err)
}

// lines lists header lines by name, since net/http does not keep their order.
func lines(h http.Header) []trace.Header {
	var out []trace.Header
	for name, values := range h {
		for _, v := range values {
			out = append(out, trace.Header{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(out, func(a, b trace.Header) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// counted reads a body as far as we may hold it.
type counted struct {
	from io.Reader
	log  *Log
	held int
}

// Read counts the octets that it gives.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.held += n
	switch {
	case c.held > maxBody:
		return n, &wire.DialError{Kind: wire.KindLimit, Rule: "body", Err: fmt.Errorf("the body has more than %d octets", maxBody)}
	case !c.log.counts(n):
		return n, &wire.DialError{Kind: wire.KindLimit, Rule: wire.LimitMemory, Err: errors.New("the body takes more than a run may hold")}
	}
	return n, err
}

// release says that the octets are held no longer, or by an event.
func (c *counted) release() { c.log.counts(-c.held) }
