package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/wire"
)

// A client says hello to a server that echoes it and closes.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		kind, data, _ := conn.Read(r.Context())
		_ = conn.Write(r.Context(), kind, data)
		_ = conn.Close(4001, "that is all")
	}))
	defer server.Close()

	ctx := context.Background()
	dialer := wire.Dialer{URL: strings.Replace(server.URL, "http", "ws", 1)}
	conn, err := dialer.Dial(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := conn.Send(ctx, wire.OpText, []byte("hello"), wire.SendOptions{}); err != nil {
		fmt.Println(err)
	}
	for {
		switch ev := conn.Next().(type) {
		case *wire.Frame:
			fmt.Printf("frame %s %q\n", ev.Opcode, ev.Payload)
		case *wire.Message:
			fmt.Printf("message %q\n", ev.Data)
		case *wire.Violation:
			fmt.Println("violation", ev)
		case *wire.Excess:
			fmt.Println("excess", ev)
		case *wire.End:
			fmt.Printf("end %d %q by %s, clean %v, %s\n", ev.Code, ev.Reason, ev.By, ev.Clean, ev.TCP)
			return
		}
	}
	// Output:
	// frame text "hello"
	// message "hello"
	// frame close "\x0f\xa1that is all"
	// end 4001 "that is all" by peer, clean true, fin
}
