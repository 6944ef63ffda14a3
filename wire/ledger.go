package wire

// ledgerStep is how many octets come before they are counted: most messages have
// fewer, and cost nothing.
const ledgerStep = 64 << 10

// ledger counts what a message takes that has not ended.
type ledger struct {
	hold      func(octets int) bool // nil: nobody counts
	counted   int64
	uncounted int
}

// add takes more octets and reports whether they may be kept.
func (l *ledger) add(n int) bool {
	if l == nil || l.hold == nil {
		return true
	}
	if l.uncounted += n; l.uncounted < ledgerStep {
		return true
	}
	n, l.uncounted = l.uncounted, 0
	l.counted += int64(n)
	return l.hold(n)
}

// clear says that nothing is held any more.
func (l *ledger) clear() {
	if l.counted > 0 {
		l.hold(-int(l.counted))
	}
	l.counted, l.uncounted = 0, 0
}

// Count has hold told of the octets that the message takes which is coming, more
// or, negative, fewer, in steps of 64 KiB. Where hold reports false, the message is
// an [Excess] of [LimitMemory]. Count is called before [Conn.Next], or not at all.
func (c *Conn) Count(hold func(octets int) bool) {
	c.reader.held.hold = hold
	if c.reader.inflate != nil {
		c.reader.inflate.held = &c.reader.held
	}
}
