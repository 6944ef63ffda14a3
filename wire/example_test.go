package wire_test

import (
	"context"
	"fmt"
	"net"
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

// A server meets a client that does not mask, closes with 1002, and ends TCP first.
func ExampleAcceptor() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = listener.Close() }()
	ctx := context.Background()
	go func() {
		client, err := (&wire.Dialer{URL: "ws://" + listener.Addr().String()}).Dial(ctx)
		if err != nil {
			return
		}
		wrong := wire.RawFrame{Fin: true, Opcode: wire.OpText, Mask: wire.MaskNone, Parts: wire.Payload([]byte("hello"))}
		_, _ = client.SendFrames(ctx, []wire.RawFrame{wrong}, wire.Delivery{})
		for {
			if _, ended := client.Next().(*wire.End); ended {
				return
			}
		}
	}()

	connection, err := listener.Accept()
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := (&wire.Acceptor{}).Receive(ctx, connection)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Line, len(request.Violations))
	conn, err := request.Accept(ctx, wire.Answer{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		switch ev := conn.Next().(type) {
		case *wire.Violation:
			fmt.Println(ev, ev.Code)
		case *wire.End:
			fmt.Printf("clean %v, TCP ended first by %s\n", ev.Clean, ev.TCPBy)
			return
		}
	}
	// Output:
	// GET / HTTP/1.1 0
	// RFC6455#5.1: client sent an unmasked text frame 1002
	// clean false, TCP ended first by us
}
