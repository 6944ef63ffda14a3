package builtin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/media"
)

// event is what a caller gets: a message, or the end with its close code.
type event struct {
	at   time.Duration
	kind websocket.MessageType
	data []byte
	end  websocket.StatusCode // -1 without a Close
}

// caller is the platform's side of one connection in fake time.
type caller struct {
	t        *testing.T
	conn     *websocket.Conn
	dialect  string
	rate     media.Rate
	began    time.Time
	notes    []string
	sequence int
	chunk    int

	mu     sync.Mutex
	events []event
	ended  chan struct{}
}

// call dials an endpoint in fake time and plays a script. It gives the events
// that came, and the caller's own notes. A refused upgrade is a note.
func call(t *testing.T, raw string, script func(*caller)) (events []event, notes []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		s, err := StartOn(n.Listen, "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Errorf("Close() = %v", err)
			}
		}()
		address, err := s.Resolve(raw)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(raw, "builtin://"), "?")
		vendor, _, _ := strings.Cut(name, "/")
		c := &caller{t: t, dialect: vendor, rate: 8000, ended: make(chan struct{})}
		transport := &http.Transport{DialContext: n.Dial}
		defer transport.CloseIdleConnections()
		conn, response, err := websocket.Dial(t.Context(), address, &websocket.DialOptions{
			HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{"chat", "superchat"}})
		if err != nil {
			if response == nil {
				t.Fatalf("Dial(%s) = %v", raw, err)
			}
			notes = []string{fmt.Sprintf("refused %d: %v", response.StatusCode, err)}
			return
		}
		c.conn, c.began = conn, time.Now()
		c.note("protocol %q", conn.Subprotocol())
		conn.SetReadLimit(-1)
		go c.read()
		script(c)
		_ = conn.Close(websocket.StatusNormalClosure, "done")
		<-c.ended
		events, notes = c.events, c.notes
	})
	return events, notes
}

func (c *caller) read() {
	defer close(c.ended)
	for {
		kind, data, err := c.conn.Read(context.Background())
		e := event{at: time.Since(c.began), kind: kind, data: data}
		if err != nil {
			e.end = websocket.CloseStatus(err)
		}
		c.mu.Lock()
		c.events = append(c.events, e)
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *caller) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// wait lets time pass.
func (c *caller) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// send ignores errors: the events show how the connection ended.
func (c *caller) send(kind websocket.MessageType, data string) {
	_ = c.conn.Write(context.Background(), kind, []byte(data))
}

func (c *caller) text(format string, args ...any) {
	c.send(websocket.MessageText, fmt.Sprintf(format, args...))
}

func (c *caller) ping() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c.note("pong %v", c.conn.Ping(ctx) == nil)
}

// start begins the caller's audio, as in the vendors' own samples.
func (c *caller) start() {
	switch c.dialect {
	case "voximplant":
		encoding := "PCM8"
		if c.rate == 16000 {
			encoding = "PCM16"
		}
		c.text(`{"event":"start","sequenceNumber":0,"start":{"tag":"MyAudioStream","mediaFormat":{"encoding":"%s","sampleRate":%d},"customParameters":"{\"test\":\"123\"}"}}`, encoding, c.rate)
		c.sequence, c.chunk = 1, 0
	case "twilio":
		c.text(`{"event":"connected","protocol":"Call","version":"1.0.0"}`)
		c.text(`{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"FirstName":"Jane"}},"streamSid":"MZ1"}`)
		c.sequence, c.chunk = 2, 1
	case "vonage":
		c.text(`{"event":"websocket:connected","content-type":"audio/l16;rate=%d","caller":"447700900000"}`, c.rate)
	}
}

func (c *caller) format() media.Format {
	if c.dialect == "twilio" {
		return media.Format{Codec: media.ULaw, Rate: 8000}
	}
	return media.Format{Codec: media.L16LE, Rate: c.rate}
}

// speak sends a clip in real time.
func (c *caller) speak(clip media.Clip) {
	octets, err := c.format().Encode(clip)
	if err != nil {
		c.t.Fatal(err)
	}
	for chunk := range slices.Chunk(octets, c.format().Octets(chunkTime)) {
		c.audio(chunk)
		c.wait(chunkTime)
	}
}

func (c *caller) audio(octets []byte) {
	payload := base64.StdEncoding.EncodeToString(octets)
	switch c.dialect {
	case "voximplant":
		c.text(`{"event":"media","sequenceNumber":%d,"media":{"tag":"MyAudioStream","chunk":%d,"timestamp":%d,"payload":"%s"}}`, c.sequence, c.chunk, 160*c.chunk, payload)
	case "twilio":
		c.text(`{"event":"media","sequenceNumber":"%d","media":{"track":"inbound","chunk":"%d","timestamp":"%d","payload":"%s"},"streamSid":"MZ1"}`, c.sequence, c.chunk, 20*(c.chunk-1), payload)
	case "vonage":
		c.send(websocket.MessageBinary, string(octets))
	}
	c.sequence++
	c.chunk++
}

func (c *caller) stop() {
	switch c.dialect {
	case "voximplant":
		c.text(`{"event":"stop","sequenceNumber":%d,"stop":{"tag":"MyAudioStream","mediaInfo":{"bytesSent":21100,"duration":124}}}`, c.sequence)
	case "twilio":
		c.text(`{"event":"stop","sequenceNumber":"%d","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}`, c.sequence)
	}
}

func (c *caller) digit(d string) {
	switch c.dialect {
	case "voximplant":
		c.text(`{"customEvent":"dtmf","digit":"%s"}`, d)
	case "twilio":
		c.text(`{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"%s"}}`, d)
	case "vonage":
		c.text(`{"event":"websocket:dtmf","digit":"%s","duration":260}`, d)
	}
}

// spoken gives a fixture. Without it the test ends.
func (c *caller) spoken(name string) media.Clip {
	clip, err := fixture(name, c.rate)
	if err != nil {
		c.t.Fatal(err)
	}
	return clip
}

// visit gives the script of a call that meets everything that an endpoint does.
func visit(name string) func(*caller) {
	return func(c *caller) {
		switch {
		case strings.HasSuffix(name, "/echo"):
			c.start()
			c.speak(c.spoken("question"))
			c.stop()
			c.talk()
		case strings.HasSuffix(name, "/ivr"):
			c.start()
			c.wait(4 * time.Second)
			c.speak(c.spoken("question"))
			c.speak(media.Silence(1200*time.Millisecond, c.rate))
			c.speak(c.spoken("question")) // the caller talks over the answer
			c.speak(media.Silence(5*time.Second, c.rate))
			c.talk()
			c.digit("#")
		default:
			c.talk()
		}
		c.wait(3 * time.Second)
	}
}

// talk sends messages that some endpoints answer.
func (c *caller) talk() {
	c.text(`{"type":"ping","id":7}`)
	c.wait(10 * time.Millisecond)
	c.text(`{"type":"ping","id":8}`)
	c.wait(10 * time.Millisecond)
	c.ping()
}

// said is what an endpoint sent, with its media decoded.
type said struct {
	event
	Event   string `json:"event"`
	Action  string `json:"action"`
	Custom  string `json:"customEvent"`
	Type    string `json:"type"`
	SID     string `json:"streamSid"`
	Payload struct {
		Name string `json:"name"`
	} `json:"payload"`
	Sequence int `json:"sequenceNumber"`
	Start    struct {
		Tag    string          `json:"tag"`
		Custom json.RawMessage `json:"customParameters"`
		Format struct {
			Encoding string `json:"encoding"`
			Rate     int    `json:"sampleRate"`
		} `json:"mediaFormat"`
	} `json:"start"`
	Media struct {
		Tag       string `json:"tag"`
		Chunk     int    `json:"chunk"`
		Timestamp int    `json:"timestamp"`
		Payload   []byte `json:"payload"`
	} `json:"media"`
	Mark struct {
		Name string `json:"name"`
	} `json:"mark"`
	Stop struct {
		Tag  string `json:"tag"`
		Info struct {
			Bytes    int `json:"bytesSent"`
			Duration int `json:"duration"`
		} `json:"mediaInfo"`
	} `json:"stop"`
}

// reading gives events as messages. Binary ones have the Event media.
func reading(events []event) []said {
	var list []said
	for _, e := range events {
		m := said{event: e}
		if e.kind == websocket.MessageBinary {
			m.Event, m.Media.Payload = "media", e.data
		} else {
			_ = json.Unmarshal(e.data, &m) // a message that is not JSON stays empty
		}
		m.event = e
		list = append(list, m)
	}
	return list
}

// only gives the messages with one event.
func only(list []said, event string) []said {
	return slices.DeleteFunc(slices.Clone(list), func(m said) bool { return m.Event != event })
}
