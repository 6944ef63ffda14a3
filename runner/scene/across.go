package scene

import (
	"reflect"
	"slices"

	"github.com/duologue/duologue/trace"
)

// maskAcross masks secrets that begin in one message or frame and end in a later one.
// Their pieces are masked from then on, wherever else they are shown.
func (s *scene) maskAcross(out *trace.Scenario) {
	if !s.plan.HasSecrets() {
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

// maskLane masks events that follow one another. It notes the details that it changes by
// the numbers of their events.
func (s *scene) maskLane(events []trace.Event, changed map[int]trace.Detail) {
	parts := make([][]byte, len(events))
	for i, ev := range events {
		parts[i] = *dataOf(ev.Detail)
	}
	masked, found := s.plan.MaskParts(parts)
	if !found { // a secret that lies within one of them is found there
		return
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

// everything gives all events that are kept or shown, in their order.
func (s *scene) everything(out *trace.Scenario) []trace.Event {
	all := s.desk.everything()
	for _, p := range out.Problems {
		all = append(all, p.Recent...)
	}
	slices.SortStableFunc(all, func(a, b trace.Event) int { return a.Seq - b.Seq })
	return slices.CompactFunc(all, func(a, b trace.Event) bool { return a.Seq == b.Seq })
}

// replace puts details in the place of others. It copies the list, since lists are shared.
func replace(events *[]trace.Event, changed map[int]trace.Detail) {
	*events = slices.Clone(*events)
	for i, ev := range *events {
		if d, ok := changed[ev.Seq]; ok {
			(*events)[i].Detail = d
		}
	}
}

// dataOf gives the octets of an event that may go on in the next event of its kind; nil if
// it has none.
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
