package measure

import "slices"

// Order is what the sequence numbers of a stream say.
type Order struct {
	Gaps       int    // runs of numbers that never came
	Missing    uint64 // how many numbers those are
	Duplicates int    // numbers that came again
	Reordered  int    // numbers that came after a higher one, for the first time

	// The first of each, where there are any.
	Gap, Duplicate, Late uint64
}

// Sequence looks at sequence numbers in the order in which they came. None at
// all is ErrEmpty.
func Sequence(numbers []uint64) (Order, error) {
	if len(numbers) == 0 {
		return Order{}, ErrEmpty
	}
	var o Order
	seen := make(map[uint64]struct{}, len(numbers))
	highest := numbers[0]
	for _, n := range numbers {
		if _, again := seen[n]; again {
			if o.Duplicates++; o.Duplicates == 1 {
				o.Duplicate = n
			}
			continue
		}
		seen[n] = struct{}{}
		if n < highest {
			if o.Reordered++; o.Reordered == 1 {
				o.Late = n
			}
		}
		highest = max(highest, n)
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(numbers)))
	for i, n := range sorted[1:] {
		if hole := n - sorted[i] - 1; hole > 0 {
			if o.Gaps++; o.Gaps == 1 {
				o.Gap = sorted[i] + 1
			}
			o.Missing += hole
		}
	}
	return o, nil
}
