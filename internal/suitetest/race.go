//go:build race

package suitetest

// raced says that the race detector looks on: all takes longer then, and to perform
// suites again for the order of their events would take minutes.
const raced = true
