package suitetest

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

// timeless gives a scenario as JSON without everything that differs between two runs: times,
// ports, the keys of handshakes and of masked frames, the octets with which a session asks
// whether its peer has read everything. Sent events stand before received ones, because their
// order at one instant varies. Everything after the last step is left out. If the octets of
// streams were kept, there is a sum over them.
func timeless(t *testing.T, sc *trace.Scenario) []byte {
	t.Helper()
	text, err := json.Marshal(sc)
	if err != nil {
		t.Fatal(err)
	}
	still := new(trace.Scenario)
	if err := json.Unmarshal(text, still); err != nil {
		t.Fatal(err)
	}
	stop(reflect.ValueOf(still).Elem())
	slices.SortStableFunc(still.Connections, func(a, b trace.Connection) int { return cmp.Compare(a.Name, b.Name) })
	for i := range still.Connections {
		apart(&still.Connections[i])
	}
	if text, err = json.MarshalIndent(still, "", " "); err != nil {
		t.Fatal(err)
	}
	for _, v := range varying {
		text = v.text.ReplaceAll(text, []byte(v.as))
	}
	return append(text, octets(sc)...)
}

// octets gives sums over the octets of the streams.
func octets(sc *trace.Scenario) string {
	var out []string
	for _, c := range sc.Connections {
		for _, s := range c.Streams {
			if len(s.Octets) > 0 {
				out = append(out, fmt.Sprintf("\n%s %s %x", c.Name, s.Tag, sha256.Sum256(s.Octets)))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// varying is what differs between runs within texts, and what replaces it. Keys come first,
// because they can contain what looks like a time.
var varying = []struct {
	text *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=`), "KEY"}, // of a handshake and of its answer
	{regexp.MustCompile(`\b\d+(\.\d+)?(ns|µs|ms|s|m\d+s)\b`), "TIME"},
	{regexp.MustCompile(`127\.0\.0\.1(:\d+)?`), "HOST"},
	{regexp.MustCompile(`\bmasked [0-9a-f]{8}\b`), "masked MASK"},
}

// apart separates the events of a connection by who sent them.
func apart(c *trace.Connection) {
	c.Events = slices.DeleteFunc(c.Events, func(e trace.Event) bool { return e.AfterEnd })
	slices.SortStableFunc(c.Events, func(a, b trace.Event) int { return cmp.Compare(side(a), side(b)) })
	for i := range c.Streams {
		c.Streams[i].Chunks = nil
	}
}

func side(e trace.Event) int {
	if e.Sent {
		return 0
	}
	return 1
}

// stop removes times, and everything else that differs between runs, from a value and all
// values in it.
func stop(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			stop(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			stop(v.Index(i))
		}
	case reflect.Struct:
		stopStruct(v)
	case reflect.Int64:
		if v.CanSet() && v.Type() == reflect.TypeFor[time.Duration]() {
			v.SetInt(0)
		}
	}
}

func stopStruct(v reflect.Value) {
	if !v.CanSet() {
		return
	}
	switch d := v.Addr().Interface().(type) {
	case *trace.Event:
		d.Seq = 0
	case *trace.Quantiles:
		*d = trace.Quantiles{}
	case *trace.Figure:
		d.Value = 0
	case *trace.Spread:
		*d = trace.Spread{Name: d.Name, Unit: d.Unit, Worse: d.Worse, Count: d.Count, Missing: d.Missing}
	case *trace.Ping:
		d.Data = withoutProbe(d.Data)
	case *trace.Pong:
		d.Data = withoutProbe(d.Data)
	case *trace.FrameHead:
		d.Mask = ""
	}
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			stop(v.Field(i))
		}
	}
}

// withoutProbe removes the eight octets of a session's own Ping.
func withoutProbe(data []byte) []byte {
	if len(data) == 8 {
		return nil
	}
	return data
}
