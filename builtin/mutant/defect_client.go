package mutant

import (
	"bytes"
	"encoding/binary"
	"net"
	"slices"

	"github.com/duologue/duologue/wire"
)

// ClientDefects lists every defect of [Client], in the order of the rules they
// break. Those that do not depend on the role are also among [Defects].
func ClientDefects() []Defect { return listed(clientDefects) }

// clientDefects is the registry of the defects of a client.
var clientDefects = slices.Concat(ofBothRoles(wholeDefects), requestDefects, responseDefects, maskDefects, ofBothRoles(frameDefects),
	ofBothRoles(fragmentDefects), ofBothRoles(echoDefects), ofBothRoles(pingDefects), ofBothRoles(textDefects),
	ofBothRoles(closeDefects), ofBothRoles(deflateDefects), clientDeflateDefects, ofBothRoles(securityDefects))

// serverOnly are defects that a client cannot have, or that do not show in one.
var serverOnly = []string{"unmasked-ok", "mask-forgotten", "masked-echo", "cross-talk", "close-keeps-tcp", "few-connections", "slow-pong", "small-frames-wait", "silent-rate-limit",
	"close-reply-late", "slow-reader-loses", "slow-reader-blocks",
	"reason-from-memory", "reason-changes"}

// ofBothRoles leaves out the defects that only a server can have.
func ofBothRoles(defects []defect) []defect {
	return slices.DeleteFunc(slices.Clone(defects), func(d defect) bool {
		return d.admits != nil || d.refusal != nil || d.answer != nil || d.delay != nil || d.offers || d.remembers || slices.Contains(serverOnly, d.name)
	})
}

// maskDefects break RFC 6455 sections 5.1 and 5.3.
var maskDefects = []defect{
	{name: "unmasked-echo", says: "The echo is not masked.", message: framed(func(f *wire.RawFrame) { f.Mask = wire.MaskNone })},
	{name: "zero-mask", says: "The mask of every echo is zero.", message: framed(func(f *wire.RawFrame) { f.Mask = wire.MaskKey })},
	{name: "fixed-mask", says: "Every echo has the same mask.", message: framed(maskedWith([4]byte{0x37, 0xfa, 0x21, 0x3d}))},
	{name: "counted-mask", says: "The masks of echoes are counted up.",
		message: func(c *call, m *wire.Message) {
			c.count++
			f := wire.RawFrame{Fin: true, Opcode: opcode(m), Mask: wire.MaskKey, Parts: wire.Payload(m.Data)}
			binary.BigEndian.PutUint32(f.Key[:], 0x37fa213d+uint32(c.count))
			c.raw(f)
		}},
	{name: "mask-not-applied", says: "The header of the echo says a mask that its payload does not have.",
		message: framed(func(f *wire.RawFrame) {
			maskedWith([4]byte{0x37, 0xfa, 0x21, 0x3d})(f)
			data := slices.Clone(f.Parts[0].Data)
			for i := range data {
				data[i] ^= f.Key[i%4] // writing the frame masks it a second time
			}
			f.Parts = wire.Payload(data)
		})},
	{name: "endless-head", says: "The head of an answer may be as long as it likes.",
		socket: func(nc net.Conn) net.Conn { return &wholeHead{Conn: nc} }},
	{name: "masked-ok", says: "Masked frames of a server are accepted.", broken: lets(breach("RFC6455#5.1", "a masked"))},
}

func maskedWith(key [4]byte) func(*wire.RawFrame) {
	return func(f *wire.RawFrame) { f.Mask, f.Key = wire.MaskKey, key }
}

// clientDeflateDefects break what RFC 7692 section 7.1 asks of a client.
var clientDeflateDefects = []defect{
	{name: "deflate-keeps-context", says: "The client keeps its window from message to message, whatever was agreed.",
		socket: answered(struck(`; *client_no_context_takeover`))},
	{name: "deflate-wide-window", says: "The client compresses with a window of 15 bits, whatever was agreed.",
		socket: answered(struck(`; *client_max_window_bits=[0-9]+`))},
	{name: "deflate-not-agreed", says: "Messages are compressed though nothing was agreed.",
		message: framed(func(f *wire.RawFrame) { f.RSV, f.Parts = 4, wire.Payload(wire.Deflated(f.Parts[0].Data)) })},
}

// wholeHead gives nothing of an answer before its head is complete, however long
// that is.
type wholeHead struct {
	net.Conn
	came  []byte
	whole bool
}

func (w *wholeHead) Read(p []byte) (int, error) {
	for !w.whole {
		n, err := w.Conn.Read(p)
		w.came = append(w.came, p[:n]...)
		if w.whole = bytes.Contains(w.came[max(0, len(w.came)-n-3):], []byte("\r\n\r\n")); !w.whole && err != nil {
			return 0, err
		}
	}
	if len(w.came) == 0 {
		return w.Conn.Read(p)
	}
	n := copy(p, w.came)
	w.came = w.came[n:]
	return n, nil
}
