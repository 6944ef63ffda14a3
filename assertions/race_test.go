//go:build race

package assertions_test

// raced says that the race detector looks on. Tests of one goroutine that compute much
// are left to the other run: here they would take minutes and show nothing.
const raced = true
