package mutant_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/builtin/mutant"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, defect string) *mutant.Server {
	t.Helper()
	s, err := mutant.Listen("127.0.0.1:0", defect)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A client on another library finds nothing wrong with the clean endpoint.
func TestClean(t *testing.T) {
	ctx := context.Background()
	c, _, err := websocket.Dial(ctx, "ws://"+serve(t, "").Address(), &websocket.DialOptions{
		Subprotocols: []string{"a", "b"}, CompressionMode: websocket.CompressionContextTakeover,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Subprotocol(); got != "a" {
		t.Errorf("subprotocol = %q, want the first", got)
	}
	for _, text := range []string{"", "hello", strings.Repeat("long ", 50_000)} {
		c.SetReadLimit(1 << 20)
		if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		kind, got, err := c.Read(ctx)
		if err != nil || kind != websocket.MessageText || string(got) != text {
			t.Fatalf("echo of %d octets = %d octets of %v, %v", len(text), len(got), kind, err)
		}
	}
	if err := c.Close(websocket.StatusNormalClosure, "done"); err != nil {
		t.Errorf("close: %v", err)
	}
}

// Closing the server ends calls that are open.
func TestCloseEndsCalls(t *testing.T) {
	s, err := mutant.Listen("127.0.0.1:0", "sink")
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := websocket.Dial(context.Background(), "ws://"+s.Address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := c.Read(context.Background()); err == nil {
		t.Error("the call outlives its server")
	}
}

func TestDefects(t *testing.T) {
	for role, defects := range map[string][]mutant.Defect{"server": mutant.Defects(), "client": mutant.ClientDefects()} {
		seen := map[string]bool{}
		for _, d := range defects {
			if seen[d.Name] || !regexp.MustCompile(`^[a-z][a-z0-9-]+$`).MatchString(d.Name) {
				t.Errorf("%s: %q is no name, or is there twice", role, d.Name)
			}
			seen[d.Name] = true
			if !strings.HasSuffix(d.Says, ".") {
				t.Errorf("%s: %s: %q is no sentence", role, d.Name, d.Says)
			}
		}
		if len(seen) < 60 {
			t.Errorf("%s: %d defects, want at least 60", role, len(seen))
		}
		t.Logf("%s: %d defects", role, len(seen))
	}
	for _, d := range mutant.Defects() {
		serve(t, d.Name)
	}
	if _, err := mutant.Listen("127.0.0.1:0", "no-pnog"); err == nil || !strings.Contains(err.Error(), `"no-pong"`) {
		t.Errorf("error = %v, want a hint", err)
	}
	if _, err := mutant.NewClient("zero-maks"); err == nil || !strings.Contains(err.Error(), `"zero-mask"`) {
		t.Errorf("error = %v, want a hint", err)
	}
}
