// Package tiny is a package whose test proves one of its two functions.
package tiny

// Adult is tested at its edge.
func Adult(age int) bool { return age >= 18 }

// Child is tested far from its edge.
func Child(age int) bool {
	if age < 13 {
		return true
	}
	return false
}

// Half is tested; nobody looks at what stands beside its error.
func Half(n int, err error) (int, error) {
	if err != nil {
		return n, err
	}
	return n / 2, nil
}

// Never is not tested.
func Never(a, b bool) bool { return a && b }
