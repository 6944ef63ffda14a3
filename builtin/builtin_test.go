package builtin

import (
	"context"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func TestEcho(t *testing.T) {
	s, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	address, err := s.Resolve("builtin://echo")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	kind, data, err := c.Read(ctx)
	if kind != websocket.MessageText || string(data) != "hello" || err != nil {
		t.Errorf("Read() = %v, %q, %v, want text hello", kind, data, err)
	}
}

func TestResolveNamesTheNearest(t *testing.T) {
	s := &Server{addr: "127.0.0.1:1"}
	if _, err := s.Resolve("builtin://voximplant/ecoh"); err == nil || !strings.Contains(err.Error(), `"voximplant/echo"`) {
		t.Errorf("Resolve of a misspelled name = %v, want a hint", err)
	}
}
