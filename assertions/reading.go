package assertions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// MatchEvent holds an event against a bound pattern and gives the mismatches. An event of another kind is one mismatch.
func MatchEvent(p spec.Pattern, ev trace.Event) []match.Mismatch {
	return matchEvent(context.Background(), p, ev)
}

// Matches reports whether an event matches a bound pattern. The error is that of ctx if it ended before this was known.
func Matches(ctx context.Context, p spec.Pattern, ev trace.Event) (bool, error) {
	wrong := matchEvent(ctx, p, ev)
	return len(wrong) == 0, ctx.Err()
}

func matchEvent(ctx context.Context, p spec.Pattern, ev trace.Event) []match.Mismatch {
	if p.Kind != ev.Kind() {
		return []match.Mismatch{{Pos: p.Pos, Path: "event", Expected: Article(p.Kind), Actual: Article(ev.Kind())}}
	}
	var out []match.Mismatch
	for _, f := range p.Fields {
		value, ok := Field(ev.Detail, f.Name)
		if !ok {
			value = missing(ev.Detail, f.Name, value)
		}
		path := strings.TrimSuffix(p.Kind+"."+f.Name, ".data")
		wrong, err := match.MatchIn(ctx, f.Value, value, path)
		if err != nil {
			return []match.Mismatch{{Pos: p.Pos, Path: path, Expected: "an answer in time", Actual: "none"}}
		}
		out = append(out, besideText(f.Name, wrong)...)
	}
	return out
}

// missing gives the value that stands for a field that the event does not have, with the reason if there is one.
func missing(d trace.Detail, field string, value any) any {
	why, told := value.(error)
	switch {
	case told:
	case field == "json":
		why = whyNoJSON(d)
	case field == "text" && isBinary(d):
		why = errNoText
	case slices.Contains(readings, field):
		why = errText
	}
	if why == nil {
		return match.Nothing
	}
	return match.NothingSince(why)
}

// Noun gives kinds of events as a sentence names them.
func Noun(kinds string) string { return strings.Replace(kinds, "stream", "piece of the stream", 1) }

// Article gives a kind of event with its article, such as "an open".
func Article(kind string) string {
	kind = Noun(kind)
	if strings.ContainsAny(kind[:1], "aeiou") {
		return "an " + kind
	}
	return "a " + kind
}

// DescribePattern says in words which event a bound pattern asks for.
func DescribePattern(p spec.Pattern) string {
	if len(p.Fields) == 0 && p.Cut == nil {
		return p.Kind
	}
	if len(p.Fields) == 1 && p.Fields[0].Name == "data" {
		return p.Kind + " " + brief("data", p.Fields[0].Value)
	}
	var parts []string
	if p.Cut != nil {
		parts = append(parts, p.Cut.String())
	}
	for _, f := range p.Fields {
		parts = append(parts, f.Name+": "+brief(f.Name, f.Value))
	}
	return fmt.Sprintf("%s {%s}", p.Kind, strings.Join(parts, ", "))
}

// DescribeItem says in words which event a bound item asks for, and how often.
func DescribeItem(it spec.Item) string {
	if !it.Exactly.IsSet() {
		return DescribePattern(it.Pattern)
	}
	return fmt.Sprintf("exactly %d: %s", it.Times(), DescribePattern(it.Pattern))
}

// maxBrief is the most octets of a text in the description of a pattern.
const maxBrief = 200

// brief describes a matcher of a field with at most [maxBrief] octets of a long text, or some of the octets that it
// stands for. The description is kept for every step that reads.
func brief(field string, m match.Matcher) string {
	text, _ := m.Data.Value().(string) // a matcher with $ words keeps its texts in its items
	if len(text) <= maxBrief {
		return match.Describe(m)
	}
	if decode := encodings[field]; decode != nil {
		if data, err := decode(text); err == nil && len(data) > longOctets {
			return withText("", data)
		}
	}
	end := maxBrief
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%d octets, %q…", len(text), text[:end])
}

// State says how far a reading has come.
type State int

// A reading waits until it has found what it looks for, or is refuted.
const (
	Waiting State = iota
	Found
	Refuted
)

// Reading is one step that reads. It is offered the unread events of its kinds on its connections, each once, in the
// order in which they came. Its state depends on nothing else, such as the time at which it is offered them.
type Reading struct {
	group    spec.Group
	mode     spec.Mode
	items    []spec.Item
	found    [][]trace.Event // by item
	held     int             // how heavy these are
	state    State
	decisive trace.Event      // the event that found or refuted; until then the nearest that was passed over
	wrong    []match.Mismatch // how it differs from the expected event
}

// NewReading begins to read for a bound expectation. Items that do not name a connection use on.
func NewReading(e spec.Expectation, mode spec.Mode, on string) *Reading {
	r := &Reading{group: e.Group, mode: mode, items: slices.Clone(e.Items), found: make([][]trace.Event, len(e.Items))}
	for i := range r.items {
		switch {
		case r.items[i].Pattern.OnEndpoint():
			r.items[i].On = "" // it belongs to no connection
		case r.items[i].On == "":
			r.items[i].On = on
		}
	}
	return r
}

// Wants reports whether the reading looks at events of this kind on this connection. For events of media it also looks
// at their tag.
func (r *Reading) Wants(ev trace.Event) bool {
	return slices.ContainsFunc(r.items, func(it spec.Item) bool {
		return it.On == ev.Connection && it.Pattern.Kind == ev.Kind() && sameTag(it.Pattern, ev)
	})
}

// Cut says where the next piece of the stream of a connection ends, or gives nil if the reading looks for none there.
func (r *Reading) Cut(connection string) *spec.Cut {
	var cut *spec.Cut
	for i, it := range r.items {
		if it.Pattern.Cut == nil || it.On != connection {
			continue
		}
		if r.found[i] == nil {
			return it.Pattern.Cut
		}
		cut = it.Pattern.Cut
	}
	return cut
}

// sameTag reports whether an event of media has the tag that the pattern names. It is true if the pattern names none,
// and for all other events.
func sameTag(p spec.Pattern, ev trace.Event) bool {
	switch ev.Kind() {
	case "media_started", "media_ended", "media":
	default:
		return true
	}
	tag, _ := Field(ev.Detail, "tag")
	for _, f := range p.Fields {
		if f.Name == "tag" && len(match.Match(f.Value, tag, "")) > 0 {
			return false
		}
	}
	return true
}

// Connections gives the connections on which the reading still looks for something.
func (r *Reading) Connections() []string {
	var out []string
	for i, it := range r.items {
		if !it.Nothing && !it.Pattern.OnEndpoint() && r.isOpen(i) && !slices.Contains(out, it.On) {
			out = append(out, it.On)
		}
	}
	return out
}

// isOpen reports whether events of an item are still to come.
func (r *Reading) isOpen(i int) bool { return len(r.found[i]) < r.items[i].Times() }

// Held is how heavy the events are that were found, in octets.
func (r *Reading) Held() int { return r.held }

// Names gives all connections of the reading, even those on which everything was found.
func (r *Reading) Names() []string {
	var out []string
	for _, it := range r.items {
		if it.On != "" && !slices.Contains(out, it.On) {
			out = append(out, it.On)
		}
	}
	return out
}

// Impossible reports whether the reading can no longer find what it looks for. never tells of an item that it cannot
// come any more.
func (r *Reading) Impossible(never func(spec.Item) bool) bool {
	if r.mode == spec.MustNotBe || r.state != Waiting {
		return false
	}
	all := true
	for i, it := range r.items {
		if !r.isOpen(i) {
			continue
		}
		gone := !it.Nothing && never(it)
		if gone && r.group != spec.OneOf {
			return true
		}
		all = all && gone
	}
	return all
}

// OfDialling reports whether a bound pattern asks for an error that only an attempt to dial can have. No error of an
// open connection has its fields.
func OfDialling(p spec.Pattern) bool {
	if p.Kind != "error" {
		return false
	}
	for _, problem := range []string{"protocol", "dialect", "limit", "timeout", trace.Abandoned} {
		possible := true
		for _, f := range p.Fields {
			switch f.Name {
			case "kind":
				possible = possible && f.Value.Holds(problem)
			case "status", "headers", "body":
				possible = possible && f.Value.Holds(match.Nothing)
			}
		}
		if possible {
			return false
		}
	}
	return true
}

// State gives how far the reading has come.
func (r *Reading) State() State { return r.state }

// Consumes reports whether an offered event counts as read.
func (r *Reading) Consumes() bool { return r.mode != spec.MustNotBe }

// Offer gives the next event to the reading. The error is that of ctx if it ended before the event was compared with
// everything; then the state means nothing.
func (r *Reading) Offer(ctx context.Context, ev trace.Event) error {
	r.offer(ctx, ev)
	return ctx.Err()
}

func (r *Reading) offer(ctx context.Context, ev trace.Event) {
	if r.mode == spec.MustNotBe {
		for _, it := range r.items {
			if r.candidate(ctx, it, ev) == nil {
				r.state, r.decisive = Refuted, ev
			}
		}
		return
	}
	if r.fit(ctx, ev) {
		r.decisive = ev
		r.held += ev.Weight()
		if r.complete() {
			r.state = Found
		}
		return
	}
	if wrong := r.surplus(ctx, ev); wrong != nil {
		r.state, r.decisive, r.wrong = Refuted, ev, wrong
		return
	}
	wrong := r.nearest(ctx, ev)
	if r.mode == spec.ReadOn {
		if r.wrong == nil || len(wrong) <= len(r.wrong) {
			r.wrong, r.decisive = wrong, ev
		}
		return
	}
	r.state, r.decisive, r.wrong = Refuted, ev, wrong
}

// surplus tells that an event is one more than an item says with `exactly`.
func (r *Reading) surplus(ctx context.Context, ev trace.Event) []match.Mismatch {
	for i, it := range r.items {
		if it.Exactly.IsSet() && !r.isOpen(i) && r.candidate(ctx, it, ev) == nil {
			return []match.Mismatch{{Pos: it.Exactly.Pos, Path: ev.Kind(), Expected: DescribeItem(it), Actual: "one more"}}
		}
	}
	return nil
}

// candidate gives how an event differs from an item; nil means that it matches.
func (r *Reading) candidate(ctx context.Context, it spec.Item, ev trace.Event) []match.Mismatch {
	if it.Nothing {
		return []match.Mismatch{{Pos: it.Pattern.Pos, Path: "event", Expected: "nothing", Actual: Article(ev.Kind())}}
	}
	if it.On != ev.Connection {
		return []match.Mismatch{{Pos: it.Pattern.Pos, Path: "connection", Expected: it.On, Actual: ev.Connection}}
	}
	return matchEvent(ctx, it.Pattern, ev)
}

// fit reports whether an item still needs this event, and notes it there.
func (r *Reading) fit(ctx context.Context, ev trace.Event) bool {
	switch r.group {
	case spec.Unordered:
		return r.place(ctx, ev, make([]bool, len(r.items)))
	case spec.OneOf:
		for i, it := range r.items {
			if r.candidate(ctx, it, ev) == nil {
				r.found[i] = append(r.found[i], ev)
				return true
			}
		}
		return false
	}
	i := 0
	for !r.isOpen(i) {
		i++
	}
	if r.candidate(ctx, r.items[i], ev) != nil {
		return false
	}
	r.found[i] = append(r.found[i], ev)
	return true
}

// place finds an item for an event, moving the events of other items if it must. Whether a group is complete must not
// depend on which of two matching items was tried first (augmenting paths, Kuhn 1955).
func (r *Reading) place(ctx context.Context, ev trace.Event, tried []bool) bool {
	for i, it := range r.items {
		if tried[i] || r.candidate(ctx, it, ev) != nil {
			continue
		}
		tried[i] = true
		if r.isOpen(i) {
			r.found[i] = append(r.found[i], ev)
			return true
		}
		for k, other := range r.found[i] {
			if r.place(ctx, other, tried) {
				r.found[i] = append(slices.Delete(r.found[i], k, k+1), ev)
				return true
			}
		}
	}
	return false
}

func (r *Reading) complete() bool {
	if r.group == spec.OneOf {
		return true
	}
	for i := range r.items {
		if r.isOpen(i) {
			return false
		}
	}
	return true
}

// Nearest gives the fewest differences between an event and what the reading still looks for; nil if the event matches.
// The event does not count as read.
func (r *Reading) Nearest(ctx context.Context, ev trace.Event) []match.Mismatch {
	return r.nearest(ctx, ev)
}

// nearest gives the fewest differences between an event and an item that is still open. A reading that waits has at
// least one.
func (r *Reading) nearest(ctx context.Context, ev trace.Event) []match.Mismatch {
	var best []match.Mismatch
	for i, it := range r.items {
		if !r.isOpen(i) || it.Nothing {
			continue
		}
		if wrong := r.candidate(ctx, it, ev); best == nil || len(wrong) < len(best) {
			best = wrong
		}
		if r.group == spec.InOrder {
			break
		}
	}
	return best
}

// Timeout says that no further event comes in time. Only `absent`, and an alternative of `nothing`, are then found.
func (r *Reading) Timeout() State {
	if r.state != Waiting {
		return r.state
	}
	if r.mode == spec.MustNotBe {
		r.state = Found
		return Found
	}
	for i, it := range r.items {
		if it.Nothing {
			r.state, r.found[i] = Found, []trace.Event{{}}
			return Found
		}
	}
	return Waiting
}

// Matched gives the items that were found, each with its last event, in the order in which they are written.
func (r *Reading) Matched(yield func(spec.Item, trace.Event) bool) {
	for i, it := range r.items {
		if r.found[i] != nil && !yield(it, slices.MaxFunc(r.found[i], func(a, b trace.Event) int { return a.Seq - b.Seq })) {
			return
		}
	}
}

// Decisive gives the event that decided. Before that it is the nearest event that was passed over.
func (r *Reading) Decisive() trace.Event { return r.decisive }

// Mismatches gives how the decisive event differs from the expected one.
func (r *Reading) Mismatches() []match.Mismatch { return r.wrong }

// Open says in words what the reading still looks for.
func (r *Reading) Open() string {
	var parts []string
	several := len(r.Names()) > 1
	for i, it := range r.items {
		if !r.isOpen(i) {
			continue
		}
		if it.Nothing {
			parts = append(parts, it.Name+": nothing")
			continue
		}
		text := DescribeItem(it)
		if n := len(r.found[i]); n > 0 {
			text += fmt.Sprintf(", of which %d came", n)
		}
		if several && it.On != "" {
			text += ", on " + it.On
		}
		if it.Name != "" {
			text = it.Name + ": " + text
		}
		parts = append(parts, text)
	}
	switch r.group {
	case spec.OneOf:
		return "one of\n" + strings.Join(parts, "\n")
	case spec.Unordered:
		return strings.Join(parts, "\n")
	}
	return strings.Join(parts, "\nthen ")
}
