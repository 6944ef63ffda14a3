package wire

import (
	"bytes"
	"compress/flate"
)

// deflater compresses the messages of one direction (RFC 7692 section 7.2.1).
type deflater struct {
	takeover bool
	level    int
	flate    *flate.Writer
	out      bytes.Buffer
}

// quick is the lowest level that refers back also in short messages, and to the messages before. On text it takes a third of
// the time of the usual one for a tenth more octets.
const quick = 2

// newDeflater makes the compressing side. The standard library cannot bound its window, so under a smaller one only
// Huffman codes are used, which refer to nothing.
func newDeflater(takeover bool, windowBits int) *deflater {
	d := &deflater{takeover: takeover, level: quick}
	if windowBits < 15 {
		d.level = flate.HuffmanOnly
	}
	return d
}

// soon reports whether a message of so many octets is compressed soon enough for a caller that must not wait. The first
// message takes the memory of the compressor, which is about a megabyte.
func (d *deflater) soon(octets int) bool { return d.flate != nil && octets <= soonOctets }

// soonOctets takes about as long to compress as two writes to the system take.
const soonOctets = 1 << 10

// message compresses one message. The result is valid until the next call.
func (d *deflater) message(data []byte) []byte {
	d.out.Reset()
	switch {
	case d.flate == nil:
		d.flate, _ = flate.NewWriter(&d.out, d.level) // fails only for a level that does not exist
	case !d.takeover:
		d.flate.Reset(&d.out)
	}
	_, _ = d.flate.Write(data) // a bytes.Buffer takes everything
	_ = d.flate.Flush()
	b := d.out.Bytes()
	return b[:len(b)-4] // without the 00 00 ff ff that Flush ends with
}
