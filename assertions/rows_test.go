package assertions

import (
	"maps"
	"slices"
	"testing"

	"github.com/duologue/duologue/spec"
)

// Each row that checks something has its measure, and each measure its row.
func TestRowsAreMeasured(t *testing.T) {
	var audio, turn []string
	for _, r := range spec.AudioRows() {
		if r.Of != spec.Setting {
			audio = append(audio, r.Path)
		}
	}
	for _, r := range spec.TurnRows() {
		turn = append(turn, r.Path)
	}
	if got := slices.Sorted(maps.Keys(audioMeasures)); !slices.Equal(got, slices.Sorted(slices.Values(audio))) {
		t.Errorf("measured of audio is %q, and asked can be %q", got, audio)
	}
	if got := slices.Sorted(maps.Keys(turnMeasures)); !slices.Equal(got, slices.Sorted(slices.Values(turn))) {
		t.Errorf("measured of a turn is %q, and asked can be %q", got, turn)
	}
}

// A figure that several checks need is measured once.
func TestMeasuredOnce(t *testing.T) {
	var k kept[int]
	measured := 0
	for range 2 {
		if v, err := k.or(func() (int, error) { measured++; return measured, nil }); v != 1 || err != nil {
			t.Errorf("what was measured as 1 is %d, %v", v, err)
		}
	}
}
