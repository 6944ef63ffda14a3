package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
	return transports["ws"](t, handle).URL
}

// transports start a server on another WebSocket stack, and return how it is dialled.
var transports = map[string]func(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn)) *wire.Dialer{
	"ws": func(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn)) *wire.Dialer {
		return startServer(t, handle, httptest.NewServer, &wire.Dialer{})
	},
	"ws, compressed": func(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn)) *wire.Dialer {
		return startServer(t, handle, httptest.NewServer, &wire.Dialer{Deflate: &wire.DeflateOffer{}})
	},
	"wss": func(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn)) *wire.Dialer {
		return startServer(t, handle, httptest.NewTLSServer, &wire.Dialer{TLS: &tls.Config{}})
	},
	"wss, TLS 1.2": func(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn)) *wire.Dialer {
		return startServer(t, handle, httptest.NewTLSServer, &wire.Dialer{TLS: &tls.Config{MaxVersion: tls.VersionTLS12}})
	},
}

// startServer starts a server of httptest, and completes how it is dialled.
func startServer(t *testing.T, handle func(ctx context.Context, ws *websocket.Conn), start func(http.Handler) *httptest.Server, d *wire.Dialer) *wire.Dialer {
	t.Helper()
	server := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionContextTakeover})
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = ws.CloseNow() }()
		ws.SetReadLimit(1 << 20)
		handle(r.Context(), ws)
	}))
	t.Cleanup(server.Close)
	if d.URL = strings.Replace(server.URL, "http", "ws", 1); d.TLS != nil {
		d.TLS.RootCAs = x509.NewCertPool()
		d.TLS.RootCAs.AddCert(server.Certificate())
	}
	return d
}

// dial opens a connection in a role of a dialect.
func dial(t *testing.T, clock Clock, address, name string, role dialect.Role, vars map[string]any) *Conn {
	t.Helper()
	return dialBy(t, clock, &wire.Dialer{URL: address}, name, role, vars)
}

// dialBy is dial with a dialer.
func dialBy(t *testing.T, clock Clock, dialer *wire.Dialer, name string, role dialect.Role, vars map[string]any) *Conn {
	t.Helper()
	d, err := dialect.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), Config{Name: "main", Log: NewLog(time.Now(), nil), Clock: clock,
		Dialer: dialer, Dialect: d, Role: role, Options: dialect.Options{Vars: vars}})
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

// randomly is noise that cannot be compressed.
func randomly(octets int) func(media.Format) ([]byte, error) {
	return func(media.Format) ([]byte, error) {
		b := make([]byte, octets)
		_, err := rand.NewChaCha8([32]byte{}).Read(b)
		return b, err
	}
}

// A stream to a peer that does not read ends when it is told to, and the connection with
// it, also in the middle of a record of TLS.
func TestADeafPeerIsLeft(t *testing.T) {
	for name, start := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, stop := Precise(5 * time.Millisecond)
			defer stop()
			left := make(chan struct{})
			dialer := start(t, func(ctx context.Context, _ *websocket.Conn) { <-left })
			c := dialBy(t, clock, dialer, "raw", dialect.App, map[string]any{"encoding": "PCM16"})
			stuck, err := c.SendMedia(t.Context(), StreamOptions{Source: randomly(16 << 20), Chunk: 10 * time.Millisecond, Speed: 4000})
			if err != nil {
				t.Fatal(err)
			}
			for sent, looks := 0, 0; looks < 10; looks++ { // until the buffers are full
				time.Sleep(20 * time.Millisecond)
				writing := !c.outbox.turn.try()
				if !writing {
					c.outbox.turn.Unlock()
				}
				if now := len(stuck.Record().Octets); !writing || now != sent {
					sent, looks = now, 0
				}
			}
			c.Shutdown(t.Context(), 50*time.Millisecond)
			<-stuck.Done()
			if got := stuck.Record(); got.By != "close" || len(got.Octets) == 16<<20 {
				t.Errorf("%d octets were sent, and the stream was ended by %s", len(got.Octets), got.By)
			}
			close(left)
		})
	}
}

// Replies of the dialect get their counters when they are made. They leave before all
// messages with larger counters, also those that the clock's thread sends.
func TestRepliesLeaveInOrder(t *testing.T) {
	for name, start := range transports {
		t.Run(name, func(t *testing.T) { repliesLeaveInOrder(t, start) })
	}
}

func repliesLeaveInOrder(t *testing.T, start func(*testing.T, func(context.Context, *websocket.Conn)) *wire.Dialer) {
	const messages = 1000
	clock, stop := Precise(5 * time.Millisecond)
	defer stop()
	read := make(chan error, 1)
	dialer := start(t, func(ctx context.Context, ws *websocket.Conn) {
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
	c := dialBy(t, clock, dialer, "twilio", dialect.Platform, nil)
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
	clock, stop := Precise(5 * time.Millisecond)
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
	for name, start := range transports {
		t.Run(name, func(t *testing.T) { aDeafPeerHoldsUpNobody(t, start) })
	}
}

func aDeafPeerHoldsUpNobody(t *testing.T, start func(*testing.T, func(context.Context, *websocket.Conn)) *wire.Dialer) {
	clock, stop := Precise(5 * time.Millisecond)
	defer stop()
	const chunk, chunks = 64000, 250 // more than a socket's buffers hold
	hear := make(chan struct{})
	dialer := start(t, func(ctx context.Context, ws *websocket.Conn) {
		<-hear
		for err := error(nil); err == nil; {
			_, _, err = ws.Read(ctx)
		}
	})
	deaf := dialBy(t, clock, dialer, "raw", dialect.App, map[string]any{"encoding": "PCM16"})
	stuck, err := deaf.SendMedia(t.Context(), StreamOptions{Source: randomly(chunk * chunks), Chunk: chunk / 32 * time.Millisecond, Speed: 4000})
	if err != nil {
		t.Fatal(err)
	}
	others := start(t, func(ctx context.Context, ws *websocket.Conn) {
		for err := error(nil); err == nil; {
			_, _, err = ws.Read(ctx)
		}
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			c := dialBy(t, clock, others, "voximplant", dialect.Platform, nil)
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

// The clock's thread sends chunks itself over every transport, and leaves none to the
// stream's goroutine while the peer reads.
func TestABeatDoesNotWait(t *testing.T) {
	for name, start := range transports {
		t.Run(name, func(t *testing.T) {
			dialer := start(t, func(ctx context.Context, ws *websocket.Conn) {
				for err := error(nil); err == nil; {
					_, _, err = ws.Read(ctx)
				}
			})
			s, end := beating(t, dialer)
			defer end()
			for k := range 100 {
				if _, more := s.beat(); !more {
					t.Fatalf("chunk %d has to wait", k)
				}
			}
		})
	}
}

// beating returns a sender of a stream whose start is sent, for whoever calls its beats, and
// a function that ends its connection.
func beating(tb testing.TB, dialer *wire.Dialer) (s *sender, end func()) {
	d, err := dialect.Builtin("voximplant")
	if err != nil {
		tb.Fatal(err)
	}
	c, err := Dial(tb.Context(), Config{Name: "main", Log: NewLog(time.Now(), nil), Clock: Timers(), Dialer: dialer, Dialect: d, Role: dialect.Platform})
	if err != nil {
		tb.Fatal(err)
	}
	<-c.Opened()
	if err := c.Err(); err != nil {
		tb.Fatal(err)
	}
	l, _, err := c.streams.open(tb.Context(), StreamOptions{Tag: "caller", Encoding: "ULAW", Speed: 1})
	if err != nil {
		tb.Fatal(err)
	}
	octets, _ := noise(480_000)(l.stream.Format())
	l.speaking = &Outgoing{talk: c.talk, octets: octets, loop: true, done: make(chan struct{})}
	s = newSender(c.streams, l, time.Now())
	s.pace.schedule = media.NewSchedule(0, l.cut.pause)
	return s, func() {
		c.talk.mu.Lock()
		c.streams.lanes = nil // nothing runs that could end it
		c.talk.mu.Unlock()
		c.Shutdown(context.Background(), time.Second)
	}
}

// BenchmarkChunk measures what one chunk costs from the beat to the octets in the
// socket's buffer: its message in the words of a dialect, the mask, one write and its
// record; over TLS also its record there, and with compression that.
func BenchmarkChunk(b *testing.B) {
	discard := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover}); err == nil {
			for err == nil {
				_, _, err = ws.Read(r.Context())
			}
		}
	})
	plain, secure := httptest.NewServer(discard), httptest.NewTLSServer(discard)
	defer plain.Close()
	defer secure.Close()
	for name, d := range map[string]*wire.Dialer{
		"ws":         {URL: strings.Replace(plain.URL, "http", "ws", 1)},
		"wss":        {URL: strings.Replace(secure.URL, "http", "ws", 1), TLS: secure.Client().Transport.(*http.Transport).TLSClientConfig},
		"compressed": {URL: strings.Replace(plain.URL, "http", "ws", 1), Deflate: &wire.DeflateOffer{}},
	} {
		b.Run(name, func(b *testing.B) {
			s, end := beating(b, d)
			defer end()
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
		})
	}
}
