package scene

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/process"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// programs are the commands that a scenario performs, and the services that it shares with
// others.
type programs struct {
	plan   *plan.Scenario
	stage  *Stage
	shared *programs // the services of the suite; nil if there are none

	mu       sync.Mutex // guards what follows
	all      []*program
	services expr.Map // what ${services.…} names
	ports    []int    // to be given back
}

// program is a command that was started.
type program struct {
	*process.Process
	name    string
	pos     diag.Pos
	command plan.Command
	service bool
	started time.Duration
	begun   time.Time
	ready   atomic.Int64 // an offset; 0: not yet
	stopped atomic.Bool  // we ended it, or are about to
	told    atomic.Bool  // a scenario tells that it has ended by itself
}

// start starts a command and makes it one of the scenario.
func (ps *programs) start(name string, pos diag.Pos, c plan.Command, service bool) (*program, error) {
	begun := time.Now()
	p, err := process.Start(process.Command(c))
	if err != nil {
		return nil, err
	}
	out := &program{Process: p, name: name, pos: pos, command: c, service: service, started: begun.Sub(ps.stage.Start), begun: begun}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.all = append(ps.all, out)
	return out, nil
}

// list gives the programs of the scenario in the order in which they started.
func (ps *programs) list() []*program {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return slices.Clone(ps.all)
}

// reachable gives the programs of the scenario and the services that it shares.
func (ps *programs) reachable() []*program {
	if ps.shared == nil {
		return ps.list()
	}
	return append(ps.shared.list(), ps.list()...)
}

// names are what ${services.NAME.port} can name.
func (ps *programs) names() expr.Map {
	names := expr.Map{}
	for _, of := range []*programs{ps.shared, ps} {
		if of == nil {
			continue
		}
		of.mu.Lock()
		for name, v := range of.services {
			names[name] = v
		}
		of.mu.Unlock()
	}
	return names
}

// endTime is how long a program has to end before it is killed, once it was asked to.
const endTime = 5 * time.Second

// stop ends all programs of the scenario, the last one first, as each may use those before
// it. What ignores that for [endTime] is killed.
func (ps *programs) stop() {
	for _, p := range slices.Backward(ps.list()) {
		p.end(endTime)
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.stage.Ports.Return(ps.ports...)
	ps.ports = nil
}

// end ends a program, and reports whether it did so in time. A program that has ended by
// itself stays so.
func (p *program) end(within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return p.endBy(ctx, syscall.SIGTERM)
}

// endBy is end with another signal, and with the time until ctx ends.
func (p *program) endBy(ctx context.Context, s os.Signal) bool {
	if _, gone := p.Exit(); !gone {
		p.stopped.Store(true)
	}
	return p.EndIn(ctx, s)
}

// find gives the newest program of the scenario with a name, or nil.
func (ps *programs) find(name string) *program {
	for _, p := range slices.Backward(ps.list()) {
		if p.name == name {
			return p
		}
	}
	return nil
}

// fell reports whether a service has ended by itself, and how.
func (p *program) fell() (process.Exit, bool) {
	e, gone := p.Exit()
	return e, gone && p.service && !p.stopped.Load()
}

// traced gives the programs as a trace shows them. Their output is there only if every
// event is.
func (ps *programs) traced() []trace.Program {
	var out []trace.Program
	for _, p := range ps.list() {
		t := trace.Program{Name: p.name, Pos: p.pos, Command: p.command.Args, Started: p.started, Ready: time.Duration(p.ready.Load()), Stopped: p.stopped.Load()}
		if e, gone := p.Exit(); gone {
			t.Ended, t.Exit = e.At.Sub(ps.stage.Start), &e.Code
		}
		if ps.stage.Events {
			t.Output, t.Omitted = ps.output(p)
			for i := range t.Output {
				t.Output[i].Program = ""
			}
		}
		out = append(out, t)
	}
	return out
}

// output gives the lines that are kept of a program's output, and how many octets are
// left out of it. Secrets that begin in one line and end in another are masked.
func (ps *programs) output(p *program) ([]trace.Output, int) {
	lines, _, omitted := p.Output.Lines()
	out := make([]trace.Output, 0, len(lines))
	for _, isError := range []bool{false, true} {
		var parts [][]byte
		var at []time.Time
		for _, l := range lines {
			if l.Error == isError {
				parts, at = append(parts, l.Text), append(at, l.At)
			}
		}
		if ps.plan.HasSecrets() && len(parts) > 0 {
			parts, _ = ps.plan.MaskParts(parts)
		}
		for i, text := range parts {
			out = append(out, trace.Output{At: at[i].Sub(ps.stage.Start), Program: p.name, Error: isError, Text: strings.TrimRight(string(text), "\r\n")})
		}
	}
	slices.SortStableFunc(out, inTime)
	return out, omitted
}

func inTime(a, b trace.Output) int { return int(a.At - b.At) }

const (
	shownLines = 20                     // the most lines that are shown with a problem
	leastLines = 3                      // as many are shown though they came before the step
	aftermath  = 500 * time.Millisecond // in which a program may still say what was wrong
)

// around gives what programs wrote around a problem: while the step was carried out, and
// until a moment after it. If they wrote too little then, the last lines before that are
// there as well.
func (ps *programs) around(from, to time.Duration) []trace.Output {
	var all []trace.Output
	for _, p := range ps.reachable() {
		lines, _ := ps.output(p)
		for _, l := range lines {
			if l.At <= to+aftermath {
				all = append(all, l)
			}
		}
	}
	slices.SortStableFunc(all, inTime)
	first := slices.IndexFunc(all, func(l trace.Output) bool { return l.At >= from })
	if first < 0 {
		first = len(all)
	}
	first = max(min(first, len(all)-leastLines), len(all)-shownLines, 0)
	return all[first:]
}
