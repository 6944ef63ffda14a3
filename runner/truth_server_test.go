package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// truthServer is what testdata/truth/suite.yaml asks for, at /DEFECT/…: right
// where the defect is none.
func truthServer() http.Handler {
	mux := http.NewServeMux()
	for path, serve := range map[string]func(c *truthCall){"chat": (*truthCall).chat, "line": (*truthCall).line, "call": (*truthCall).greet} {
		mux.HandleFunc("/{defect}/"+path, func(w http.ResponseWriter, r *http.Request) {
			c := &truthCall{ctx: r.Context(), defect: r.PathValue("defect")}
			if path == "chat" && c.defect != "header-missing" {
				w.Header().Set("X-Session", "s-"+r.Header.Get("X-Tenant"))
			}
			var err error
			if c.ws, err = websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat"}}); err != nil {
				return
			}
			defer func() { _ = c.ws.CloseNow() }()
			serve(c)
		})
	}
	return mux
}

// A truthCall is one connection. A client that has gone is no concern of it.
type truthCall struct {
	ctx    context.Context
	ws     *websocket.Conn
	defect string
}

func (c *truthCall) say(texts ...string) {
	for _, text := range texts {
		_ = c.ws.Write(c.ctx, websocket.MessageText, []byte(text))
	}
}

// truthHeard is what a caller says, in the chat or in the words of a dialect.
type truthHeard struct {
	Want      string
	ID        int
	Event     string
	StreamSid string
	Start     json.RawMessage
	Media     struct {
		Chunk   int
		Payload string
	}
	Mark struct{ Name string }
}

// hear gives what the caller says next; ok is false at the end.
func (c *truthCall) hear() (m truthHeard, ok bool) {
	_, data, err := c.ws.Read(c.ctx)
	if err != nil {
		return m, false
	}
	_ = json.Unmarshal(data, &m) // Twilio's counters are text, and nobody asks for them
	return m, true
}

// chat tells whoever wants it the news.
func (c *truthCall) chat() {
	for {
		m, ok := c.hear()
		if !ok {
			return
		}
		c.say(fmt.Sprintf(`{"id":%d,"news":3}`, m.ID))
		switch c.defect {
		case "messages-swapped":
			c.say("first", "third", "second")
		case "message-twice":
			c.say("first", "second", "third", "third")
		default:
			c.say("first", "second", "third")
		}
	}
}

// line says each chunk again that it hears, in the words of Voximplant.
func (c *truthCall) line() {
	lost := map[string]int{"first-chunk-lost": 0, "middle-chunk-lost": 10, "last-chunk-lost": 19}
	sequence, chunk := 0, 0
	for {
		m, ok := c.hear()
		if !ok {
			return
		}
		switch m.Event {
		case "start":
			c.say(fmt.Sprintf(`{"event":"start","sequenceNumber":%d,"start":%s}`, sequence, m.Start))
		case "media":
			if at, ok := lost[c.defect]; ok && at == m.Media.Chunk {
				continue
			}
			c.say(fmt.Sprintf(`{"event":"media","sequenceNumber":%d,"media":{"tag":"caller","chunk":%d,"timestamp":%d,"payload":%q}}`, sequence, chunk, 160*chunk, m.Media.Payload))
			chunk++
		case "stop":
			c.say(fmt.Sprintf(`{"event":"stop","sequenceNumber":%d,"stop":{"tag":"caller"}}`, sequence))
		default:
			continue
		}
		sequence++
	}
}

// greet says ten chunks in real time and asks for a mark behind them; it hangs
// up once the mark has come back.
func (c *truthCall) greet() {
	m, ok := c.hear()
	for ; ok && m.Event != "start"; m, ok = c.hear() {
	}
	if !ok {
		return
	}
	const chunks = 10
	pace := 20 * time.Millisecond
	if c.defect == "greeting-too-fast" {
		pace /= 4
	}
	media := fmt.Sprintf(`{"event":"media","streamSid":%q,"media":{"payload":%q}}`, m.StreamSid, strings.Repeat("f39/", 53)+"fw==")
	mark := fmt.Sprintf(`{"event":"mark","streamSid":%q,"mark":{"name":"greeted"}}`, m.StreamSid)
	begin := time.Now()
	for k := range chunks {
		if k == chunks-1 && c.defect == "mark-early" {
			c.say(mark)
		}
		c.say(media)
		time.Sleep(time.Until(begin.Add(time.Duration(k+1) * pace)))
	}
	if c.defect != "mark-early" {
		c.say(mark)
	}
	for ; ok && m.Mark.Name != "greeted"; m, ok = c.hear() {
	}
	if !ok {
		return
	}
	code := websocket.StatusNormalClosure
	if c.defect == "1001-for-1000" {
		code = websocket.StatusGoingAway
	}
	_ = c.ws.Close(code, "bye")
}
