package builtin

import (
	"path"
	"slices"
)

// Defect is one way in which endpoints can be broken: defect=NAME in a
// builtin:// URL.
type Defect struct {
	Name      string
	Endpoints []string // those that can have it, sorted
	Says      string   // what is wrong then
}

// Defects lists every defect, in the order of what they break.
func Defects() []Defect {
	list := make([]Defect, 0, len(defects))
	for _, d := range defects {
		list = append(list, Defect{Name: d.name, Endpoints: d.endpoints(), Says: d.says})
	}
	return list
}

// defect breaks a healthy endpoint at one place. Its functions are made for each
// connection.
type defect struct {
	name string
	on   []string // patterns of endpoint names
	says string

	cues     func() func(cue) []cue         // changes what the bot says, and when
	messages func() func(message) []message // changes what reaches the connection
	ivr      func(*ivr)
	settings func(*settings)
	noPong   bool
	noClose  bool
}

func (d defect) endpoints() []string {
	return slices.DeleteFunc(Names(), func(name string) bool {
		return !slices.ContainsFunc(d.on, func(pattern string) bool {
			ok, err := path.Match(pattern, name)
			return ok && err == nil
		})
	})
}

// findDefect gives a defect of an endpoint by its name.
func findDefect(endpoint, name string) (defect, error) {
	var valid []string
	for _, d := range defects {
		if !slices.Contains(d.endpoints(), endpoint) {
			continue
		}
		if d.name == name {
			return d, nil
		}
		valid = append(valid, d.name)
	}
	return defect{}, unknown("defect "+name+" of builtin://"+endpoint, name, valid)
}

// The endpoints of defects: patterns of path.Match.
var (
	vendors    = []string{"*/*"}
	ivrs       = []string{"*/ivr"}
	echoes     = []string{"*/echo", "echo", "slow", "subprotocol"}
	talkative  = []string{"*/*", "echo", "slow", "subprotocol"}
	greeters   = []string{"*/*", "echo", "slow", "subprotocol", "close"}
	withStart  = []string{"voximplant/*"}
	withNames  = []string{"voximplant/*", "twilio/*"}
	linear     = []string{"voximplant/*", "vonage/*"}
	withMarks  = []string{"twilio/ivr", "vonage/ivr"}
	withCloses = []string{"*/ivr", "close"}
)

// defects is the registry of all defects.
var defects = slices.Concat(audioDefects, timingDefects, streamDefects, talkDefects)

// audioDefects change the sound.
var audioDefects = []defect{
	{name: "wrong-law", on: withNames, cues: recoded(otherLaw),
		says: "A-law is sent as µ-law and µ-law as A-law; A-law also where linear PCM was announced."},
	{name: "byte-swap", on: linear, cues: octets(swapPairs), says: "The octets of each 16-bit sample are swapped."},
	{name: "odd-octets", on: linear, cues: octets(odd), says: "Every chunk lacks its last octet."},
	{name: "half-level", on: vendors, cues: audio(gain(-6.02)), says: "The audio has half its level."},
	{name: "clipped", on: vendors, cues: audio(gain(24)), says: "The audio is amplified until it clips."},
	{name: "dc-offset", on: vendors, cues: audio(offset), says: "A tenth of full scale is added to every sample."},
	{name: "hiss", on: vendors, cues: audio(hiss), says: "White noise of -30 dB is added."},
	{name: "hum", on: vendors, cues: audio(hum), says: "A tone of 1 kHz at -20 dB is added."},
	{name: "silence-instead", on: vendors, cues: audio(silence), says: "Silence is sent instead of the audio."},
	{name: "noise-instead", on: vendors, cues: audio(noise), says: "White noise is sent instead of the audio."},
	{name: "other-audio", on: vendors, cues: audio(otherAudio), says: "Other speech is sent instead of the audio."},
	{name: "rate-mismatch", on: vendors, cues: audio(halfRate), says: "The audio has half the sample rate that was agreed on, and so plays at twice its speed."},
	{name: "short", on: ivrs, cues: cues(short), says: "The last tenth of each prompt is missing."},
}

// timingDefects change when audio comes, and how it is cut.
var timingDefects = []defect{
	{name: "burst", on: ivrs, cues: burst, says: "All of a prompt is sent at once."},
	{name: "late", on: vendors, cues: cues(late), says: "All audio comes 1.5 s late."},
	{name: "jittery", on: vendors, cues: cues(jittery), says: "Each chunk comes up to 60 ms late."},
	{name: "stall", on: vendors, cues: stall, says: "From the eleventh chunk on, audio comes 500 ms late."},
	{name: "slow-answer", on: ivrs, ivr: slowAnswer, says: "The caller is answered after 2 s of quiet, not after 400 ms."},
	{name: "hasty", on: ivrs, ivr: hasty, says: "The caller is answered after 200 ms of speech, finished or not."},
	{name: "hesitant", on: ivrs, cues: hesitant, says: "Each prompt begins with a second of silence."},
	{name: "no-answer", on: ivrs, ivr: noAnswer, says: "The caller is never answered."},
	{name: "wrong-chunk-size", on: vendors, cues: regrouped, says: "A chunk is half as long again as it should be."},
	{name: "dropped-chunk", on: vendors, messages: chunkAt10(dropIt), says: "The eleventh chunk is left out; counters, where there are any, go on."},
	{name: "dropped-silently", on: withStart, cues: cues(dropTenth), says: "The eleventh chunk is left out, and the counters do not show it."},
	{name: "repeated-chunk", on: vendors, messages: chunkAt10(repeatIt), says: "The eleventh chunk is sent twice."},
	{name: "reordered-chunks", on: vendors, messages: swapped(chunk10), says: "The eleventh chunk comes after the twelfth."},
	{name: "cut-off", on: vendors, cues: cues(cutOff), says: "After 26 chunks the TCP connection ends without a Close."},
}

// streamDefects change the vendor's messages about audio.
var streamDefects = []defect{
	{name: "wrong-sequence", on: withStart, messages: edited(leap, "sequenceNumber"), says: "sequenceNumber leaps by 2 at its fifth step."},
	{name: "wrong-chunk-number", on: withStart, messages: edited(leap, "media", "chunk"), says: "chunk leaps by 2 at its fifth step."},
	{name: "sequence-not-increasing", on: withStart, messages: edited(zero, "sequenceNumber"), says: "sequenceNumber is always 0."},
	{name: "wrong-timestamp", on: withStart, messages: edited(eighth, "media", "timestamp"), says: "timestamp counts one where eight samples were sent."},
	{name: "wrong-duration", on: withStart, messages: edited(double, "stop", "mediaInfo", "duration"), says: "stop tells twice the duration that was sent."},
	{name: "media-before-start", on: withStart, cues: mediaBeforeStart, says: "The first chunk comes before start."},
	{name: "media-after-stop", on: withStart, cues: mediaAfterStop, says: "The last chunk comes once more after stop."},
	{name: "no-start", on: withStart, cues: cues(without(cueBegin)), says: "There is no start."},
	{name: "no-stop", on: withStart, cues: cues(without(cueEnd)), says: "There is no stop."},
	{name: "wrong-tag", on: withNames, cues: cues(wrongTag), says: "Audio, marks and clears name a stream that nobody knows."},
	{name: "wrong-encoding-name", on: withStart, cues: cues(wrongEncoding), says: "start names an encoding that does not exist."},
	{name: "no-parameters", on: []string{"voximplant/echo"}, cues: cues(noParameters), says: "start comes back without customParameters."},
	{name: "invalid-media", on: withNames, messages: chunkAt10(spoilPayload), says: "The payload of the eleventh chunk is not base64."},
	{name: "no-mark", on: withMarks, cues: cues(without(cueMark)), says: "There is no mark after the greeting."},
	{name: "wrong-mark", on: withMarks, cues: cues(wrongMark), says: "The mark after the greeting has another name."},
	{name: "early-mark", on: withMarks, cues: earlyMark, says: "The mark comes before the greeting, not after it."},
	{name: "ignore-barge-in", on: ivrs, ivr: ignoreBargeIn, says: "It talks on when it is talked over."},
	{name: "talks-on", on: ivrs, ivr: talkOn, says: "When it is talked over it says that it stops, and talks on."},
	{name: "no-clear", on: ivrs, cues: cues(without(cueClear)), says: "When it is talked over it falls silent, but does not say so."},
}

// talkDefects change the application's own messages, and connections.
var talkDefects = []defect{
	{name: "extra-message", on: greeters, messages: extraMessage, says: "After its first message it sends one that nobody expects."},
	{name: "missing-message", on: greeters, messages: missingMessage, says: "Its first message is missing."},
	{name: "duplicate-message", on: greeters, messages: own(repeatIt), says: "Each message is sent twice."},
	{name: "reordered-messages", on: talkative, messages: swapped(everyOwn), says: "Of each two messages the second comes first."},
	{name: "echo-corrupt", on: echoes, messages: own(corrupt), says: "One octet of each message is changed."},
	{name: "text-as-binary", on: greeters, messages: own(asBinary), says: "Text messages are sent as binary ones."},
	{name: "number-as-string", on: talkative, messages: own(quoteNumbers), says: "Numbers in JSON messages are text."},
	{name: "invalid-json", on: talkative, messages: own(spoilJSON), says: "Each text message has a brace too many."},
	{name: "wrong-close-code", on: withCloses, cues: cues(wrongCode), says: "It closes with 1011, or with 1000 where 1011 was asked for."},
	{name: "no-close", on: greeters, noClose: true, says: "Where a Close is due, its own or the answer to one, it ends the TCP connection."},
	{name: "no-pong", on: talkative, noPong: true, says: "Pings are not answered."},
	{name: "wrong-status", on: []string{"reject"}, settings: wrongStatus, says: "The upgrade is refused with 500, or with 503 where 500 was asked for."},
	{name: "accepts", on: []string{"reject"}, settings: accepts, says: "The upgrade is accepted."},
	{name: "wrong-subprotocol", on: []string{"subprotocol"}, settings: wrongProtocol, says: "It chooses a subprotocol that nobody offered."},
}
