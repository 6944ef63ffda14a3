//go:build !race

package suitetest

const raced = false
