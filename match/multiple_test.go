package match

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Decimals are computed exactly, whatever form they are written in and however far apart they
// are.
func TestMultiples(t *testing.T) {
	for _, tt := range []struct {
		of    string
		v     any
		holds bool
	}{
		{"20", json.Number("160"), true}, {"20", json.Number("170"), false}, {"20", json.Number("20"), true}, {"20", json.Number("10"), false},
		{"20", json.Number("0"), true}, {"20", json.Number("-0"), true}, {"20", json.Number("0.0"), true}, {"20", json.Number("-40"), true}, {"20", json.Number("-41"), false},
		{"0.1", json.Number("0.3"), true}, {"0.1", 0.3, true}, {"0.1", json.Number("0.35"), false}, {"0.1", 7, true}, {"0.3", json.Number("1"), false}, {"0.3", 0.9, true},
		{"0.25", json.Number("100"), true}, {"0.25", json.Number("1e2"), true}, {"2.50", json.Number("5.0"), true}, {"2.5", json.Number("6"), false},
		{"1", json.Number("1.0"), true}, {"1", json.Number("1.5"), false}, {"3", json.Number("1e999"), false}, {"3", json.Number("3e999999999999"), true},
		{"7", json.Number("1e-999999999999"), false}, {"1e-999999999999", json.Number("7"), true}, {"1e999999999999", json.Number("7"), false},
		{"1000", json.Number("1e999999999999"), true}, {"20", int64(60), true}, {"20", int64(61), false},
		{"12345678901234567890123", json.Number("24691357802469135780246"), true}, {"12345678901234567890123", json.Number("24691357802469135780247"), false},
		{"20ms", 160 * time.Millisecond, true}, {"20ms", 170 * time.Millisecond, false}, {"20ms", time.Duration(0), true}, {"20ms", -40 * time.Millisecond, true},
		{"20ms", 20*time.Millisecond + 1, false}, {`"${fast}"`, 2700 * time.Millisecond, true}, {`"${fast}"`, time.Second, false},
	} {
		for word, want := range map[string]bool{"$multiple_of": tt.holds, "$not": !tt.holds} {
			text := "{$multiple_of: " + tt.of + "}"
			if word == "$not" {
				text = "{$not: " + text + "}"
			}
			if m := read(t, text, Any); m.Holds(tt.v) != want {
				t.Errorf("%s of %s: %v, want %v", text, Show(tt.v), !want, want)
			}
		}
	}
	m := read(t, "{$multiple_of: 50%}", inPercent)
	for v, want := range map[percent]bool{0: true, 50: true, 75: false, 150: true, -50: true} {
		if m.Holds(v) != want {
			t.Errorf("%v is a multiple of 50%%: %v, want %v", v, !want, want)
		}
	}
}

// What is computed with digits and powers is what fractions say.
func TestMultiplesAreThoseOfFractions(t *testing.T) {
	var written []string
	for _, digits := range []string{"1", "2", "3", "6", "12", "25", "35", "105", "1024"} {
		for _, exponent := range []int{-3, -1, 0, 1, 2} {
			written = append(written, fmt.Sprintf("%se%d", digits, exponent))
		}
	}
	holds := 0
	for _, v := range written {
		for _, of := range written {
			x, _ := new(big.Rat).SetString(v)
			y, _ := new(big.Rat).SetString(of)
			want := x.Quo(x, y).IsInt()
			if got := isMultiple(json.Number(v), json.Number(of)); got != answerOf(want) {
				t.Errorf("%s is a multiple of %s: %v, want %v", v, of, got, want)
			}
			if want {
				holds++
			}
		}
	}
	if holds < 200 {
		t.Errorf("only %d of these numbers are multiples", holds)
	}
}

// Long numbers with a distant point have an answer at once.
func TestLongMultiples(t *testing.T) {
	long := strings.Repeat("7", maxSpan/2-2)
	for v, want := range map[string]bool{long: true, long + "e1000000000000000000": true, "-" + long + "e7": true, long + "8": false, long + "e-1": false} {
		if got := isMultiple(json.Number(v), json.Number(long)); got != answerOf(want) {
			t.Errorf("%.20s…%s: %v, want %v", v, v[len(v)-10:], got, want)
		}
	}
}
