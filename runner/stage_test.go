package runner_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// TestMain is a service or a command if a suite performs it as such.
func TestMain(m *testing.M) {
	if role := os.Getenv("DUOLOGUE_TEST_ROLE"); role != "" {
		os.Exit(roles[role]())
	}
	goleak.VerifyTestMain(m)
}

// A stage performs suites against peers that a test writes, over pipes, so
// that it can be done in fake time.
type stage struct {
	t       *testing.T
	options suitetest.Options
	files   map[string]string             // beside the suite
	play    func(p *peer)                 // one connection's peer; it may return before the connection ends
	pinged  func(p *peer, payload []byte) // answers a Ping; nil: with its Pong
	greets  func(p *peer)                 // goes before the answer to a handshake; nil: nothing does
	through func(net.Conn) net.Conn       // what our end of a connection goes through; nil: nothing
	peers   sync.WaitGroup

	fails      error     // what dialling meets; nil: a peer
	failsAfter int       // how many dials meet a peer all the same
	failsUntil int       // the dial from which on all meet a peer; 0: none does
	absent     time.Time // until then dials meet nobody
	dials      atomic.Int64
}

// fake runs a test in fake time.
func fake(t *testing.T, play func(p *peer), test func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&stage{t: t, play: play}) })
}

// fakeShown is fake where every event is kept, to be shown.
func fakeShown(t *testing.T, play func(p *peer), test func(s *stage)) {
	t.Helper()
	fake(t, play, func(s *stage) {
		s.options.Events = true
		test(s)
	})
}

// prepare reads a suite; text may begin with its scenarios.
func (s *stage) prepare(text string) *suitetest.Prepared {
	s.t.Helper()
	tree := fstest.MapFS{"suite.yaml": {Data: []byte(text)}}
	for name, content := range s.files {
		tree[name] = &fstest.MapFile{Data: []byte(content)}
	}
	o := s.options
	o.Files, o.Dial = tree, s.dial
	if o.Target == "" {
		o.Target = "ws://stage.test/"
	}
	var problems diag.List
	prepared := suitetest.Prepare([]plan.Selection{{File: "suite.yaml"}}, o, &problems)
	if !problems.Empty() {
		s.t.Fatalf("prepare: %v\n%s", problems.Err(), text)
	}
	return prepared
}

// run performs a suite and waits for its peers.
func (s *stage) run(text string) *trace.Run {
	s.t.Helper()
	run := s.prepare(text).Run(context.Background())
	s.peers.Wait()
	return run
}

// steps performs one scenario of these steps, written one below the other
// from the first column on.
func (s *stage) steps(lines string) *trace.Scenario {
	s.t.Helper()
	run := s.run("scenarios:\n- name: it\n  steps:\n" + indent(lines))
	return &run.Suites[0].Scenarios[0]
}

func indent(lines string) string {
	return "  " + strings.ReplaceAll(strings.Trim(lines, "\n"), "\n", "\n  ") + "\n"
}

// dial connects to a new peer.
func (s *stage) dial(context.Context, string, string) (net.Conn, error) {
	if n := int(s.dials.Add(1)); s.fails != nil && n > s.failsAfter && (s.failsUntil == 0 || n < s.failsUntil) {
		return nil, s.fails
	}
	if time.Now().Before(s.absent) {
		return nil, errNobodyListens
	}
	ours, theirs := net.Pipe()
	s.peers.Go(func() {
		p := &peer{conn: theirs, pinged: s.pinged, in: bufio.NewReader(theirs), heard: make(chan string, 1_000), busy: make(chan struct{}, 1), left: make(chan struct{})}
		if p.pinged == nil {
			p.pinged = (*peer).pong
		}
		p.greets = s.greets
		defer func() { _ = p.conn.Close() }()
		if !p.accept() {
			return
		}
		if p.path == "/deaf" {
			s.play(p)
			return
		}
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			defer close(p.heard)
			p.listen()
		}()
		s.play(p)
		<-heard
	})
	if s.through != nil {
		return s.through(ours), nil
	}
	return ours, nil
}

// peer is the server's side of one connection. It listens in the background
// and answers pings and a Close; one that is dialled at /rude answers no Close, and one at
// /deaf reads nothing that its play does not read. At /mute there is no answer
// to the handshake.
type peer struct {
	conn  net.Conn
	in    *bufio.Reader
	path  string
	heard chan string   // messages as they came; closed at the end
	over  atomic.Bool   // it has sent a Close
	busy  chan struct{} // full while nothing can be answered
	left  chan struct{} // closed once one has come

	pinged func(p *peer, payload []byte)
	greets func(p *peer)
}

func (p *peer) accept() bool {
	req, err := http.ReadRequest(p.in)
	if err != nil {
		return false
	}
	p.path = req.URL.Path
	if p.path == "/mute" {
		_, _ = io.Copy(io.Discard, p.in) // until the client gives up
		return false
	}
	if p.greets != nil {
		p.greets(p)
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(p.conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return err == nil
}

// listen reads what the client sends until the connection ends.
func (p *peer) listen() {
	for {
		op, payload, err := p.frame()
		if err != nil {
			return
		}
		switch op {
		case opText, opBinary:
			p.heard <- string(payload)
		case opPing:
			p.busy <- struct{}{}
			p.pinged(p, payload)
			<-p.busy
		case opClose:
			close(p.left)
			if p.path != "/rude" && !p.over.Swap(true) {
				p.busy <- struct{}{}
				p.write(opClose, payload)
				<-p.busy
			}
			if p.path != "/rude" {
				_ = p.conn.Close()
			}
		}
	}
}

const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPing   = 9
	opPong   = 10
)

// frame reads one frame of the client.
func (p *peer) frame() (op byte, payload []byte, err error) {
	var head [8]byte
	if _, err = io.ReadFull(p.in, head[:2]); err != nil {
		return 0, nil, err
	}
	op, n := head[0]&15, uint64(head[1]&127)
	if extra := map[uint64]int{126: 2, 127: 8}[n]; extra > 0 {
		clear(head[:])
		if _, err = io.ReadFull(p.in, head[8-extra:]); err != nil {
			return op, nil, err
		}
		n = binary.BigEndian.Uint64(head[:])
	}
	var mask [4]byte
	if _, err = io.ReadFull(p.in, mask[:]); err != nil {
		return op, nil, err
	}
	payload = make([]byte, n)
	if _, err = io.ReadFull(p.in, payload); err != nil {
		return op, nil, err
	}
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return op, payload, nil
}

// write sends one frame. A client that has gone is no concern of a peer.
func (p *peer) write(op byte, payload []byte) { _, _ = p.conn.Write(frameOf(op, payload)) }

func frameOf(op byte, payload []byte) []byte {
	out := []byte{0x80 | op, byte(len(payload))}
	if len(payload) > 125 {
		out = binary.BigEndian.AppendUint16([]byte{0x80 | op, 126}, uint16(len(payload)))
	}
	return append(out, payload...)
}

func (p *peer) pong(payload []byte) { p.write(opPong, payload) }

func (p *peer) say(texts ...string) {
	for _, text := range texts {
		p.write(opText, []byte(text))
	}
}

// close sends a Close frame with a code.
func (p *peer) close(code uint16) {
	p.over.Store(true)
	p.write(opClose, binary.BigEndian.AppendUint16(nil, code))
}

// pause lets fake time pass.
func (p *peer) pause(d time.Duration) { time.Sleep(d) }

// verdict is what came of a scenario, in one line: "passed", or the verdict,
// the line and the message of its first problem.
func verdict(s *trace.Scenario) string {
	if len(s.Problems) == 0 {
		return strings.TrimSpace(string(s.Verdict) + " " + s.Reason)
	}
	d := s.Problems[0].Diagnostic
	return fmt.Sprintf("%s %d: %s", s.Verdict, d.Pos.Line, d.Message)
}
