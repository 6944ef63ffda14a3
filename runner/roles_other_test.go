//go:build !unix

package runner_test

// roles are none where no test performs commands.
var roles map[string]func() int
