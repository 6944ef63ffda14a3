package runner_test

import (
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
)

// A seed draws what it has always drawn, and what is secret stays masked.
func TestDrawsAndMasks(t *testing.T) {
	secret := func(name string) (string, bool) { return "canary-4711-secret", name == "TOKEN" }
	suitetest.Golden(t, "testdata/golden/draws.txt", *update, suitetest.Options{Planning: plan.Options{Root: "..", LookupEnv: secret}, Performing: runner.Options{Audio: true}}, "testdata/golden/draws.yaml")
}
