package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Turn are the checks of one exchange between a caller and a bot: how long the
// caller waited, who talked over whom, how soon the bot fell silent. A
// measurement that cannot be made, or that is negative, fails its check.
type Turn struct {
	Caller     Label // what the caller says; unset only with From
	Bot        Label // what is heard of the bot
	From       *Moment
	Response   Quantity
	FirstAudio Quantity
	OverTalk   Quantity
	DeadAir    Quantity
	BargeIn    BargeIn
}

// Label is the name of an earlier step's label, and where it was written.
type Label struct {
	Pos  diag.Pos
	Name string
}

// BargeIn are the checks of how the bot falls silent when it is talked over.
type BargeIn struct {
	Heard     Quantity
	Told      Quantity
	LastChunk Quantity
	Ahead     Quantity
}

// Keys names the keys of `turn`.
func (t *Turn) Keys(k *yamldoc.Keys) {
	k.Key("caller", yamldoc.Placed(&t.Caller.Pos, yamldoc.Text(&t.Caller.Name)), "The label of what the caller says.")
	k.Key("bot", yamldoc.Placed(&t.Bot.Pos, yamldoc.Text(&t.Bot.Name)), "The label of what is heard of the bot.", yamldoc.Required)
	k.Key("from", yamldoc.Optional(&t.From, MomentShape), "What response and first_audio count from; unsaid, the end of the caller's speech.")
	k.Key("response", inDuration(&t.Response), "From the end of the caller's speech until the bot's is heard.")
	k.Key("first_audio", inDuration(&t.FirstAudio), "The same until the bot's first chunk, and on through its leading silence.")
	k.Key("over_talk", inDuration(&t.OverTalk), "How long both speak at once.")
	k.Key("dead_air", inDuration(&t.DeadAir), "The longest stretch in which neither speaks.")
	k.Key("barge_in", yamldoc.Map(&t.BargeIn), "How the bot falls silent when the caller talks over it.")
	if k.Node() == nil {
		return
	}
	demandOne(k, "response", "first_audio", "over_talk", "dead_air", "barge_in")
	if t.Caller.Name != "" {
		return
	}
	for _, name := range []string{"response", "first_audio", "over_talk", "dead_air", "barge_in"} {
		if (name == "response" || name == "first_audio") && t.From != nil {
			continue
		}
		if k.Node().Get(name) != nil {
			k.Complaints().Hintf(k.Node().Pos, "such as caller: question", "%s needs the caller", name)
			return
		}
	}
}

// Keys names the keys of `barge_in`. All but ahead count from the begin of the
// caller's speech.
func (b *BargeIn) Keys(k *yamldoc.Keys) {
	k.Key("heard", inDuration(&b.Heard), "Until the bot is heard for the last time.")
	k.Key("told", inDuration(&b.Told), "Until the bot's side says that it stops: its clear or stop.")
	k.Key("last_chunk", inDuration(&b.LastChunk), "Until the last chunk of the bot's speech comes.")
	k.Key("ahead", inDuration(&b.Ahead), "How far that chunk is ahead of real time: what a client plays on, unless it is cleared.")
	demandOne(k, "heard", "told", "last_chunk", "ahead")
}

// Bind computes every ${…} of the checks once.
func (t *Turn) Bind(env expr.Env) (*Turn, error) {
	b := *t
	for _, q := range []*Quantity{&b.Response, &b.FirstAudio, &b.OverTalk, &b.DeadAir,
		&b.BargeIn.Heard, &b.BargeIn.Told, &b.BargeIn.LastChunk, &b.BargeIn.Ahead} {
		if err := q.bind(env); err != nil {
			return nil, err
		}
	}
	return &b, nil
}
