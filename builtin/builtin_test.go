package builtin

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"
)

// started serves on a real socket until the test ends, and checks that nothing
// is left running.
func started(t *testing.T) *Server {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, before)
	})
	return s
}

func dial(t *testing.T, s *Server, raw string, protocols ...string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	address, err := s.Resolve(raw)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, r, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: protocols})
	if c != nil {
		t.Cleanup(func() { _ = c.CloseNow() })
	}
	return c, r, err
}

func TestEchoOnARealSocket(t *testing.T) {
	c, _, err := dial(t, started(t), "builtin://echo")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []websocket.MessageType{websocket.MessageText, websocket.MessageBinary} {
		for _, want := range []string{"", "hello", string(make([]byte, 100_000))} {
			if err := c.Write(t.Context(), kind, []byte(want)); err != nil {
				t.Fatal(err)
			}
			c.SetReadLimit(-1)
			got, data, err := c.Read(t.Context())
			if got != kind || string(data) != want || err != nil {
				t.Errorf("echo of %v, %d octets = %v, %d octets, %v", kind, len(want), got, len(data), err)
			}
		}
	}
}

func TestCloseEndsCalls(t *testing.T) {
	s, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := dial(t, s, "builtin://voximplant/ivr")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	if _, _, err := c.Read(t.Context()); err == nil {
		t.Error("Read after the server closed = nil, want an error")
	}
}

func TestClose(t *testing.T) {
	s := started(t)
	tests := []struct {
		name, url string
		code      websocket.StatusCode
		reason    string
	}{
		{"empty", "builtin://close", websocket.StatusNoStatusRcvd, ""},
		{"a code", "builtin://close?code=3000", 3000, ""},
		{"a code and a reason", "builtin://close?code=1001&reason=see%20you", 1001, "see you"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, _, err := dial(t, s, test.url)
			if err != nil {
				t.Fatal(err)
			}
			if _, data, err := c.Read(t.Context()); string(data) != "hello" || err != nil {
				t.Errorf("Read() = %q, %v, want hello", data, err)
			}
			_, _, err = c.Read(t.Context())
			want := websocket.CloseError{Code: test.code, Reason: test.reason}
			if got, ok := closeError(err); !ok || got != want {
				t.Errorf("Read() = %v, want %v", err, want)
			}
		})
	}
}

func TestReject(t *testing.T) {
	s := started(t)
	_, r, err := dial(t, s, "builtin://reject?status=401")
	if err == nil || r == nil || r.StatusCode != 401 || r.Header.Get("X-Reject-Reason") == "" {
		t.Fatalf("Dial() = %v, %v, want a refusal with 401 and a reason", r, err)
	}
	var body struct {
		Error  string
		Status int
	}
	data, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(data, &body) != nil || body.Status != 401 || body.Error != "rejected" {
		t.Errorf("body = %s, %v, want an error and 401 in JSON", data, err)
	}
}

// This asks by plain HTTP, because a client that refuses the answer takes
// seconds to end.
func TestSubprotocol(t *testing.T) {
	s := started(t)
	tests := []struct {
		name, url, offer, want string
	}{
		{"the first offered", "builtin://subprotocol", "b, a", "b"},
		{"the one named", "builtin://subprotocol?choose=a", "b, a", "a"},
		{"one that was not offered", "builtin://subprotocol?choose=c", "a", "c"},
		{"none offered", "builtin://subprotocol", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			address, err := s.Resolve(test.url)
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http"+strings.TrimPrefix(address, "ws"), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{
				"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
				"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
			}
			if test.offer != "" {
				r.Header.Set("Sec-WebSocket-Protocol", test.offer)
			}
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			if got := answer.Header.Get("Sec-WebSocket-Protocol"); answer.StatusCode != http.StatusSwitchingProtocols || got != test.want {
				t.Errorf("%s, subprotocol %q, want %q", answer.Status, got, test.want)
			}
		})
	}
}

func TestUnknownPathIsNotFound(t *testing.T) {
	s := started(t)
	r, err := http.Get("http://" + s.Address() + "/echo?defect=nonsense")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusNotFound {
		t.Errorf("GET of a defect that does not exist = %d, want 404", r.StatusCode)
	}
}

func TestSlow(t *testing.T) {
	events, _ := call(t, "builtin://slow?delay=2s", func(c *caller) {
		c.text("a")
		c.wait(time.Second)
		c.text("b")
		c.wait(3 * time.Second)
	})
	if len(events) != 3 || string(events[0].data) != "a" || events[0].at != 2*time.Second ||
		string(events[1].data) != "b" || events[1].at != 3*time.Second {
		t.Errorf("slow echo = %v, want a at 2s and b at 3s", events)
	}
}
