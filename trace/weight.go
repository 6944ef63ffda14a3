package trace

import (
	"bytes"
	"reflect"
	"unicode/utf8"
)

// eventWeight is about what an event takes besides what it carries: itself, its
// detail, and its places in the lists that hold it.
const eventWeight = 256

// Weight is about how many octets of memory an event takes. What we sent is ours
// to bound, so only its place counts.
func (e Event) Weight() int {
	if e.Sent {
		return eventWeight
	}
	switch d := e.Detail.(type) {
	case *Message:
		return eventWeight + rounded(len(d.Data))
	case *Frame:
		return eventWeight + rounded(len(d.Data))
	case *Media, *Ping, *Pong: // a few octets each
		return eventWeight
	}
	return eventWeight + rounded(carried(reflect.ValueOf(e.Detail)))
}

// rounded is about what so many octets take: memory is given out in classes of
// sizes, an eighth apart.
func rounded(octets int) int { return octets + octets/8 }

// brief is how many octets of a message or frame an event in brief holds: more
// than its line shows.
const brief = 4 << 10

// Brief gives an event that holds no more octets of a message or frame than its
// [Event.Line] needs.
func (e Event) Brief() Event {
	switch d := e.Detail.(type) {
	case *Message:
		if len(d.Data) > brief {
			short := *d
			short.Data, short.omitted = cut(d.Data)
			e.Detail = &short
		}
	case *Frame:
		if len(d.Data) > brief {
			short := *d
			short.Data, short.omitted = cut(d.Data)
			e.Detail = &short
		}
	case *Octets:
		if len(d.Data) > brief {
			short := *d
			short.Data, short.omitted = cut(d.Data)
			e.Detail = &short
		}
	}
	return e
}

// cut gives the first octets, of a text up to the end of a character, and how many
// are left out.
func cut(data []byte) (first []byte, omitted int) {
	n := brief
	for k := n; k > n-utf8.UTFMax; k-- {
		if utf8.RuneStart(data[k]) {
			n = k
			break
		}
	}
	return bytes.Clone(data[:n]), len(data) - n
}

// carried sums up the texts and octets in a value.
func carried(v reflect.Value) int {
	total := 0
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return carried(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Len()
		}
		for i := range v.Len() {
			total += int(v.Type().Elem().Size()) + carried(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			total += carried(v.Field(i))
		}
	case reflect.Map:
		for all := v.MapRange(); all.Next(); {
			total += carried(all.Key()) + carried(all.Value())
		}
	}
	return total
}
