package builtin

import (
	"bytes"
	"testing"
)

// A Close is found after frames of every length, however the octets are cut into
// writes. An octet of a payload is never taken for one.
func TestBeforeClose(t *testing.T) {
	payload := func(n int) []byte { return bytes.Repeat([]byte{0x88}, n) }
	tests := []struct {
		name   string
		frames []byte
	}{
		{"nothing", nil},
		{"an empty text", []byte{0x81, 0}},
		{"a short one", append([]byte{0x82, 125}, payload(125)...)},
		{"16 bits of length", append([]byte{0x82, 126, 0x88, 0x88}, payload(0x8888)...)},
		{"64 bits of length", append([]byte{0x82, 127, 0, 0, 0, 0, 0, 1, 0x88, 0x88}, payload(0x18888)...)},
		{"a pong and a text", []byte{0x8a, 1, 0x88, 0x81, 1, 0x88}},
	}
	for _, test := range tests {
		for _, size := range []int{1, 7, 4096, 1 << 20} {
			s, end, whole := &socket{}, 0, append(test.frames, 0x88, 2, 3, 232)
			for len(whole[end:]) > 0 {
				part := whole[end:min(end+size, len(whole))]
				n := s.beforeClose(part)
				end += n
				if n < len(part) {
					break
				}
			}
			if end != len(test.frames) {
				t.Errorf("%s in writes of %d: beforeClose stopped at %d, want %d", test.name, size, end, len(test.frames))
			}
		}
	}
}
