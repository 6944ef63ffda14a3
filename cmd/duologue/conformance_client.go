package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
	"github.com/urfave/cli/v2"
)

// judgeClients performs the cases against clients that dial, one case for each dial. It works as Autobahn's
// fuzzingserver, which the test program of nearly every library knows: /getCaseCount tells how many cases there are,
// /runCase?case=1&agent=NAME performs one, /updateReports ends it. If ours is not nil, that client is started.
func judgeClients(c *cli.Context, address string, ours *ourClient) error {
	o, err := conformancePlan(c)
	if err != nil {
		return err
	}
	o.Accepting = true
	o.Vars["plain"] = "none" // a server does not mask
	options, err := runOptions(c)
	if err != nil {
		return err
	}
	dials := make(chan net.Conn)
	options.Inbound = func(ctx context.Context) (net.Conn, error) {
		select {
		case nc := <-dials:
			return nc, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	selection := selectionOf(c)
	selection.Client = true
	prepared, err := prepareCases(c, selection, o)
	if err != nil {
		return err
	}
	if c.Bool("list") {
		return listCases(c.App.Writer, prepared)
	}
	files, err := claimReports(c, nil, "junit", "json")
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		files.release()
		return err
	}
	begun(c.Context)
	ctx, done := context.WithCancel(c.Context)
	defer done()
	f := &fuzzingServer{plan: prepared, options: options, dials: dials, done: done, results: map[string]trace.Suite{}, run: trace.Run{Tool: options.Tool, Started: time.Now(), Seed: prepared.Seed}}
	f.cases = prepared.Cases()
	slices.SortStableFunc(f.cases, func(a, b plan.Case) int { return conformance.Order(idOf(a), idOf(b)) })
	if ours != nil {
		f.agent = ours.name
		ours.begin(c.Context, l.Addr().String(), done)
	} else if _, err := fmt.Fprintf(c.App.ErrWriter, "duologue: %d cases for clients that dial ws://%s\n", len(f.cases), l.Addr()); err != nil {
		return err
	}
	f.serve(ctx, l)
	if err := ours.wait(); err != nil {
		return err
	}
	terminal := &report.Terminal{Out: c.App.Writer, Palette: palette(c.App.Writer), Verbose: c.Bool("verbose"), Width: width(c.App.Writer), Quiet: true, Recent: recentEvents, Skipped: string(conformance.Unimplemented), Sources: prepared.Sources()}
	run := f.finish()
	return conclude(c, files, run, conformance.Of(run, f.agent, conformance.TagClient, c.Bool("strict")), terminal)
}

func idOf(c plan.Case) string { return conformance.CaseOf(c.Name, c.Tags).ID }

// fuzzingServer handles the dials of clients under test.
type fuzzingServer struct {
	plan    *plan.Plan
	options runner.Options
	cases   []plan.Case // in order; clients count them from 1
	dials   chan<- net.Conn
	done    func()

	one sync.Mutex // held while a case is performed, and while results are read

	agent   string
	run     trace.Run // without its suites, which finish adds
	keys    keys
	results map[string]trace.Suite // by name of the suite
}

// serve handles dials until ctx ends, and waits for those that have begun.
func (f *fuzzingServer) serve(ctx context.Context, l net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			all.Go(func() { f.handle(ctx, nc) })
		}
	}
}

// handle does what one dial asks for.
func (f *fuzzingServer) handle(ctx context.Context, nc net.Conn) {
	again, asked, err := peek(nc)
	if err != nil {
		_ = nc.Close()
		return
	}
	f.keys.note(again.head.String())
	q := asked.Query()
	n, _ := strconv.Atoi(q.Get("case")) // 0, for text that is no number, is no case
	switch {
	case asked.Path == "/getCaseCount":
		f.tell(ctx, again, strconv.Itoa(len(f.cases)))
	case asked.Path == "/updateReports":
		f.tell(ctx, again, "")
		f.one.Lock() // the client may have seen the end of a case that is still being judged
		defer f.one.Unlock()
		f.done()
	case n < 1 || n > len(f.cases):
		refuse(ctx, again)
	case asked.Path == "/runCase":
		f.perform(ctx, again, f.cases[n-1], q.Get("agent"))
	case asked.Path == "/getCaseInfo":
		c := conformance.CaseOf(f.cases[n-1].Name, nil)
		f.tell(ctx, again, jsonText(map[string]string{"id": c.ID, "description": c.Title}))
	case asked.Path == "/getCaseStatus":
		f.tell(ctx, again, jsonText(map[string]string{"behavior": f.behavior(idOf(f.cases[n-1]))}))
	default:
		refuse(ctx, again)
	}
}

// maxPeek is the most octets of the head of a request, and peekTime how long it may take.
const (
	maxPeek  = 64 << 10
	peekTime = 10 * time.Second
)

// peek reads the head of a request. It gives the URL that it asks for, and a connection on which the head can be read
// again.
func peek(nc net.Conn) (*reread, *url.URL, error) {
	if err := nc.SetReadDeadline(time.Now().Add(peekTime)); err != nil {
		return nil, nil, err
	}
	var head bytes.Buffer
	in := bufio.NewReaderSize(io.LimitReader(nc, maxPeek), 1)
	for !bytes.HasSuffix(head.Bytes(), []byte("\r\n\r\n")) && !bytes.HasSuffix(head.Bytes(), []byte("\n\n")) {
		b, err := in.ReadByte()
		if err != nil {
			return nil, nil, err
		}
		head.WriteByte(b)
	}
	line, _, _ := strings.Cut(head.String(), "\n")
	words := strings.Fields(line)
	if len(words) != 3 {
		return nil, nil, fmt.Errorf("request line %q", line)
	}
	asked, err := url.ParseRequestURI(words[1])
	if err != nil {
		return nil, nil, err
	}
	rest := make([]byte, in.Buffered())
	_, _ = io.ReadFull(in, rest) // they are buffered
	head.Write(rest)
	return &reread{Conn: nc, head: &head}, asked, nc.SetReadDeadline(time.Time{})
}

// reread is a connection whose first octets are read again from head.
type reread struct {
	net.Conn
	head *bytes.Buffer
}

func (c *reread) Read(p []byte) (int, error) {
	if c.head.Len() > 0 {
		return c.head.Read(p)
	}
	return c.Conn.Read(p)
}

// CloseWrite ends our side of TCP, if the connection can do that, and closes the connection otherwise.
func (c *reread) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return c.Conn.Close()
}

// SetLinger does nothing for connections other than TCP.
func (c *reread) SetLinger(sec int) error {
	if w, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		return w.SetLinger(sec)
	}
	return nil
}

// perform performs one case on a dial. Only one runs at a time.
func (f *fuzzingServer) perform(ctx context.Context, nc net.Conn, c plan.Case, agent string) {
	f.one.Lock()
	defer f.one.Unlock()
	f.agent = agent
	offering, taken := context.WithCancel(ctx)
	var offer sync.WaitGroup
	offer.Go(func() { f.offer(offering, nc) })
	run := runner.Run(ctx, f.plan.Only(func(k plan.Case) bool { return k.Suite == c.Suite && k.Name == c.Name }), f.options)
	taken()
	offer.Wait()
	_ = nc.Close() // if the case has not taken it
	for _, s := range run.Suites {
		if len(s.Scenarios) > 0 {
			kept := f.results[s.Name]
			kept.Name, kept.File = s.Name, s.File
			kept.Scenarios = append(slices.DeleteFunc(kept.Scenarios, func(old trace.Scenario) bool { return old.Name == c.Name }), s.Scenarios...)
			f.results[s.Name] = kept
		}
	}
}

// offer hands a dial to the running case.
func (f *fuzzingServer) offer(ctx context.Context, nc net.Conn) {
	select {
	case f.dials <- nc:
	case <-ctx.Done():
	}
}

// finish gives the run with everything that was performed. Cases that no client asked for are errors.
func (f *fuzzingServer) finish() *trace.Run {
	f.one.Lock()
	defer f.one.Unlock()
	for _, c := range f.cases {
		kept := f.results[c.Suite]
		if !slices.ContainsFunc(kept.Scenarios, func(s trace.Scenario) bool { return s.Name == c.Name }) {
			kept.Name = c.Suite
			kept.Scenarios = append(kept.Scenarios, trace.Scenario{Name: c.Name, Tags: c.Tags, Verdict: trace.Errored, Reason: "the client did not ask for it"})
			f.results[c.Suite] = kept
		}
	}
	run := f.run
	for _, c := range f.cases {
		if !slices.ContainsFunc(run.Suites, func(s trace.Suite) bool { return s.Name == c.Suite }) {
			run.Suites = append(run.Suites, f.results[c.Suite])
		}
	}
	run.Duration = time.Since(run.Started)
	return conformance.Doubt(f.keys.judge(&run))
}

// behaviors are Autobahn's words for outcomes.
var behaviors = map[conformance.Outcome]string{
	conformance.OK: "OK", conformance.NonStrict: "NON-STRICT", conformance.Informational: "INFORMATIONAL", conformance.Unimplemented: "UNIMPLEMENTED",
}

func (f *fuzzingServer) behavior(id string) string {
	f.one.Lock()
	defer f.one.Unlock()
	for _, s := range f.results {
		for i := range s.Scenarios {
			if r := conformance.ResultOf(&s.Scenarios[i]); r.ID == id {
				if word, ok := behaviors[r.Outcome]; ok {
					return word
				}
			}
		}
	}
	return "FAILED"
}

// tell answers a dial with a text, unless it is empty, and a Close.
func (f *fuzzingServer) tell(ctx context.Context, nc net.Conn, text string) {
	acceptor := wire.Acceptor{Timeout: peekTime}
	r, err := acceptor.Receive(ctx, nc)
	if err != nil {
		return
	}
	conn, err := r.Accept(ctx, wire.Answer{})
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, peekTime)
	defer cancel()
	if text != "" {
		_, err = conn.Send(ctx, wire.OpText, []byte(text), wire.SendOptions{})
	}
	if err == nil {
		_, err = conn.SendClose(ctx, 1000, "")
	}
	if err != nil {
		_ = conn.Drop(wire.DropRST)
	}
	stuck := time.AfterFunc(peekTime, func() { _ = conn.Drop(wire.DropRST) })
	defer stuck.Stop()
	for {
		if _, ended := conn.Next().(*wire.End); ended {
			return
		}
	}
}

func refuse(ctx context.Context, nc net.Conn) {
	acceptor := wire.Acceptor{Timeout: peekTime}
	if r, err := acceptor.Receive(ctx, nc); err == nil {
		_ = r.Refuse(ctx, wire.Refusal{Status: 404}) // the client may have gone
	}
}

func jsonText(v map[string]string) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(text)
}
