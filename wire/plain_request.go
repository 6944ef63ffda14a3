package wire

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// IsPlain reports whether the request asks over plain HTTP for something else than a WebSocket: it is a right HTTP/1
// request for a path, with nothing of an opening handshake.
func (r *Request) IsPlain() bool {
	if !isToken(r.Method) || !strings.HasPrefix(r.Version, "HTTP/1.") || !strings.HasPrefix(r.Target, "/") && !strings.Contains(r.Target, "://") {
		return false
	}
	for _, name := range []string{"Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"} {
		if len(r.Values(name)) > 0 {
			return false
		}
	}
	return true
}

// Under sets what the connection will do by itself once the request is accepted.
func (r *Request) Under(p Policy) { r.policy = p }

// ReadBody reads the body of a plain request by read, which may stop before its end. A client that waits for it is told
// to go on (RFC 9110 section 10.1.1).
func (r *Request) ReadBody(ctx context.Context, read func(io.Reader) ([]byte, error)) ([]byte, error) {
	unguard := guard(ctx, r.transport)
	defer unguard()
	head := io.MultiReader(bytes.NewReader(r.Octets), bytes.NewReader(r.rest), r.transport)
	request, err := http.ReadRequest(bufio.NewReader(head))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if strings.EqualFold(request.Header.Get("Expect"), "100-continue") {
		if _, err := io.WriteString(r.transport, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return nil, fmt.Errorf("read request: %w", err)
		}
	}
	return read(request.Body)
}
