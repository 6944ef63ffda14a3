package wire

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

// said is a message, whoever tells of it.
type said struct {
	Binary bool
	Data   string
}

// conversation is what a client and a server say to each other, made from a seed.
type conversation struct {
	mode       websocket.CompressionMode
	offer      *DeflateOffer
	fromClient []said
	fromServer []said
	serverEnds bool
	code       int // of the Close, NoCode for none
	reason     string
	pings      bool
	chunk      int // octets that the client's transport moves at once, at most
	random     *rand.Rand
	seedOfCuts uint64
}

func converse(seed uint64) conversation {
	r := rand.New(rand.NewPCG(seed, 1))
	c := conversation{random: r, seedOfCuts: seed, serverEnds: r.IntN(2) == 0, pings: r.IntN(2) == 0, chunk: 1 << r.IntN(14)}
	if r.IntN(3) > 0 {
		c.mode = []websocket.CompressionMode{websocket.CompressionContextTakeover, websocket.CompressionNoContextTakeover}[r.IntN(2)]
		c.offer = &DeflateOffer{ServerNoContextTakeover: r.IntN(2) == 0, ClientNoContextTakeover: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			c.offer.ClientMaxWindowBits = []int{AnyWindow, 9, 15}[r.IntN(3)]
		}
	}
	codes := []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999, NoCode}
	c.code = codes[r.IntN(len(codes))]
	if c.code != NoCode {
		c.reason = strings.Repeat("é", r.IntN(62))
	}
	for range r.IntN(8) {
		c.fromClient = append(c.fromClient, randomMessage(r))
	}
	for range r.IntN(8) {
		c.fromServer = append(c.fromServer, randomMessage(r))
	}
	return c
}

func randomMessage(r *rand.Rand) said {
	size := []int{0, 1, r.IntN(200), 125, 126, r.IntN(3000), 65535, 65536, r.IntN(150_000)}[r.IntN(9)]
	if r.IntN(2) == 0 {
		letters := []rune("aaaaaaab µ€\U0001f642\u0000\uffff")
		var s strings.Builder
		for s.Len() < size {
			s.WriteRune(letters[r.IntN(len(letters))])
		}
		return said{Data: s.String()}
	}
	b := make([]byte, size)
	noise := r.IntN(2) == 0
	for i := range b {
		if noise {
			b[i] = byte(r.Uint32())
		}
	}
	return said{Binary: true, Data: string(b)}
}

// choppy is a connection that moves a few octets at a time.
type choppy struct {
	net.Conn
	most          int
	reads, writes *rand.Rand
}

func (c *choppy) Read(p []byte) (int, error) {
	return c.Conn.Read(p[:min(len(p), 1+c.reads.IntN(c.most))])
}

func (c *choppy) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		n, err := c.Conn.Write(p[written:min(len(p), written+max(64, 1+c.writes.IntN(c.most)))])
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (c *choppy) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }

// patient lets a Close be written on a machine that does many other things.
var patient = Limits{CloseWait: 15 * time.Second}

// chop has a connection move its octets in pieces.
func (c *conversation) chop(nc net.Conn) net.Conn {
	return &choppy{nc, c.chunk, rand.New(rand.NewPCG(c.seedOfCuts, 2)), rand.New(rand.NewPCG(c.seedOfCuts, 3))}
}

func (c *conversation) dialer(url string) Dialer {
	return Dialer{
		Limits: patient,
		URL:    strings.Replace(url, "http", "ws", 1), Deflate: c.offer,
		NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			nc, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return c.chop(nc), nil
		},
	}
}

// heard is what one side saw of a conversation.
type heard struct {
	Messages []said
	Code     int
	Reason   string
}

// serve holds up the server's side with coder/websocket.
func (c *conversation) serve(w http.ResponseWriter, req *http.Request) (heard, error) {
	conn, err := websocket.Accept(w, req, &websocket.AcceptOptions{CompressionMode: c.mode, CompressionThreshold: 1})
	if err != nil {
		return heard{}, err
	}
	return c.theirSide(req.Context(), conn)
}

// theirSide holds up a side with coder/websocket.
func (c *conversation) theirSide(ctx context.Context, conn *websocket.Conn) (heard, error) {
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(-1)
	var got heard
	allHeard, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		got = hear(ctx, conn, len(c.fromClient), allHeard)
	}()
	for i, m := range c.fromServer {
		kind := websocket.MessageText
		if m.Binary {
			kind = websocket.MessageBinary
		}
		if err := conn.Write(ctx, kind, []byte(m.Data)); err != nil {
			return got, err
		}
		if c.pings && i%2 == 0 {
			_ = conn.Ping(ctx) // the client may close meanwhile, it has heard the last message
		}
	}
	if c.serverEnds {
		<-allHeard
		// Close reads by itself, and is content only with an answer of the same code.
		if err := conn.Close(websocket.StatusCode(c.code), c.reason); err != nil {
			return got, err
		}
		<-ended
		got.Code = c.code
		return got, nil
	}
	<-ended
	return got, nil
}

// hear reads to the end, and says when it has heard n messages.
func hear(ctx context.Context, conn *websocket.Conn, n int, allHeard chan struct{}) heard {
	var got heard
	for {
		if len(got.Messages) == n {
			close(allHeard)
			n = -1
		}
		kind, data, err := conn.Read(ctx)
		if err == nil {
			got.Messages = append(got.Messages, said{kind == websocket.MessageBinary, string(data)})
			continue
		}
		if n >= 0 {
			close(allHeard)
		}
		got.Code = int(websocket.CloseStatus(err))
		return got
	}
}

// speak says what the client has to say.
func (c *conversation) speak(conn *Conn) error {
	ctx := context.Background()
	for _, m := range c.fromClient {
		op := OpText
		if m.Binary {
			op = OpBinary
		}
		var o SendOptions
		o.Plain = c.random.IntN(4) == 0
		if plain := c.offer == nil || o.Plain; plain && c.random.IntN(2) == 0 {
			for left := len(m.Data); left > 0 && len(o.Fragments) < 9; {
				n := c.random.IntN(left + 1)
				o.Fragments = append(o.Fragments, n)
				left -= n
			}
		}
		if _, err := conn.Send(ctx, op, []byte(m.Data), o); err != nil {
			return err
		}
		if c.pings {
			if _, err := conn.Send(ctx, OpPing, []byte("are you there?"), SendOptions{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// listenTo reads the client's events to the end. It closes when it has heard all, if that is the client's part.
func (c *conversation) listenTo(conn *Conn, spoken <-chan error) (heard, *End, error) {
	var got heard
	for {
		if !c.serverEnds && len(got.Messages) == len(c.fromServer) && spoken != nil {
			if err := <-spoken; err != nil {
				return got, nil, err
			}
			spoken = nil
			if _, err := conn.SendClose(context.Background(), c.code, c.reason); err != nil {
				return got, nil, err
			}
		}
		switch ev := conn.Next().(type) {
		case *Message:
			got.Messages = append(got.Messages, said{ev.Binary, string(ev.Data)})
		case *Violation:
			return got, nil, ev
		case *Excess:
			return got, nil, ev
		case *End:
			got.Code, got.Reason = ev.Code, ev.Reason
			return got, ev, nil
		}
	}
}

// FuzzOracle holds our client against coder/websocket: in every well-formed conversation each side hears what the
// other said, and both see the same Close.
func FuzzOracle(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := converse(seed)
		atServer := make(chan result, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			got, err := c.serve(w, req)
			atServer <- result{got, err}
		}))
		defer server.Close()
		d := c.dialer(server.URL)
		conn, err := d.Dial(context.Background())
		if err != nil {
			t.Fatalf("seed %d: Dial() = %v", seed, err)
		}
		got, end, err := c.ourSide(conn)
		if err != nil {
			t.Fatalf("seed %d: client: %v", seed, err)
		}
		c.compare(t, seed, got, end, <-atServer)
	})
}

// FuzzOracleServer is the same with the roles exchanged: ours is the server, and "client" in a conversation is us.
func FuzzOracleServer(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := converse(seed)
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ln.Close() }()
		theirs := make(chan result, 1)
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			conn, _, err := websocket.Dial(ctx, "ws://"+ln.Addr().String(), &websocket.DialOptions{CompressionMode: c.mode, CompressionThreshold: 1})
			if err != nil {
				theirs <- result{err: err}
				return
			}
			got, err := c.theirSide(ctx, conn)
			theirs <- result{got, err}
		}()
		nc, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		conn := c.accept(t, nc)
		got, end, err := c.ourSide(conn)
		if err != nil {
			t.Fatalf("seed %d: server: %v", seed, err)
		}
		c.compare(t, seed, got, end, <-theirs)
		if end.TCP != TCPFin && end.TCP != TCPReset {
			t.Errorf("seed %d: end = %+v, want an end of the client's stream", seed, end)
		}
	})
}

// accept is the handshake of our server.
func (c *conversation) accept(t *testing.T, nc net.Conn) *Conn {
	r, err := (&Acceptor{Limits: patient}).Receive(context.Background(), c.chop(nc))
	if err != nil || len(r.Violations) > 0 {
		t.Fatalf("seed %d: Receive() = %v, %v", c.seedOfCuts, r, err)
	}
	var a Answer
	if offers := r.Deflate(); len(offers) > 0 {
		a.Deflate = offers[0].Grant()
		a.Deflate.ServerNoContextTakeover = a.Deflate.ServerNoContextTakeover || c.random.IntN(2) == 0
	}
	c.offer = nil
	if a.Deflate != nil {
		c.offer = &DeflateOffer{}
	}
	conn, err := r.Accept(context.Background(), a)
	if err != nil {
		t.Fatalf("seed %d: Accept() = %v", c.seedOfCuts, err)
	}
	return conn
}

// ourSide holds up our side.
func (c *conversation) ourSide(conn *Conn) (heard, *End, error) {
	spoken := make(chan error, 1)
	go func() { spoken <- c.speak(conn) }()
	got, end, err := c.listenTo(conn, spoken)
	if err != nil {
		_ = conn.Drop(DropRST)
		all(conn)
	}
	return got, end, err
}

// result is what the side of coder/websocket came to.
type result struct {
	heard
	err error
}

func (c *conversation) compare(t *testing.T, seed uint64, ours heard, end *End, theirs result) {
	t.Helper()
	if theirs.err != nil {
		t.Fatalf("seed %d: coder/websocket: %v; we saw %+v", seed, theirs.err, end)
	}
	compareSaid(t, seed, "we", c.fromServer, ours.Messages)
	compareSaid(t, seed, "coder/websocket", c.fromClient, theirs.Messages)
	wantReason := ""
	if c.serverEnds {
		wantReason = c.reason
	}
	if !end.Clean || ours.Code != c.code || theirs.Code != c.code || c.serverEnds && ours.Reason != wantReason {
		t.Errorf("seed %d: close: we %+v, coder/websocket %d, want clean, %d %q", seed, end, theirs.Code, c.code, wantReason)
	}
}

func compareSaid(t *testing.T, seed uint64, who string, want, got []said) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) {
			t.Fatalf("seed %d: %s heard %d messages, want %d", seed, who, len(got), len(want))
		}
		if got[i] != want[i] {
			t.Fatalf("seed %d: %s heard another message %d: %s", seed, who, i, difference(want[i], got[i]))
		}
	}
}

func difference(want, got said) string {
	at := 0
	for at < min(len(want.Data), len(got.Data)) && want.Data[at] == got.Data[at] {
		at++
	}
	return fmt.Sprintf("binary %v, %d octets, want %v, %d; first difference at %d",
		got.Binary, len(got.Data), want.Binary, len(want.Data), at)
}

// TestOracleDiffers names the cases in which our client and coder/websocket rightly see different things.
func TestOracleDiffers(t *testing.T) {
	tests := []struct {
		name   string
		octets []byte
		theirs string // what coder/websocket as a client returns for the first message
		ours   Event  // the first event of ours that is no frame
	}{
		{"message cut off at a boundary of reads", append([]byte("\x82\x7e\x02\x80"), make([]byte, 512)...),
			string(make([]byte, 512)), &End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"message cut off between fragments", frameOctets(false, OpText, "ab"),
			"ab", &End{Code: NoClose, By: Peer, TCP: TCPTruncated, TCPBy: Peer}},
		{"masked frame", []byte("\x81\x85\x01\x02\x03\x04igohn"),
			"igohn", &Violation{Rule: "RFC6455#5.1", Code: 1002}},
		{"text that is not UTF-8", []byte("\x81\x01\xff"),
			"\xff", &Violation{Rule: "RFC6455#8.1", Code: 1007}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := listen(t, nil, func(p *peer) {
				p.accept("")
				p.write(tt.octets)
				_ = p.nc.(*net.TCPConn).CloseWrite()
				p.drain()
			})
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			theirs, _, err := websocket.Dial(ctx, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, data, err := theirs.Read(ctx)
			_ = theirs.CloseNow()
			if err != nil || !bytes.Equal(data, []byte(tt.theirs)) {
				t.Errorf("coder/websocket: Read() = %q, %v, want %q", data, err, tt.theirs)
			}
			for _, ev := range all(dial(t, Dialer{URL: url})) {
				if _, ok := ev.(*Frame); ok {
					continue
				}
				if diff := cmp.Diff(tt.ours, ev, withoutTimes); diff != "" {
					t.Errorf("first event (-want +got):\n%s", diff)
				}
				break
			}
		})
	}
}
