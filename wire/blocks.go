package wire

import (
	"errors"
	"fmt"
)

// errWindow says that a block refers back beyond the window agreed on.
var errWindow = errors.New("reference beyond the window")

// blocks inflates the blocks of one message (RFC 1951 section 3.2).
type blocks struct {
	in     bits
	out    []byte
	dict   []byte // what stands before out
	window int
	limit  int64
	held   *ledger
	ask    int // how long out may become before the ledger is asked again
}

// grown asks the ledger about what was added.
func (b *blocks) grown() error {
	if len(b.out) < b.ask {
		return nil
	}
	n := len(b.out) - b.ask + ledgerStep
	b.ask = len(b.out) + ledgerStep
	if !b.held.add(n) {
		return errNoMemory
	}
	return nil
}

// inflate takes blocks until the octets are used up. As a message ends with an empty block without compression, of
// which the last four octets are inflateTail, it must end there.
func (b *blocks) inflate() error {
	for {
		final, err := b.in.take(1)
		if err != nil {
			return err
		}
		kind, err := b.in.take(2)
		if err != nil {
			return err
		}
		before := len(b.out)
		if err := b.block(kind); err != nil {
			return err
		}
		if final == 1 {
			b.in.align()
		}
		if b.in.left() > 0 {
			continue
		}
		if kind != 0 || len(b.out) != before {
			return errBadTail
		}
		return nil
	}
}

func (b *blocks) block(kind uint32) error {
	switch kind {
	case 0:
		return b.stored()
	case 1:
		return b.compressed(&fixedLiterals, &fixedDistances)
	case 2:
		literals, distances, err := b.in.codes()
		if err != nil {
			return err
		}
		return b.compressed(&literals, &distances)
	}
	return errors.New("reserved kind of block")
}

// stored takes a block without compression (RFC 1951 section 3.2.4).
func (b *blocks) stored() error {
	b.in.align()
	n, err := b.in.take(16)
	if err != nil {
		return err
	}
	inverted, err := b.in.take(16)
	if err != nil {
		return err
	}
	if n != ^inverted&0xffff {
		return fmt.Errorf("block length %d does not match its complement", n)
	}
	octets, err := b.in.raw(int(n))
	if err != nil {
		return err
	}
	return b.add(octets)
}

// add appends octets within the limit.
func (b *blocks) add(octets []byte) error {
	if int64(len(octets)) > b.limit-int64(len(b.out)) {
		return errTooLong
	}
	b.out = append(b.out, octets...)
	return b.grown()
}

// The lengths and distances of RFC 1951 section 3.2.5: where each code begins and how many bits follow it.
var (
	lengthBase   = [29]uint32{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthBits   = [29]uint{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase = [30]uint32{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distanceBits = [30]uint{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// endOfBlock is the literal that ends a block.
const endOfBlock = 256

// compressed takes a block of literals and references.
func (b *blocks) compressed(literals, distances *huffman) error {
	for {
		if err := b.grown(); err != nil {
			return err
		}
		symbol, err := b.in.symbol(literals)
		switch {
		case err != nil:
			return err
		case symbol == endOfBlock:
			return nil
		case symbol < endOfBlock:
			if int64(len(b.out)) == b.limit {
				return errTooLong
			}
			b.out = append(b.out, byte(symbol))
		default:
			if err := b.reference(symbol-endOfBlock-1, distances); err != nil {
				return err
			}
		}
	}
}

// reference takes a reference whose length code was read.
func (b *blocks) reference(code int, distances *huffman) error {
	if code >= len(lengthBase) {
		return errors.New("reserved length code")
	}
	more, err := b.in.take(lengthBits[code])
	if err != nil {
		return err
	}
	length := int(lengthBase[code] + more)
	if code, err = b.in.symbol(distances); err != nil {
		return err
	}
	if code >= len(distanceBase) {
		return errors.New("reserved distance code")
	}
	if more, err = b.in.take(distanceBits[code]); err != nil {
		return err
	}
	return b.copy(int(distanceBase[code]+more), length)
}

// copy repeats length octets from distance octets back.
func (b *blocks) copy(distance, length int) error {
	if distance > b.window {
		return errWindow
	}
	if distance > len(b.dict)+len(b.out) {
		return fmt.Errorf("reference %d octets back, before the start", distance)
	}
	if int64(length) > b.limit-int64(len(b.out)) {
		return errTooLong
	}
	from := len(b.out) - distance
	if from >= 0 && distance >= length {
		b.out = append(b.out, b.out[from:from+length]...)
		return nil
	}
	for ; length > 0; length-- {
		if from < 0 {
			b.out = append(b.out, b.dict[len(b.dict)+from])
		} else {
			b.out = append(b.out, b.out[from])
		}
		from++
	}
	return nil
}
