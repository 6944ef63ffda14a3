//go:build race

// Package race tells tests whether the race detector looks on. It makes what computes
// much in one goroutine take minutes, and finds nothing there: such tests are left to
// the run without it.
package race

// Enabled is whether the race detector looks on.
const Enabled = true
