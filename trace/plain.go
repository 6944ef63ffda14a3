package trace

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Request is a request over plain HTTP: one that a step made (sent), or one that came on an endpoint. It belongs to no
// connection of the scenario.
type Request struct {
	Endpoint string   `json:"endpoint,omitempty"` // on which it came
	Method   string   `json:"method"`
	URL      string   `json:"url"` // sent: without user and password. Came: the target, a path with its query
	Headers  []Header `json:"headers,omitempty"`
	Body     []byte   `json:"body,omitempty"`
	Size     int      `json:"size,omitempty"`     // octets of the body
	Withheld []string `json:"withheld,omitempty"` // the names of our headers that a redirect did not take to another host
}

// Answer is the answer to a [Request], or why there is none.
type Answer struct {
	Status  int           `json:"status,omitempty"` // 0 if none came
	Headers []Header      `json:"headers,omitempty"`
	Body    []byte        `json:"body,omitempty"`
	Size    int           `json:"size,omitempty"` // octets of the body
	Took    time.Duration `json:"took,omitempty"` // from before the request until the answer was whole
	Error   string        `json:"error,omitempty"`
}

// Kind is the name of the event in the language.
func (*Request) Kind() string { return "request" }

// Kind is the name of the event in the trace.
func (*Answer) Kind() string { return "answer" }

// Plain reports whether an event is a request or an answer over plain HTTP.
func (e Event) Plain() bool {
	switch e.Detail.(type) {
	case *Request, *Answer:
		return true
	}
	return false
}

// Summary gives the request line, and what the endpoint is called.
func (r *Request) Summary() string {
	s := r.Method + " " + diag.Clip(r.URL, 200)
	if r.Endpoint != "" {
		s += fmt.Sprintf(" on endpoint %q", r.Endpoint)
	}
	if len(r.Withheld) > 0 {
		s += ", not sent to this host: " + diag.Clip(strings.Join(r.Withheld, ", "), 100)
	}
	return s + bodyOf(r.Headers, r.Body, r.Size)
}

// Summary gives the status and the beginning of the body.
func (a *Answer) Summary() string {
	if a.Status == 0 {
		return "none: " + diag.Clip(a.Error, 200)
	}
	s := strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)))
	if a.Took > 0 {
		s += " after " + diag.Round(a.Took)
	}
	return s + bodyOf(a.Headers, a.Body, a.Size)
}

// bodyOf shows the beginning of a body, if there is one.
func bodyOf(headers []Header, body []byte, size int) string {
	if size == 0 {
		return ""
	}
	return fmt.Sprintf(", %d octets: %s", size, Excerpt(headers, body, func(s string) string { return s }))
}

type (
	plainRequest Request
	plainAnswer  Answer
)

type requestJSON struct {
	*plainRequest
	Body octets `json:"body,omitempty"`
}

// MarshalJSON writes the body as [Write] says.
func (r *Request) MarshalJSON() ([]byte, error) {
	return marshal(requestJSON{(*plainRequest)(r), r.Body})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Request) UnmarshalJSON(text []byte) error {
	j := requestJSON{plainRequest: (*plainRequest)(r)}
	err := json.Unmarshal(text, &j)
	r.Body = j.Body
	return err
}

type answerJSON struct {
	*plainAnswer
	Body octets `json:"body,omitempty"`
}

// MarshalJSON writes the body as [Write] says.
func (a *Answer) MarshalJSON() ([]byte, error) {
	return marshal(answerJSON{(*plainAnswer)(a), a.Body})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Answer) UnmarshalJSON(text []byte) error {
	j := answerJSON{plainAnswer: (*plainAnswer)(a)}
	err := json.Unmarshal(text, &j)
	a.Body = j.Body
	return err
}
