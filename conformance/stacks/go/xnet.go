package main

import (
	"io"
	"net/http"

	"golang.org/x/net/websocket"
)

// xnetEcho takes any Origin, and echoes each message with its type.
var xnetServer = websocket.Server{
	Handshake: func(*websocket.Config, *http.Request) error { return nil },
	Handler: func(c *websocket.Conn) {
		c.MaxPayloadBytes = maxMessage
		for {
			var m xnetMessage
			if xnetCodec.Receive(c, &m) != nil {
				_ = c.Close()
				return
			}
			if m.kind != websocket.TextFrame && m.kind != websocket.BinaryFrame {
				continue // the library hands out every opcode
			}
			if xnetCodec.Send(c, m) != nil {
				_ = c.Close()
				return
			}
		}
	},
}

type xnetMessage struct {
	data []byte
	kind byte
}

var xnetCodec = websocket.Codec{
	Marshal: func(v any) ([]byte, byte, error) { m := v.(xnetMessage); return m.data, m.kind, nil },
	Unmarshal: func(data []byte, kind byte, v any) error {
		*v.(*xnetMessage) = xnetMessage{data, kind}
		return nil
	},
}

func xnetEcho(w http.ResponseWriter, r *http.Request) {
	defer func() { _, _ = io.Copy(io.Discard, r.Body) }()
	xnetServer.ServeHTTP(w, r)
}
