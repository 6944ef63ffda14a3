package dialect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
)

// conversation is the messages of one side, and the rules that they break.
type conversation struct {
	name string
	in   []dialect.Message
	want []string
}

// checkRules compares the violations that a flow tells with those of the
// conversations.
func checkRules(t *testing.T, name string, role dialect.Role, vars map[string]any, tests []conversation) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := flow(t, name, role, dialect.Options{Vars: vars})
			f.Opening()
			var got []string
			for i, m := range tt.in {
				for _, e := range f.Receive(time.Duration(i)*20*ms, m).Events {
					if v, ok := e.(*dialect.Violation); ok {
						got = append(got, v.Rule+": "+v.Text)
					}
				}
			}
			diff(t, "violations", tt.want, got)
		})
	}
}

func said(lines ...string) []dialect.Message {
	var out []dialect.Message
	for _, l := range lines {
		out = append(out, text(l))
	}
	return out
}

// Each row is right, or wrong in one way. The only complaint is about that.
func TestVoximplantRules(t *testing.T) {
	const start = `{"event":"start","sequenceNumber":0,"start":{"tag":"a","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`
	again := strings.Replace(start, ":0", ":1", 1)
	media := func(seq, chunk, ts int, payload string) string {
		return fmt.Sprintf(`{"event":"media","sequenceNumber":%d,"media":{"tag":"a","chunk":%d,"timestamp":%d,"payload":%q}}`, seq, chunk, ts, payload)
	}
	stop := func(seq int) string {
		return fmt.Sprintf(`{"event":"stop","sequenceNumber":%d,"stop":{"tag":"a"}}`, seq)
	}
	pcm := func(encoding string, rate int) string {
		return strings.Replace(start, `"ULAW","sampleRate":8000`, fmt.Sprintf(`%q,"sampleRate":%d`, encoding, rate), 1)
	}
	tests := []conversation{
		{"right", said(start, media(1, 0, 0, "gACA"), media(2, 1, 3, "gACA"), stop(3)), nil},
		{"right: numbers as text", said(start, `{"event":"media","sequenceNumber":"1","media":{"tag":"a","chunk":"0","timestamp":"0","payload":"gAA="}}`), nil},
		{"right: anew after stop", said(start, media(1, 0, 0, "gACA"), stop(2), strings.Replace(start, ":0", ":3", 1), media(4, 0, 0, "gACA")), nil},
		{"right: customParameters as text", said(strings.Replace(start, `"start":{`, `"start":{"customParameters":"{\"a\":1}",`, 1)), nil},
		{"right: customParameters as object", said(strings.Replace(start, `"start":{`, `"start":{"customParameters":{"a":1},`, 1)), nil},
		{"right: rate as text", said(strings.Replace(start, "8000", `"8000"`, 1)), nil},
		{"right: null for what may be missing", said(strings.Replace(start, `"start":{`, `"start":{"customParameters":null,`, 1), `{"event":"stop","sequenceNumber":1,"stop":{"tag":"a","mediaInfo":null}}`), nil},
		{"right: extra keys, a key twice, space", said(" " + strings.Replace(start, `"event":"start"`, `"event": "nothing" , "more":{"event":[1]},"event" : "start"`, 1)), nil},
		{"right: init", said(`{"event":"init"}`, start), nil},
		{"right: other streams in between", said(start, strings.Replace(again, `"a"`, `"b"`, 1), media(2, 0, 0, "gA=="), strings.Replace(media(3, 0, 0, "gA=="), `"a"`, `"b"`, 1)), nil},
		{"right: OPUS", said(pcm("OPUS", 48000), media(1, 0, 0, "gACA"), media(2, 1, 960, "gA==")), nil},
		{"sequence does not begin at 0", said(again), []string{"voximplant: sequenceNumber: sequenceNumber is 1, expected 0"}},
		{"sequence jumps", said(start, media(2, 0, 0, "gACA"), media(3, 1, 3, "gACA")), []string{"voximplant: sequenceNumber: sequenceNumber is 2, expected 1"}},
		{"sequence begins anew with the stream", said(start, media(1, 0, 0, "gACA"), stop(2), start, media(1, 0, 0, "gACA")), []string{"voximplant: sequenceNumber: sequenceNumber is 0, expected 3"}},
		{"chunk begins at 1", said(start, media(1, 1, 0, "gACA"), media(2, 2, 3, "gACA")), []string{"voximplant: chunk: chunk is 1, expected 0"}},
		{"time in milliseconds", said(start, media(1, 0, 0, "gACA"), media(2, 1, 20, "gACA"), media(3, 2, 23, "gACA")), []string{"voximplant: timestamp: timestamp is 20, expected 3"}},
		{"OPUS time goes back", said(pcm("OPUS", 48000), media(1, 0, 960, "gACA"), media(2, 1, 0, "gA==")), []string{"voximplant: timestamp: timestamp is 0, expected at least 960"}},
		{"lost packet", said(start, media(1, 0, 0, "gACA"), media(3, 2, 6, "gACA")), []string{
			"voximplant: sequenceNumber: sequenceNumber is 3, expected 2", "voximplant: chunk: chunk is 2, expected 1"}},
		{"media before start", said(media(0, 0, 0, "gACA"), media(1, 1, 3, "gACA"), stop(2)), []string{`voximplant: order: media came, but stream "a" has not started`}},
		{"media without start, twice", said(media(0, 0, 0, "gACA"), stop(1), media(2, 0, 0, "gACA")), []string{
			`voximplant: order: media came, but stream "a" has not started`, `voximplant: order: media came, but stream "a" has not started`}},
		{"start without its object", said(`{"event":"start","sequenceNumber":0}`), []string{"voximplant: start: start is missing"}},
		{"media after stop", said(start, stop(1), media(2, 0, 0, "gACA")), []string{`voximplant: order: media came, but stream "a" was stopped`}},
		{"start twice", said(start, again), []string{`voximplant: order: stream "a" has started already`}},
		{"stop without start", said(stop(0)), []string{`voximplant: order: stop came, but stream "a" has not started`}},
		{"stop twice", said(start, stop(1), stop(2)), []string{`voximplant: order: stop came, but stream "a" was stopped`}},
		{"PCM16 at 8000", said(pcm("PCM16", 8000), media(1, 0, 0, "gACA"), stop(2)), []string{"voximplant: encoding: sampleRate is 8000, expected 16000 for PCM16"}},
		{"PCM8 at 16000", said(pcm("PCM8", 16000)), []string{"voximplant: encoding: sampleRate is 16000, expected 8000 for PCM8"}},
		{"right: a name of old for ULAW", said(pcm("audio/x-mulaw", 8000)), nil},
		{"a name that only VoxEngine's scenarios know", said(pcm("PCM16_16KHZ", 16000)), []string{`voximplant: encoding: encoding is "PCM16_16KHZ", expected one of PCM8, PCM16, ULAW, ALAW, OPUS`}},
		{"unknown encoding", said(pcm("MP3", 8000)), []string{`voximplant: encoding: encoding is "MP3", expected one of PCM8, PCM16, ULAW, ALAW, OPUS`}},
		{"payload is missing", said(start, `{"event":"media","sequenceNumber":1,"media":{"tag":"a","chunk":0,"timestamp":0}}`), []string{"voximplant: media: media.payload is missing"}},
		{"payload is no base64", said(start, media(1, 0, 0, "?"), media(2, 1, 160, "gACA"), media(3, 2, 163, "gACA")), []string{`voximplant: media: media.payload is the text "?", expected base64 text: character 1 is "?", no character of base64`}},
		{"payload in lines", said(start, media(1, 0, 0, "gACA\ngACA"), media(2, 1, 6, "gACA")), []string{`voximplant: media: media.payload is the text "gACA\ngACA", expected base64 text: character 5 is "\n", no character of base64`}},
		{"payload is a list", said(start, strings.Replace(media(1, 0, 0, ""), `""`, `[1]`, 1)), []string{`voximplant: media: media.payload is a list, expected base64 text`}},
		{"payload is empty", said(start, media(1, 0, 0, "")), []string{"voximplant: audio: the chunk is empty"}},
		{"half a sample", said(pcm("PCM8", 8000), media(1, 0, 0, "gACA")), []string{"voximplant: audio: the chunk has 3 octets, expected whole samples"}},
		{"sequence is a fraction", said(strings.Replace(start, ":0", ":0.5", 1)), []string{"voximplant: start: sequenceNumber is the number 0.5, expected a whole number"}},
		{"sequence is missing", said(`{"event":"start","start":{"tag":"a","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`), []string{"voximplant: start: sequenceNumber is missing"}},
		{"start has no rate", said(strings.Replace(start, `,"sampleRate":8000`, "", 1), media(1, 0, 0, "gACA"), stop(2)), []string{"voximplant: start: start.mediaFormat.sampleRate is missing"}},
		{"start is no object", said(`{"event":"start","sequenceNumber":0,"start":"a"}`), []string{`voximplant: start: start is the text "a", expected an object`}},
		{"customParameters are a list", said(strings.Replace(start, `"start":{`, `"start":{"customParameters":"[1]",`, 1)), []string{`voximplant: start: start.customParameters is the text "[1]", expected an object, or text that holds one`}},
		{"event is reserved", said(`{"event":"hello","customEvent":1}`), []string{`voximplant: event: event is the text "hello", but the key belongs to the dialect (init, start, media, stop)`}},
	}
	checkRules(t, "voximplant", dialect.Platform, nil, tests)
	checkRules(t, "voximplant", dialect.App, nil, tests)
}

func TestTwilioRulesOfThePlatform(t *testing.T) {
	const connected = `{"event":"connected","protocol":"Call","version":"1.0.0"}`
	const start = `{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{}},"streamSid":"MZ1"}`
	media := func(seq, chunk, ts string) string {
		return fmt.Sprintf(`{"event":"media","sequenceNumber":%s,"media":{"track":"inbound","chunk":%s,"timestamp":%s,"payload":"gACA"},"streamSid":"MZ1"}`, seq, chunk, ts)
	}
	checkRules(t, "twilio", dialect.App, nil, []conversation{
		{"right", said(connected, start, media(`"2"`, `"1"`, `"5"`), media(`"3"`, `"2"`, `"25"`),
			`{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"4","dtmf":{"track":"inbound_track","digit":"1"}}`,
			`{"event":"mark","sequenceNumber":"5","streamSid":"MZ1","mark":{"name":"m"}}`,
			`{"event":"stop","sequenceNumber":"6","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}`), nil},
		{"sequence begins at 0", said(connected, strings.Replace(start, `"1"`, `"0"`, 1), media(`"1"`, `"1"`, `"5"`)), []string{"twilio: sequenceNumber: sequenceNumber is 0, expected 1"}},
		{"sequence is a number", said(connected, start, media(`2`, `"1"`, `"5"`), media(`"3"`, `"2"`, `"5"`)), []string{"twilio: media: sequenceNumber is the number 2, expected a whole number as text"}},
		{"chunk begins at 0", said(connected, start, media(`"2"`, `"0"`, `"5"`)), []string{"twilio: chunk: chunk is 0, expected 1"}},
		{"time goes back", said(connected, start, media(`"2"`, `"1"`, `"25"`), media(`"3"`, `"2"`, `"5"`)), []string{"twilio: timestamp: timestamp is 5, expected at least 25"}},
		{"another stream", said(connected, start, strings.Replace(media(`"2"`, `"1"`, `"5"`), "MZ1", "MZ2", 1)), []string{`twilio: media: streamSid is "MZ2", expected "MZ1"`}},
		{"two names in one start", said(connected, strings.Replace(start, "MZ1", "MZ2", 1)), []string{`twilio: start: streamSid is "MZ1", expected "MZ2"`}},
		{"media before start", said(connected, strings.Replace(media(`"1"`, `"1"`, `"5"`), "x", "x", 1)), []string{"twilio: order: media came, but the stream has not started"}},
		{"start twice", said(connected, start, strings.ReplaceAll(strings.Replace(start, `"1"`, `"2"`, 1), "MZ1", "MZ2")), []string{"twilio: order: the stream has started already"}},
		{"two channels", said(connected, strings.Replace(start, `"channels":1`, `"channels":2`, 1)), []string{`twilio: start: start.mediaFormat.channels is the number 2, expected 1`}},
		{"outbound track", said(connected, strings.Replace(start, `["inbound"]`, `["inbound","outbound"]`, 1)), []string{`twilio: start: start.tracks is a list, expected ["inbound"]`}},
	})
}

func TestTwilioRulesOfTheApp(t *testing.T) {
	checkRules(t, "twilio", dialect.Platform, twilioVars, []conversation{
		{"right", said(`{"event":"media","streamSid":"MZ1","media":{"payload":"gACA"}}`, `{"event":"mark","streamSid":"MZ1","mark":{"name":"m"}}`, `{"event":"clear","streamSid":"MZ1"}`), nil},
		{"streamSid is missing", said(`{"event":"media","media":{"payload":"gACA"}}`), []string{"twilio: media: streamSid is missing"}},
		{"another stream", said(`{"event":"clear","streamSid":"MZ2"}`), []string{`twilio: clear: streamSid is "MZ2", expected "MZ1"`}},
		{"name of a mark is a number", said(`{"event":"mark","streamSid":"MZ1","mark":{"name":1}}`), []string{`twilio: mark: mark.name is the number 1, expected text`}},
	})
}

func TestVonageRules(t *testing.T) {
	connected := text(`{"event":"websocket:connected","content-type":"audio/l16;rate=16000"}`)
	frame := func(n int) dialect.Message { return dialect.Message{Binary: true, Data: make([]byte, n)} }
	checkRules(t, "vonage", dialect.App, nil, []conversation{
		{"right", []dialect.Message{connected, frame(640), frame(640)}, nil},
		{"right at 8000", []dialect.Message{text(`{"event":"websocket:connected","content-type":"audio/l16;rate=8000"}`), frame(320)}, nil},
		{"duration as text", said(`{"event":"websocket:dtmf","digit":"5","duration":"260"}`), []string{`vonage: dtmf: duration is the text "260", expected a whole number, not as text`}},
		{"frame is too short", []dialect.Message{connected, frame(320), frame(640)}, []string{"vonage: frame size: frame size is 320, expected 640 octets (20ms)"}},
		{"frame is too long", []dialect.Message{connected, frame(641), frame(640)}, []string{"vonage: frame size: frame size is 641, expected 640 octets (20ms)"}},
		{"audio before connected", []dialect.Message{frame(640), connected, frame(640)}, []string{"vonage: order: media came, but the stream has not started"}},
		{"unknown rate", []dialect.Message{text(`{"event":"websocket:connected","content-type":"audio/l16;rate=11025"}`)}, []string{
			`vonage: encoding: encoding is "audio/l16;rate=11025", expected one of audio/l16;rate=16000, audio/l16;rate=8000, audio/l16;rate=24000`}},
	})
	checkRules(t, "vonage", dialect.Platform, nil, []conversation{
		{"right", append([]dialect.Message{frame(640)}, said(`{"action":"notify","payload":{"a":1}}`, `{"action":"clear"}`)...), nil},
		{"frame of the other rate", []dialect.Message{frame(320)}, []string{"vonage: frame size: frame size is 320, expected 640 octets (20ms)"}},
		{"payload is text", said(`{"action":"notify","payload":"x"}`), []string{`vonage: mark: payload is the text "x", expected an object`}},
	})
}

func TestRawRules(t *testing.T) {
	frame := func(n int) dialect.Message { return dialect.Message{Binary: true, Data: make([]byte, n)} }
	checkRules(t, "raw", dialect.Platform, nil, []conversation{
		{"right", []dialect.Message{frame(640), frame(2), text(`{"event":"start"}`)}, nil},
		{"half a sample", []dialect.Message{frame(3)}, []string{"raw: audio: the chunk has 3 octets, expected whole samples"}},
		{"empty", []dialect.Message{frame(0)}, []string{"raw: audio: the chunk is empty"}},
	})
}

// An overflow of the buffer is told once, each time that it begins.
func TestBufferOverflowIsToldOnce(t *testing.T) {
	f := flow(t, "vonage", dialect.Platform, dialect.Options{})
	second := dialect.Message{Binary: true, Data: make([]byte, 640)}
	var got []string
	for i := range 3080 {
		at := time.Duration(0)
		if i > 3075 {
			at = 100 * ms
		}
		for _, e := range f.Receive(at, second).Events {
			if v, ok := e.(*dialect.Violation); ok {
				got = append(got, fmt.Sprint(i, " ", v.Text))
			}
		}
	}
	diff(t, "violations", []string{"3072 20ms of the stream found no room: the platform keeps at most 3072 messages"}, got)
}
