package main

import (
	"log"
	"net/http"

	"github.com/lxzan/gws"
)

type gwsHandler struct{ gws.BuiltinEventHandler }

func (gwsHandler) OnPing(c *gws.Conn, payload []byte) { _ = c.WritePong(payload) }

func (gwsHandler) OnMessage(c *gws.Conn, m *gws.Message) {
	defer func() { _ = m.Close() }()
	_ = c.WriteMessage(m.Opcode, m.Bytes())
}

var gwsUpgrader = gws.NewUpgrader(gwsHandler{}, &gws.ServerOption{
	ReadMaxPayloadSize:  maxMessage,
	WriteMaxPayloadSize: maxMessage,
	CheckUtf8Enabled:    true,
	PermessageDeflate:   gws.PermessageDeflate{Enabled: true, ServerContextTakeover: true, ClientContextTakeover: true},
})

func gwsEcho(w http.ResponseWriter, r *http.Request) {
	c, err := gwsUpgrader.Upgrade(w, r)
	if err != nil {
		return
	}
	go func() {
		defer func() { // v1.8.9 panics in one case
			if why := recover(); why != nil {
				log.Print("gws: ", why)
				_ = c.NetConn().Close()
			}
		}()
		c.ReadLoop()
	}()
}
