package wire

import (
	"errors"
	"io"
)

// bits reads octets bit by bit, the lowest first (RFC 1951 section 3.1.1).
type bits struct {
	octets []byte
	held   uint32 // bits taken off octets and not yet used, the next one lowest
	n      uint   // how many
}

// fill holds at least n bits, at most 25, or as many as there are.
func (b *bits) fill(n uint) {
	for b.n < n && len(b.octets) > 0 {
		b.held |= uint32(b.octets[0]) << b.n
		b.octets = b.octets[1:]
		b.n += 8
	}
}

// take returns the next n bits, at most 16.
func (b *bits) take(n uint) (uint32, error) {
	b.fill(n)
	if b.n < n {
		return 0, io.ErrUnexpectedEOF
	}
	v := b.held & (1<<n - 1)
	b.held >>= n
	b.n -= n
	return v, nil
}

// align drops the bits up to the next octet.
func (b *bits) align() {
	drop := b.n % 8
	b.held >>= drop
	b.n -= drop
}

// left is how many bits have not been used.
func (b *bits) left() int { return int(b.n) + 8*len(b.octets) }

// raw returns the next n octets; b must be aligned.
func (b *bits) raw(n int) ([]byte, error) {
	var held []byte
	for b.n > 0 && n > 0 {
		held = append(held, byte(b.held))
		b.held >>= 8
		b.n -= 8
		n--
	}
	if len(b.octets) < n {
		return nil, io.ErrUnexpectedEOF
	}
	octets := b.octets[:n]
	b.octets = b.octets[n:]
	if held == nil {
		return octets, nil
	}
	return append(held, octets...), nil
}

// maxCode is the longest Huffman code in bits.
const maxCode = 15

// huffman is a canonical Huffman code (RFC 1951 section 3.2.2): how many codes there are of each length, and the
// symbols in the order of their codes.
type huffman struct {
	count   [maxCode + 1]uint16
	symbols [288]uint16
}

// newHuffman makes the code out of the length of each symbol's code, 0 for a symbol without one. A code with gaps is
// allowed only if it has a single symbol, of one bit, or none.
func newHuffman(lengths []uint8) (huffman, error) {
	var h huffman
	for _, n := range lengths {
		h.count[n]++
	}
	used := len(lengths) - int(h.count[0])
	h.count[0] = 0
	free := 1
	for _, n := range h.count[1:] {
		free = free<<1 - int(n)
		if free < 0 {
			return huffman{}, errors.New("code with more symbols than there is room for")
		}
	}
	if free > 0 && used > int(h.count[1]) {
		return huffman{}, errors.New("code with gaps")
	}
	var next [maxCode + 2]uint16
	for n, count := range h.count {
		next[n+1] = next[n] + count
	}
	for symbol, n := range lengths {
		if n > 0 {
			h.symbols[next[n]] = uint16(symbol)
			next[n]++
		}
	}
	return h, nil
}

// symbol reads one code.
func (b *bits) symbol(h *huffman) (int, error) {
	b.fill(maxCode)
	var code, first, index int
	held := b.held
	for n := uint(1); n <= maxCode; n++ {
		if n > b.n {
			return 0, io.ErrUnexpectedEOF
		}
		code |= int(held & 1)
		held >>= 1
		count := int(h.count[n])
		if code-first < count {
			b.held, b.n = held, b.n-n
			return int(h.symbols[index+code-first]), nil
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, errors.New("code that stands for nothing")
}

// codeOrder is the order in which the lengths of the codes for lengths stand (RFC 1951 section 3.2.7).
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codes reads the two codes at the start of a block with codes of its own (RFC 1951 section 3.2.7).
func (b *bits) codes() (literals, distances huffman, err error) {
	counts, err := b.take(14)
	if err != nil {
		return huffman{}, huffman{}, err
	}
	nLiterals, nDistances, nLengths := int(counts&31)+257, int(counts>>5&31)+1, int(counts>>10)+4
	if nLiterals > 286 || nDistances > 30 {
		return huffman{}, huffman{}, errors.New("more codes than there are symbols")
	}
	var short [19]uint8
	for _, symbol := range codeOrder[:nLengths] {
		n, err := b.take(3)
		if err != nil {
			return huffman{}, huffman{}, err
		}
		short[symbol] = uint8(n)
	}
	code, err := newHuffman(short[:])
	if err != nil {
		return huffman{}, huffman{}, err
	}
	var lengths [286 + 30]uint8
	if err := b.lengths(&code, lengths[:nLiterals+nDistances]); err != nil {
		return huffman{}, huffman{}, err
	}
	if lengths[endOfBlock] == 0 {
		return huffman{}, huffman{}, errors.New("block without a code for its end")
	}
	if literals, err = newHuffman(lengths[:nLiterals]); err != nil {
		return huffman{}, huffman{}, err
	}
	distances, err = newHuffman(lengths[nLiterals : nLiterals+nDistances])
	return literals, distances, err
}

// lengths reads as many code lengths as there is room for.
func (b *bits) lengths(code *huffman, lengths []uint8) error {
	for i := 0; i < len(lengths); {
		symbol, err := b.symbol(code)
		if err != nil {
			return err
		}
		if symbol < 16 {
			lengths[i] = uint8(symbol)
			i++
			continue
		}
		times, extra := 3, uint(3)
		value := uint8(0)
		switch symbol {
		case 16:
			extra = 2
			if i == 0 {
				return errors.New("repeated length without one before")
			}
			value = lengths[i-1]
		case 18:
			times, extra = 11, 7
		}
		more, err := b.take(extra)
		if err != nil {
			return err
		}
		times += int(more)
		if times > len(lengths)-i {
			return errors.New("more lengths than codes")
		}
		for range times {
			lengths[i] = value
			i++
		}
	}
	return nil
}

// The codes of a block without its own (RFC 1951 section 3.2.6).
var fixedLiterals, fixedDistances = fixedCodes()

func fixedCodes() (literals, distances huffman) {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	literals, _ = newHuffman(lengths[:]) // complete by definition
	for i := range lengths[:32] {
		lengths[i] = 5
	}
	distances, _ = newHuffman(lengths[:32])
	return literals, distances
}
