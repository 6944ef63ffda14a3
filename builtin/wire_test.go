package builtin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
	"github.com/google/go-cmp/cmp"
)

func closeError(err error) (websocket.CloseError, bool) {
	var e websocket.CloseError
	ok := errors.As(err, &e)
	return e, ok
}

// A message that a vendor's platform would never send ends the call, with a
// reason.
func TestStrictReading(t *testing.T) {
	tests := []struct {
		name, url string
		messages  []string
	}{
		{"voximplant: media before start", "builtin://voximplant/echo", []string{`{"event":"media","sequenceNumber":1,"media":{"tag":"a","chunk":0,"timestamp":0,"payload":"AAAA"}}`}},
		{"voximplant: stop before start", "builtin://voximplant/echo", []string{`{"event":"stop","sequenceNumber":1,"stop":{"tag":"a","mediaInfo":{}}}`}},
		{"voximplant: PCM16 at 8000", "builtin://voximplant/echo", []string{`{"event":"start","sequenceNumber":0,"start":{"mediaFormat":{"encoding":"PCM16","sampleRate":8000}}}`}},
		{"voximplant: start without a body", "builtin://voximplant/echo", []string{`{"event":"start","sequenceNumber":0}`}},
		{"voximplant: payload not base64", "builtin://voximplant/echo", []string{
			`{"event":"start","sequenceNumber":0,"start":{"mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`,
			`{"event":"media","sequenceNumber":1,"media":{"chunk":0,"timestamp":0,"payload":"%"}}`}},
		{"voximplant: a counter that is a word", "builtin://voximplant/echo", []string{`{"event":"start","sequenceNumber":"one","start":{"mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`}},
		{"voximplant: the ivr cannot decode Opus", "builtin://voximplant/ivr", []string{`{"event":"start","sequenceNumber":0,"start":{"mediaFormat":{"encoding":"OPUS","sampleRate":48000}}}`}},
		{"voximplant: half a sample", "builtin://voximplant/ivr", []string{
			`{"event":"start","sequenceNumber":0,"start":{"mediaFormat":{"encoding":"PCM8","sampleRate":8000}}}`,
			`{"event":"media","sequenceNumber":1,"media":{"chunk":0,"timestamp":0,"payload":"AAAA"}}`}},
		{"twilio: media before start", "builtin://twilio/echo", []string{`{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"0","payload":"AAAA"},"streamSid":"MZ1"}`}},
		{"twilio: counters that are numbers", "builtin://twilio/echo", []string{`{"event":"start","sequenceNumber":1,"start":{"streamSid":"MZ1","mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}},"streamSid":"MZ1"}`}},
		{"twilio: start without streamSid", "builtin://twilio/echo", []string{`{"event":"start","sequenceNumber":"1","start":{"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}`}},
		{"twilio: another encoding", "builtin://twilio/echo", []string{`{"event":"start","sequenceNumber":"1","start":{"streamSid":"MZ1","mediaFormat":{"encoding":"audio/x-alaw","sampleRate":8000,"channels":1}},"streamSid":"MZ1"}`}},
		{"twilio: another stream", "builtin://twilio/echo", []string{twilioStart,
			`{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"0","payload":"AAAA"},"streamSid":"MZ2"}`}},
		{"vonage: audio before connected", "builtin://vonage/echo", []string{"\x00\x00"}},
		{"vonage: another content-type", "builtin://vonage/echo", []string{`{"event":"websocket:connected","content-type":"audio/wav;rate=16000"}`}},
		{"vonage: another rate", "builtin://vonage/echo", []string{`{"event":"websocket:connected","content-type":"audio/l16;rate=44100"}`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			events, _ := call(t, test.url, func(c *caller) {
				for _, m := range test.messages {
					kind := websocket.MessageText
					if !strings.HasPrefix(m, "{") {
						kind = websocket.MessageBinary
					}
					c.send(kind, m)
				}
				c.wait(time.Second)
			})
			end := events[len(events)-1]
			if end.end != websocket.StatusPolicyViolation && end.end != websocket.StatusUnsupportedData {
				t.Errorf("the call ended with %v, want 1008 or 1003", end.end)
			}
		})
	}
}

const twilioStart = `{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"FirstName":"Jane"}},"streamSid":"MZ1"}`

// The content of the vendors' samples comes back in the vendors' words.
func TestVendorEchoes(t *testing.T) {
	tests := []struct {
		name, url  string
		send, want []string
	}{
		{"voximplant, numbers", "builtin://voximplant/echo",
			[]string{
				`{"event":"start","sequenceNumber":0,"start":{"tag":"MyAudioStream","mediaFormat":{"encoding":"PCM16","sampleRate":16000},"customParameters":"{\"test\":\"123\"}"}}`,
				`{"event":"media","sequenceNumber":1,"media":{"tag":"MyAudioStream","chunk":0,"timestamp":0,"payload":"AAECAwQFBgc="}}`,
				`{"event":"media","sequenceNumber":3,"media":{"tag":"MyAudioStream","chunk":2,"timestamp":8,"payload":"CAkKCw=="}}`,
				`{"event":"stop","sequenceNumber":9,"stop":{"tag":"MyAudioStream","mediaInfo":{"bytesSent":21100,"duration":124}}}`,
				`{"customEvent":"hello"}`,
			},
			[]string{
				`{"event":"start","sequenceNumber":0,"start":{"tag":"MyAudioStream","mediaFormat":{"encoding":"PCM16","sampleRate":16000},"customParameters":"{\"test\":\"123\"}"}}`,
				`{"event":"media","sequenceNumber":1,"media":{"tag":"MyAudioStream","chunk":0,"timestamp":0,"payload":"AAECAwQFBgc="}}`,
				`{"event":"media","sequenceNumber":2,"media":{"tag":"MyAudioStream","chunk":1,"timestamp":4,"payload":"CAkKCw=="}}`,
				`{"event":"stop","sequenceNumber":3,"stop":{"tag":"MyAudioStream","mediaInfo":{"bytesSent":12,"duration":0}}}`,
				`{"customEvent":"hello"}`,
			}},
		{"voximplant, counters as text, no tag", "builtin://voximplant/echo",
			[]string{
				`{"event":"start","sequenceNumber":"0","start":{"mediaFormat":{"encoding":"OPUS","sampleRate":48000}}}`,
				`{"event":"media","sequenceNumber":"1","media":{"chunk":"0","timestamp":"0","payload":"AAEC"}}`,
				`{"event":"media","sequenceNumber":"2","media":{"chunk":"1","timestamp":"960","payload":"AAEC"}}`,
			},
			[]string{
				`{"event":"start","sequenceNumber":0,"start":{"mediaFormat":{"encoding":"OPUS","sampleRate":48000}}}`,
				`{"event":"media","sequenceNumber":1,"media":{"chunk":0,"timestamp":0,"payload":"AAEC"}}`,
				`{"event":"media","sequenceNumber":2,"media":{"chunk":1,"timestamp":960,"payload":"AAEC"}}`,
			}},
		{"voximplant, two streams at once", "builtin://voximplant/echo",
			[]string{
				`{"event":"start","sequenceNumber":0,"start":{"tag":"a","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`,
				`{"event":"start","sequenceNumber":1,"start":{"tag":"b","mediaFormat":{"encoding":"ALAW","sampleRate":8000}}}`,
				`{"event":"media","sequenceNumber":2,"media":{"tag":"b","chunk":0,"timestamp":0,"payload":"AAEC"}}`,
				`{"event":"media","sequenceNumber":3,"media":{"tag":"a","chunk":0,"timestamp":0,"payload":"AAEC"}}`,
				`{"event":"media","sequenceNumber":4,"media":{"tag":"b","chunk":1,"timestamp":3,"payload":"AAEC"}}`,
			},
			[]string{
				`{"event":"start","sequenceNumber":0,"start":{"tag":"a","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`,
				`{"event":"start","sequenceNumber":1,"start":{"tag":"b","mediaFormat":{"encoding":"ALAW","sampleRate":8000}}}`,
				`{"event":"media","sequenceNumber":2,"media":{"tag":"b","chunk":0,"timestamp":0,"payload":"AAEC"}}`,
				`{"event":"media","sequenceNumber":3,"media":{"tag":"a","chunk":0,"timestamp":0,"payload":"AAEC"}}`,
				`{"event":"media","sequenceNumber":4,"media":{"tag":"b","chunk":1,"timestamp":3,"payload":"AAEC"}}`,
			}},
		{"twilio", "builtin://twilio/echo",
			[]string{
				`{"event":"connected","protocol":"Call","version":"1.0.0"}`,
				twilioStart,
				`{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"AAEC"},"streamSid":"MZ1"}`,
				`{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}`,
				`{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}`,
				`{"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}`,
			},
			[]string{`{"event":"media","streamSid":"MZ1","media":{"payload":"AAEC"}}`}},
		{"vonage", "builtin://vonage/echo",
			[]string{
				`{"event":"websocket:connected","content-type":"audio/l16;rate=16000","caller":"447700900000"}`,
				"\x01\x02\x03\x04",
				`{"event":"websocket:dtmf","digit":"5","duration":260}`,
				`{"event":"websocket:cleared"}`,
				`{"event":"websocket:notify","payload":{"name":"x"}}`,
			},
			[]string{"\x01\x02\x03\x04"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			events, _ := call(t, test.url, func(c *caller) {
				for _, m := range test.send {
					kind := websocket.MessageText
					if !strings.HasPrefix(m, "{") {
						kind = websocket.MessageBinary
					}
					c.send(kind, m)
				}
				c.wait(time.Second)
			})
			var got []string
			for _, e := range events[:len(events)-1] {
				got = append(got, string(e.data))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("echo (-want +got):\n%s", diff)
			}
		})
	}
}

// Nothing from the network makes a wire panic.
func FuzzWires(f *testing.F) {
	f.Add([]byte(twilioStart), true)
	f.Add([]byte(`{"event":"start","start":{"mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`), true)
	f.Add([]byte(`{"event":"websocket:connected","content-type":"audio/l16;rate=8000"}`), true)
	f.Fuzz(func(t *testing.T, data []byte, text bool) {
		kind := websocket.MessageBinary
		if text {
			kind = websocket.MessageText
		}
		for _, w := range []wire{newPlain(), newVoximplant(), newTwilio(), newVonage()} {
			h, err := w.hear(kind, data)
			if err != nil || h.stream.format.Rate == 0 {
				continue // bots speak in streams that they have heard
			}
			for k := cueBegin; k <= cueDrop; k++ {
				w.say(cue{kind: k, stream: h.stream, octets: h.octets})
			}
		}
	})
}

func TestIVRAtEveryRate(t *testing.T) {
	for _, rate := range []media.Rate{8000, 16000, 24000} {
		events, _ := call(t, "builtin://vonage/ivr", func(c *caller) {
			c.rate = rate
			c.start()
			c.wait(5 * time.Second)
		})
		chunks := only(reading(events), "media")
		if len(chunks) != 181 {
			t.Errorf("greeting at %d Hz = %d chunks, want 181 of 20 ms", rate, len(chunks))
		}
		for i, m := range chunks {
			if len(m.data) != int(rate)/25 || m.at != time.Duration(i)*chunkTime {
				t.Fatalf("chunk %d at %d Hz = %d octets at %v, want %d at %v", i, rate, len(m.data), m.at, rate/25, time.Duration(i)*chunkTime)
			}
		}
	}
}
