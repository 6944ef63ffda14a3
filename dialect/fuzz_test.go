package dialect_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
)

// FuzzReceive hands messages, which it cuts from data at 0xff 0xfe, to flows of
// every dialect and both roles. Nothing panics, time does not run back, and
// nothing is due for ever.
func FuzzReceive(f *testing.F) {
	f.Add([]byte(`{"event":"start","sequenceNumber":0,"start":{"tag":"a","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`+"\xff\xfe"+
		`{"event":"media","sequenceNumber":1,"media":{"tag":"a","chunk":0,"timestamp":0,"payload":"gACA"}}`+"\xff\xfe"+
		`{"event":"stop","sequenceNumber":2,"stop":{"tag":"a"}}`), false)
	f.Add([]byte(`{"event":"media","streamSid":"MZ1","media":{"payload":"gACA"}}`+"\xff\xfe"+`{"event":"mark","streamSid":"MZ1","mark":{"name":"a"}}`+"\xff\xfe"+
		`{"event":"clear","streamSid":"MZ1"}`), false)
	f.Add([]byte(`{"event":"websocket:connected","content-type":"audio/l16;rate=16000","a":{"b":[1]}}`+"\xff\xfe"+`{"action":"notify","payload":{"name":"{\"a\":1}"}}`), false)
	f.Add([]byte(`{"event":"st\u0061rt","event":"start","start":null}`+"\xff\xfe"+` {"event" : "stop" , "stop":{"tag":"\ud800"}} `), true)
	var all []*dialect.Dialect
	for _, name := range dialect.Names() {
		d, err := dialect.Builtin(name)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, d)
	}
	f.Fuzz(func(t *testing.T, data []byte, binary bool) {
		for _, d := range all {
			for _, role := range []dialect.Role{dialect.Platform, dialect.App} {
				fl, err := d.Flow(role, dialect.Options{Vars: fuzzVars(d.Name(), role)})
				if err != nil {
					t.Fatal(err)
				}
				converse(t, fl, bytes.Split(data, []byte("\xff\xfe")), binary)
			}
		}
	})
}

func fuzzVars(name string, role dialect.Role) map[string]any {
	if name == "twilio" && role == dialect.Platform {
		return twilioVars
	}
	return nil
}

// converse hands over messages a second apart. Now and then it also hands one
// over as the other type.
func converse(t *testing.T, f *dialect.Flow, messages [][]byte, binary bool) {
	t.Helper()
	f.Opening()
	at := time.Duration(0)
	for _, data := range messages {
		r := f.Receive(at, dialect.Message{Binary: binary, Data: data})
		if !r.Plumbing && len(r.Replies) > 0 && len(r.Events) == 0 {
			t.Errorf("Receive(%q) answers what it does not know", data)
		}
		at += 100 * ms
		for range 10_000 {
			due, ok := f.Due()
			if !ok || due > at {
				break
			}
			f.Advance(due)
			if next, ok := f.Due(); ok && next < due {
				t.Fatalf("Due went back from %v to %v", due, next)
			}
		}
		if due, ok := f.Due(); ok && due <= at {
			t.Fatalf("what is due at %v does not end", due)
		}
	}
	for _, e := range f.Closing(at).Events {
		if e, ok := e.(*dialect.MediaEnded); ok && (e.Duration < 0 || e.PlayedEnd < e.PlayedStart) {
			t.Errorf("ended = %+v, want a duration", e)
		}
	}
}

// FuzzParse reads dialect files. A valid one must be able to speak and to
// understand itself.
func FuzzParse(f *testing.F) {
	f.Add(own)
	for _, name := range dialect.Names() {
		d, err := dialect.Builtin(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(d.Source())
	}
	f.Fuzz(func(t *testing.T, source string) {
		var out diag.List
		d := dialect.Parse("f.yaml", source, &out)
		if (d == nil) == out.Empty() {
			t.Fatalf("Parse gave %v and %v", d, out.Sorted())
		}
		if d == nil {
			return
		}
		platform, err := d.Flow(dialect.Platform, dialect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		app, err := d.Flow(dialect.App, dialect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		say(t, platform, app)
		say(t, app, platform)
	})
}

// say lets one side say everything that it can, and the other listen.
func say(t *testing.T, a, b *dialect.Flow) {
	t.Helper()
	sent := a.Opening()
	s, more, err := a.Start(dialect.StreamOptions{})
	sent = append(sent, more...)
	if err == nil {
		length, _ := s.ChunkLength()
		sent = append(append(sent, s.Chunk(make([]byte, s.Format().Octets(length)))), s.Stop()...)
	}
	if marks, err := a.Mark("m"); err == nil {
		sent = append(sent, marks...)
	}
	if keys, err := a.DTMF("1"); err == nil {
		sent = append(sent, keys...)
	}
	for _, m := range sent {
		if r := b.Receive(0, m); !r.Plumbing {
			t.Errorf("the other side does not know %q", m.Data)
		}
	}
}
