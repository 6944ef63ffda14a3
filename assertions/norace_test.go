//go:build !race

package assertions_test

const raced = false
