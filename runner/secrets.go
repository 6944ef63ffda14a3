package runner

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/trace"
)

// Masker knows the secrets of suites as far as these can be read: what is said before they
// are prepared, or instead of it, may hold one. It is nil if there are none.
func Masker(selected []Selection, o Options) *mask.Masker {
	f := &files{abs: ".", named: map[string]bool{}} // for what the command line names
	return newMasker(secretsOf(f.parseAll(selected), &o))
}

// secretsOf gives the values of the secrets of all suites: what one must not show, another
// must not either.
func secretsOf(all []parsed, o *Options) []string {
	var out []string
	for _, p := range all {
		if p.suite == nil || o.LookupEnv == nil {
			continue
		}
		for _, name := range p.suite.Secrets {
			if value, ok := o.LookupEnv(name.Text); ok && value != "" {
				out = append(out, value)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// newMasker makes a masker of secrets, without those that cannot be masked: that is
// complained of elsewhere.
func newMasker(secrets []string) *mask.Masker {
	if len(secrets) == 0 {
		return nil
	}
	m, _ := mask.New(secrets) //nolint:errcheck // see above
	for _, secret := range secrets {
		if v, err := expr.DecodeJSON([]byte(secret)); err == nil { // such as the key of a service account
			learn(m, v)
		}
	}
	return m
}

// Mask masks the secrets of all suites in a text.
func (p *Plan) Mask(text string) string { return p.masker.String(text) }

// maskComplaints masks what is said of the files.
func (p *Plan) maskComplaints(out *diag.List) {
	if p.masker == nil {
		return
	}
	out.Rewrite(func(d *diag.Diagnostic) { hide(reflect.ValueOf(d).Elem(), p.masker) })
	sources := diag.Sources{}
	for name, text := range p.sources {
		var b strings.Builder
		for line := range strings.Lines(text) { // so that they keep their numbers
			end := line[len(strings.TrimRight(line, "\r\n")):]
			fmt.Fprint(&b, p.Mask(strings.TrimSuffix(line, end)), end)
		}
		sources[p.Mask(name)] = b.String()
	}
	p.sources = sources
	hide(reflect.ValueOf(&p.warnings).Elem(), p.masker)
	hide(reflect.ValueOf(&p.notices).Elem(), p.masker)
}

// hidden masks a scenario of which nothing was performed.
func (b *binding) hidden(s trace.Scenario) trace.Scenario {
	b.mask(&s)
	return s
}

// maskAcross masks secrets that reach from one message or frame into the next, and learns
// their pieces for whatever else tells of them.
func (s *scene) maskAcross(out *trace.Scenario) {
	if s.masker == nil {
		return
	}
	type lane struct {
		connection, kind string
		sent             bool
	}
	lanes := map[lane][]trace.Event{}
	for _, ev := range s.everything(out) {
		if dataOf(ev.Detail) != nil {
			l := lane{ev.Connection, ev.Kind(), ev.Sent}
			lanes[l] = append(lanes[l], ev)
		}
	}
	changed := map[int]trace.Detail{}
	for _, events := range lanes {
		s.maskLane(events, changed)
	}
	if len(changed) == 0 {
		return
	}
	for i := range out.Connections {
		replace(&out.Connections[i].Events, changed)
	}
	for i := range out.Problems {
		replace(&out.Problems[i].Recent, changed)
	}
}

// maskLane masks what follows one another, and notes by number the details that it changes.
func (s *scene) maskLane(events []trace.Event, changed map[int]trace.Detail) {
	parts := make([][]byte, len(events))
	for i, ev := range events {
		parts[i] = *dataOf(ev.Detail)
	}
	masked, pieces := s.masker.Parts(parts)
	if pieces == nil { // what is whole in one of them is found there
		return
	}
	for _, piece := range pieces {
		s.masker.AddPiece(piece)
	}
	for i, ev := range events {
		if len(masked[i]) != len(parts[i]) || string(masked[i]) != string(parts[i]) {
			fresh := reflect.New(reflect.TypeOf(ev.Detail).Elem())
			fresh.Elem().Set(reflect.ValueOf(ev.Detail).Elem())
			detail := fresh.Interface().(trace.Detail)
			*dataOf(detail) = masked[i]
			changed[ev.Seq] = detail
		}
	}
}

// everything gives all events that are known of or shown, in their order.
func (s *scene) everything(out *trace.Scenario) []trace.Event {
	s.mu.Lock()
	all := slices.Clone(s.inbox.past.events)
	s.mu.Unlock()
	for _, p := range out.Problems {
		all = append(all, p.Recent...)
	}
	slices.SortStableFunc(all, func(a, b trace.Event) int { return a.Seq - b.Seq })
	return slices.CompactFunc(all, func(a, b trace.Event) bool { return a.Seq == b.Seq })
}

// replace puts details in the place of others, in a copy: lists are shared.
func replace(events *[]trace.Event, changed map[int]trace.Detail) {
	*events = slices.Clone(*events)
	for i, ev := range *events {
		if d, ok := changed[ev.Seq]; ok {
			(*events)[i].Detail = d
		}
	}
}

// dataOf gives what an event carries of a stream of octets that goes on in the next of its
// kind; nil if it does not.
func dataOf(d trace.Detail) *[]byte {
	switch d := d.(type) {
	case *trace.Message:
		return &d.Data
	case *trace.Frame:
		if d.Opcode < 8 { // others may stand between
			return &d.Data
		}
	case *trace.Ping:
		return &d.Data
	case *trace.Pong:
		return &d.Data
	case *trace.Octets:
		return &d.Data
	}
	return nil
}
