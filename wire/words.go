package wire

import (
	"bytes"
	"slices"
	"time"
)

// HTTP behind a handshake is read as frames with reserved bits: "HT" is a Close frame of 84 octets. Proxies send it
// when what is behind them has gone, and clients that know nothing of the upgrade. So what may be HTTP is collected
// up to the end of its line, to be called what it is. No frame that keeps the rules begins so.

// maxWords is the most octets of a line that are waited for.
const maxWords = 120

// beginnings are those of HTTP: of a response, then of requests.
var beginnings = []string{"HTTP/", "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT "}

// mayBeHTTP reports whether octets that stand where a frame has to begin may be the beginning of HTTP. What is only
// observed is read on as frames.
func (r *reader) mayBeHTTP(octets []byte) bool {
	return !r.observe && slices.ContainsFunc(beginnings, func(w string) bool {
		n := min(len(w), len(octets))
		return w[:n] == string(octets[:n])
	})
}

// feedWords takes octets of what may be HTTP, up to the end of the line or to where it is none.
func (r *reader) feedWords(b []byte, at time.Time) int {
	for i, c := range b {
		if c == '\n' || len(r.words) == maxWords {
			r.endWords(at)
			return i
		}
		if r.words = append(r.words, c); !r.mayBeHTTP(r.words) {
			h, _, _ := parseHeader(r.words)
			r.words = nil
			r.begin(h, at) // which breaks a rule
			return i + 1
		}
	}
	return len(b)
}

func (r *reader) endWords(at time.Time) {
	what := "request"
	if bytes.HasPrefix(r.words, []byte(beginnings[0])) {
		what = "response"
	}
	line := bytes.TrimSuffix(r.words, []byte("\r"))
	r.words = nil
	r.violate(at, closeProtocol, "RFC6455#5.2", "an HTTP %s, %q, stands where a frame has to begin", what, line)
}
