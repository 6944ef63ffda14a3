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

// Never is not tested.
func Never(a, b bool) bool { return a && b }
