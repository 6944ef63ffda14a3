package spec

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Mask says how a frame is masked (RFC 6455 5.3).
type Mask struct {
	Form string  // random, none or key
	Key  [4]byte // of the form key
}

// The units of a frame's header.
var (
	flagUnit       = unit[bool]{"true or false", readFlag}
	rsvUnit        = unit[int]{"a number from 0 to 7", readRSV}
	opcodeUnit     = unit[int]{"an opcode: a name, or a number from 0 to 15", readOpcode}
	maskUnit       = unit[Mask]{"random, none or 8 hexadecimal digits", readMask}
	lengthUnit     = unit[uint64]{"a length, such as 5 or 0x8000000000000000", readLength}
	lengthFormUnit = unit[int]{"7, 16 or 64", readLengthForm}
)

func readFlag(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, fmt.Errorf("%q is neither true nor false", s)
	}
	return s == "true", nil
}

func readRSV(s string) (int, error) {
	v, err := readCount(s)
	if v < 0 || v > 7 {
		return 0, diag.Hinted("0 to 7; RSV1 is 4, RSV2 is 2, RSV3 is 1", "%d does not fit three bits", v)
	}
	return v, err
}

// opcodes gives the opcodes that RFC 6455 5.2 defines, by name.
var opcodes = map[string]int{"continuation": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}

// readOpcode reads the name of an opcode, or a number from 0 to 15.
func readOpcode(s string) (int, error) {
	if op, ok := opcodes[s]; ok {
		return op, nil
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 0 || v > 15 {
		return 0, diag.Hinted(strings.Join(words(opcodes), ", ")+", or a number from 0 to 15", "%q is no opcode", s)
	}
	return v, nil
}

func readMask(s string) (Mask, error) {
	if s == "random" || s == "none" {
		return Mask{Form: s}, nil
	}
	key, err := hex.DecodeString(s)
	if err != nil || len(key) != 4 {
		return Mask{}, diag.Hinted("random, none, or a key such as 37fa213d", "%q is no way to mask", s)
	}
	return Mask{"key", [4]byte(key)}, nil
}

func readLength(s string) (uint64, error) {
	digits, base := s, 10
	if rest, ok := strings.CutPrefix(s, "0x"); ok {
		digits, base = rest, 16
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, diag.Hinted("0 to 18446744073709551615, or hexadecimal such as 0x8000000000000000", "%q is no length", s)
	}
	return v, nil
}

func readLengthForm(s string) (int, error) {
	v, err := readCount(s)
	if err == nil && !slices.Contains([]int{7, 16, 64}, v) {
		return 0, diag.Hinted("7, 16 or 64", "a length field of %d bits does not exist", v)
	}
	return v, err
}
