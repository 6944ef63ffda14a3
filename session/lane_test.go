package session

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/wire"
)

// serve starts a server on another WebSocket stack and returns its address.
func serve(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = ws.CloseNow() }()
		ws.SetReadLimit(1 << 20)
		handle(r.Context(), ws)
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "ws", 1)
}

// dial opens a connection in a role of a dialect.
func dial(t *testing.T, clock Clock, address, name string, role dialect.Role, vars map[string]any) *Conn {
	t.Helper()
	d, err := dialect.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), Config{Name: "main", Log: NewLog(time.Now(), nil), Clock: clock,
		Dialer: &wire.Dialer{URL: address}, Dialect: d, Role: role, Options: dialect.Options{Vars: vars}})
	if err != nil {
		t.Fatal(err)
	}
	<-c.Opened()
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

// noise returns a source of so many octets.
func noise(octets int) func(media.Format) ([]byte, error) {
	return func(media.Format) ([]byte, error) { return []byte(strings.Repeat("duologue", octets/8)), nil }
}

// Replies of the dialect get their counters when they are made. They leave before all
// messages with larger counters, also those that the clock's thread sends.
func TestRepliesLeaveInOrder(t *testing.T) {
	const messages = 1000
	clock, stop := Precise()
	defer stop()
	read := make(chan error, 1)
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		var err error
		for next := 1; next <= messages && err == nil; {
			var octets []byte
			if _, octets, err = ws.Read(ctx); err != nil {
				break
			}
			var got struct{ Event, SequenceNumber, StreamSid string }
			if err = json.Unmarshal(octets, &got); err != nil || got.Event == "connected" {
				continue
			}
			if got.SequenceNumber != strconv.Itoa(next) {
				err = fmt.Errorf("%s has the number %s, want %d", got.Event, got.SequenceNumber, next)
			}
			next++
			if got.Event != "start" {
				err = ws.Write(ctx, websocket.MessageText, []byte(`{"event":"mark","streamSid":"`+got.StreamSid+`","mark":{"name":"m"}}`))
			}
		}
		read <- err
		_, _, _ = ws.Read(ctx)
	})
	c := dial(t, clock, address, "twilio", dialect.Platform, nil)
	if _, err := c.SendMedia(t.Context(), StreamOptions{Source: noise(8000), Chunk: 250 * time.Microsecond, Speed: 1}); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err != nil {
		t.Error(err)
	}
	c.Shutdown(t.Context(), time.Second)
}

// answered holds up each write until the other end has read it and answered.
type answered struct {
	net.Conn
	first sync.Once // the handshake
	heard <-chan struct{}
}

func (c *answered) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	handshake := false
	c.first.Do(func() { handshake = true })
	if !handshake {
		<-c.heard
	}
	return n, err
}

// A stream begins before its first message is written. So an answer to that message
// never comes before the stream began, however fast it is.
func TestAStreamBeginsBeforeItIsHeardOf(t *testing.T) {
	log := NewLog(time.Now(), nil)
	heard, at := make(chan struct{}), time.Duration(0)
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		_, start, err := ws.Read(ctx)
		if at = log.Offset(time.Now()); err != nil || !strings.Contains(string(start), `"start"`) {
			t.Errorf("read %s, %v; want the start of a stream", start, err)
		}
		close(heard)
		_, _, _ = ws.Read(ctx)
	})
	d, err := dialect.Builtin("voximplant")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), Config{Name: "main", Log: log, Clock: Timers(), Dialect: d, Role: dialect.Platform, Dialer: &wire.Dialer{URL: address,
		NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			tcp, err := new(net.Dialer).DialContext(ctx, network, addr)
			return &answered{Conn: tcp, heard: heard}, err
		}}})
	if err != nil {
		t.Fatal(err)
	}
	<-c.Opened()
	out, err := c.SendMedia(t.Context(), StreamOptions{Tag: "caller", Encoding: "ULAW", Source: noise(160), Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if begun := out.Record().Start; begun > at {
		t.Errorf("the stream begins at %s, and was heard of at %s", begun, at)
	}
	c.Shutdown(t.Context(), time.Second)
}

// The clock's thread sends no chunk while a reply with a smaller counter waits. The
// reply leaves when the next chunk is due.
func TestAReplyLeavesBeforeTheNextChunk(t *testing.T) {
	clock, stop := Precise()
	defer stop()
	heard := make(chan string)
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		for {
			_, octets, err := ws.Read(ctx)
			if err != nil {
				close(heard)
				return
			}
			heard <- string(octets)
		}
	})
	c := dial(t, clock, address, "raw", dialect.App, map[string]any{"encoding": "ULAW"})
	if _, err := c.SendMedia(t.Context(), StreamOptions{Source: noise(160), Loop: true, Chunk: time.Millisecond, Speed: 1}); err != nil {
		t.Fatal(err)
	}
	<-heard
	c.talk.mu.Lock() // without waking the goroutine that sends replies
	c.talk.replies = append(c.talk.replies, dialect.Message{Data: []byte("reply")})
	c.talk.mu.Unlock()
	for range 100 {
		if <-heard == "reply" {
			go c.Shutdown(context.Background(), time.Second)
			for range heard {
			}
			return
		}
	}
	t.Fatal("no reply in 100 chunks")
}

// A peer that does not read holds up its own stream and no other, although one thread
// sends them all. When it reads again it gets all that was sent.
func TestADeafPeerHoldsUpNobody(t *testing.T) {
	clock, stop := Precise()
	defer stop()
	const chunk, chunks = 64000, 250 // more than a socket's buffers hold
	hear := make(chan struct{})
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		<-hear
		for err := error(nil); err == nil; {
			_, _, err = ws.Read(ctx)
		}
	})
	deaf := dial(t, clock, address, "raw", dialect.App, map[string]any{"encoding": "PCM16"})
	stuck, err := deaf.SendMedia(t.Context(), StreamOptions{Source: noise(chunk * chunks), Chunk: chunk / 32 * time.Millisecond, Speed: 4000})
	if err != nil {
		t.Fatal(err)
	}
	others := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		for err := error(nil); err == nil; {
			_, _, err = ws.Read(ctx)
		}
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			c := dial(t, clock, others, "voximplant", dialect.Platform, nil)
			defer c.Shutdown(t.Context(), time.Second)
			out, err := c.SendMedia(t.Context(), StreamOptions{Tag: "caller", Encoding: "ULAW", Source: noise(16000), Speed: 10})
			if err != nil {
				t.Error(err)
				return
			}
			<-out.Done()
			if got := out.Record(); len(got.Chunks) != 100 || len(got.Octets) != 16000 {
				t.Errorf("%d chunks of %d octets were sent, want 100 of 16000", len(got.Chunks), len(got.Octets))
			}
		})
	}
	all.Wait()
	select {
	case <-stuck.Done():
		t.Error("the stream to the deaf peer has ended")
	default:
	}
	close(hear)
	<-stuck.Done()
	if got := stuck.Record(); len(got.Octets) != chunk*chunks || got.By != "stop" {
		t.Errorf("%d octets were sent to whoever reads at last, by %s; want %d", len(got.Octets), got.By, chunk*chunks)
	}
	deaf.Shutdown(t.Context(), time.Second)
}

// The record of a stream that is repeated, and whose last chunk is padded, has the
// octets that were sent and not those of its source.
func TestOctetsOfARepeatedStream(t *testing.T) {
	const want = 2000
	heard := make(chan string, 1)
	address := serve(t, func(ctx context.Context, ws *websocket.Conn) {
		all := ""
		for len(all) < want {
			_, octets, err := ws.Read(ctx)
			if err != nil {
				break
			}
			all += string(octets)
		}
		heard <- all
		_, _, _ = ws.Read(ctx)
	})
	c := dial(t, Timers(), address, "raw", dialect.App, map[string]any{"encoding": "ULAW"})
	out, err := c.SendMedia(t.Context(), StreamOptions{Source: noise(168), Loop: true, Silence: true, Chunk: 10 * time.Millisecond, Speed: 20})
	if err != nil {
		t.Fatal(err)
	}
	got := <-heard
	c.Shutdown(t.Context(), time.Second)
	if sent := string(out.Record().Octets); !strings.HasPrefix(sent, got) {
		t.Errorf("the record differs from what arrived: %q, %q", sent[:400], got[:400])
	}
	if once := strings.Repeat("duologue", 21); !strings.HasPrefix(got, once+strings.Repeat("\xff", 240-168)+once) {
		t.Errorf("not repeated with its last chunk filled up: %q", got[:400])
	}
}

// BenchmarkChunk measures what one chunk costs from the beat to the octets in the
// socket's buffer: its message in the words of a dialect, the mask, one write and its
// record.
func BenchmarkChunk(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ws, err := websocket.Accept(w, r, nil); err == nil {
			for err == nil {
				_, _, err = ws.Read(r.Context())
			}
		}
	}))
	defer server.Close()
	d, err := dialect.Builtin("voximplant")
	if err != nil {
		b.Fatal(err)
	}
	c, err := Dial(b.Context(), Config{Name: "main", Log: NewLog(time.Now(), nil), Clock: Timers(),
		Dialer: &wire.Dialer{URL: strings.Replace(server.URL, "http", "ws", 1)}, Dialect: d, Role: dialect.Platform})
	if err != nil {
		b.Fatal(err)
	}
	<-c.Opened()
	l, _, err := c.streams.open(b.Context(), StreamOptions{Tag: "caller", Encoding: "ULAW", Speed: 1})
	if err != nil {
		b.Fatal(err)
	}
	octets, _ := noise(480_000)(l.stream.Format())
	l.speaking = &Outgoing{talk: c.talk, octets: octets, loop: true, done: make(chan struct{})}
	s := newSender(c.streams, l, time.Now())
	s.pace.schedule = media.NewSchedule(0, l.cut.pause)
	b.ReportAllocs()
	for b.Loop() {
		if _, more := s.beat(); !more {
			if err := s.rest(); err != nil {
				b.Fatal(err)
			}
			s.rest, s.begun = nil, false
		}
	}
	b.StopTimer()
	c.talk.mu.Lock()
	c.streams.lanes = nil
	c.talk.mu.Unlock()
	c.Shutdown(context.Background(), time.Second)
}
