package diag_test

import (
	"math"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
)

func TestNumber(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", 3: "3", -2: "-2", 100.0 * 2 / 3: "66.67", 12345.678: "12346", 0.00123456: "0.001235", -36.5: "-36.5", 1234567890: "1234567890",
		99.99: "99.99", 99.999: "100", math.Inf(1): "+Inf",
	} {
		if got := diag.Number(f); got != want {
			t.Errorf("Number(%v) = %s, want %s", f, got, want)
		}
	}
}

func TestRound(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1_234_567_891: "1.235s", 12_345_678_901: "12.3s", 12_345_678: "12.3ms", 1_234_567: "1.235ms", -1_234_567_891: "-1.235s", 0: "0s",
	} {
		if got := diag.Round(d); got != want {
			t.Errorf("Round(%v) = %s, want %s", d, got, want)
		}
	}
}
