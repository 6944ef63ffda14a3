package trace

import (
	"bytes"
	"reflect"
	"unicode/utf8"
)

// eventWeight is about how many octets an event takes without its content:
// itself, its detail, and its places in the lists that hold it.
const eventWeight = 256

// Weight gives about how many octets of memory an event takes. For a sent event
// it counts only its places, because we limit what we send.
func (e Event) Weight() int {
	if e.Sent {
		return eventWeight
	}
	switch d := e.Detail.(type) {
	case *Message:
		return eventWeight + rounded(len(d.Data)) + rounded(len(d.Holds))
	case *Frame:
		return eventWeight + rounded(len(d.Data))
	case *Media, *Ping, *Pong: // a few octets each
		return eventWeight
	}
	return eventWeight + rounded(carried(reflect.ValueOf(e.Detail)))
}

// rounded gives about how much memory so many octets take. Memory comes in
// classes of sizes that are an eighth apart.
func rounded(octets int) int { return octets + octets/8 }

// brief is the most octets of a message or frame in a brief event. That is more
// than its line shows.
const brief = 4 << 10

// Brief gives an event without the octets of a message, frame or body that its
// [Event.Line] does not need.
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
	case *Piece:
		if len(d.Data) > brief {
			short := *d
			short.Data, short.omitted = cut(d.Data)
			e.Detail = &short
		}
	case *Request:
		if len(d.Body) > brief {
			short := *d
			short.Body, _ = cut(d.Body)
			e.Detail = &short
		}
	case *Answer:
		if len(d.Body) > brief {
			short := *d
			short.Body, _ = cut(d.Body)
			e.Detail = &short
		}
	}
	return e
}

// cut gives the first octets, and how many are left out. It does not cut a
// character of text.
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

// carried gives the size of all texts and octets in a value.
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
