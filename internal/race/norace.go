//go:build !race

// Package race tells tests whether the race detector is on. With it, tests that compute much in
// one goroutine would take minutes, and it finds nothing there. Such tests run only without it.
package race

// Enabled says whether the race detector is on.
const Enabled = false
