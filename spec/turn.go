package spec

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Turn is the checks of one exchange between a caller and a bot: how long the
// caller waited, who talked over whom, how soon the bot fell silent. A
// measurement that cannot be made, or that is negative, fails its check.
type Turn struct {
	Caller Name // the caller's audio; not set only if From is
	Bot    Name // the audio that is heard of the bot
	From   *Moment
	Checks []TurnCheck // in the order of [TurnRows]
}

// TurnCheck is one row that the suite asks for.
type TurnCheck struct {
	Row  *TurnRow
	Pos  diag.Pos
	Want Quantity
}

// TurnRow is one measure of `turn`, which is a duration.
type TurnRow struct {
	Path   string // such as barge_in.heard
	Answer bool   // it counts from the end of the caller's speech; with `from` it counts from there and needs no caller
	Doc    string
}

// turnRows is the registry of the measures of a turn. Checks, reports and
// documents follow its order. Those of barge_in count from the beginning of the
// caller's speech, except ahead, which counts from the last chunk.
var turnRows = []TurnRow{
	{"response", true, "From the end of the caller's speech until the bot's is heard."},
	{"first_audio", true, "The same until the bot's first chunk, and on through its leading silence."},
	{"over_talk", false, "How long both speak at once."},
	{"dead_air", false, "The longest stretch in which neither speaks."},
	{"barge_in.heard", false, "Until the bot is heard for the last time."},
	{"barge_in.told", false, "Until the bot's side says that it stops: its clear or stop."},
	{"barge_in.last_chunk", false, "Until the last chunk of the bot's speech comes."},
	{"barge_in.ahead", false, "How far that chunk is ahead of real time: what a client plays on, unless it is cleared."},
}

var turnGroups = map[string]string{"barge_in": "How the bot falls silent when the caller talks over it."}

// TurnRows gives the rows in their order.
func TurnRows() []TurnRow { return slices.Clone(turnRows) }

// Subject gives the name of the row in reports and in `load`.
func (r *TurnRow) Subject() string { return "turn." + r.Path }

// turnSubjects gives the subjects of all rows.
func turnSubjects() []string {
	out := make([]string, len(turnRows))
	for i := range turnRows {
		out[i] = turnRows[i].Subject()
	}
	return out
}

// Keys names the keys of `turn`.
func (t *Turn) Keys(k *yamldoc.Keys) {
	k.Key("caller", nameShape(&t.Caller), "The label of what the caller says.")
	k.Key("bot", nameShape(&t.Bot), "The label of what is heard of the bot.", yamldoc.Required)
	k.Key("from", yamldoc.Optional(&t.From, MomentShape), "What response and first_audio count from; default: the end of the caller's speech.")
	t.checklist().name(k, "")
	k.Whole(t.checkCaller)
}

// checkCaller complains about measures of the caller if no caller is named.
func (t *Turn) checkCaller(n *yamldoc.Node, out *diag.List) {
	needs := func(c TurnCheck) bool { return !c.Row.Answer || t.From == nil }
	if i := slices.IndexFunc(t.Checks, needs); i >= 0 && t.Caller.Text == "" {
		key, _, _ := strings.Cut(t.Checks[i].Row.Path, ".")
		out.Hintf(n.Pos, "such as caller: question", "%s needs the caller", key)
	}
}

// labels gives the labels of both sides and of From.
func (t *Turn) labels() []Name { return append(momentLabels(t.From), t.Caller, t.Bot) }

// checklist gives the keys of the rows.
func (t *Turn) checklist() checklist {
	shapes, keys := make([]turnKey, len(turnRows)), make([]checkKey, len(turnRows))
	for i := range turnRows {
		r := &turnRows[i]
		shapes[i] = turnKey{r, t}
		keys[i] = checkKey{path: r.Path, doc: r.Doc, shape: &shapes[i], checks: true}
	}
	return checklist{keys, turnGroups}
}

// turnKey is the key of a row.
type turnKey struct {
	row *TurnRow
	of  *Turn
}

// Decode reads the value of the key into the row's [Turn].
func (k *turnKey) Decode(n *yamldoc.Node, out *diag.List) {
	var q Quantity
	inDuration(&q).Decode(n, out)
	k.of.Checks = append(k.of.Checks, TurnCheck{k.row, n.Pos, q})
}

// Describe describes the value of the key.
func (k *turnKey) Describe(d *yamldoc.Defs) *yamldoc.Schema {
	return inDuration(&Quantity{}).Describe(d)
}

// Bind gives the checks with every ${…} computed.
func (t *Turn) Bind(env expr.Env) (*Turn, error) {
	b := *t
	b.Checks = slices.Clone(t.Checks)
	for i := range b.Checks {
		if err := b.Checks[i].Want.bind(env); err != nil {
			return nil, err
		}
	}
	return &b, nil
}
