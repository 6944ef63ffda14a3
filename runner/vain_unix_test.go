//go:build unix

package runner_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/session"
)

// What waits for a program is longer by as much as we were late, too. This is real time: nobody
// is woken from 50 ms on, until 250 ms or for good. The program ends, or is ready, 500 ms after
// it began, 200 ms too late, or never.
func TestWaitingInVainForPrograms(t *testing.T) {
	const (
		run    = "scenarios: [{name: it, steps: [{run: {command: [sh, -c, '@'], exit: 0}, within: 300ms}]}]"
		alone  = "scenarios: [{name: it, timeout: 300ms, steps: [{run: {command: [sh, -c, '@']}, within: 1h}]}]"
		wrong  = "scenarios: [{name: it, steps: [{run: {command: [sh, -c, '@'], exit: 3}, within: 300ms}]}]"
		waited = "scenarios: [{name: it, timeout: 300ms, steps: [{run: {command: [sh, -c, '@'], background: true}, as: w}, {wait: w}]}]"
		stop   = "scenarios: [{name: it, steps: [{run: {command: [sh, -c, 'trap \"@; exit 0\" TERM; touch set; while :; do sleep 0.01; done'], background: true}, as: w}, " +
			"{run: {command: [sh, -c, 'until test -e set; do sleep 0.01; done']}, within: 1m}, {stop: w, within: 300ms}]}]"
		ready = "services: {bot: {command: [sh, -c, '@; echo up; sleep 1000'], ready: {log: up, within: 300ms}, per: scenario}}\nscenarios: [{name: it, steps: [{assert: {1 < 2: true}}]}]"

		ends, hangs = "sleep 0.5", "sleep 1000"
	)
	for name, tt := range map[string]struct {
		suite, command string
		forGood        bool
		want           string
	}{
		"run, and it hangs":                     {run, hangs, false, "failed it; 2 the command did not end within 300ms"},
		"run, and it is late":                   {run, ends, true, "inconclusive it; 2 the command ended after N, not within 300ms [but: this machine was late by N meanwhile"},
		"run, and it is wrong and late":         {wrong, ends, true, "failed it; 2 the command ended with exit code 0"},
		"run, and we are late for good":         {run, hangs, true, "inconclusive it; 2 the command did not end within 300ms [but: this machine was late all the while"},
		"the timeout, and it hangs":             {alone, hangs, false, "failed it; 2 the scenario ran out of time in this step"},
		"the timeout, and it is late":           {alone, ends, true, "inconclusive it; 2 the last step ended after N, not within 300ms [but: this machine was late by N meanwhile"},
		"the timeout, and a wait for its end":   {waited, hangs, false, "failed it; 2 the scenario ran out of time in this step"},
		"stop, and it hangs":                    {stop, hangs, false, "failed it; 2 \"w\" did not end within 300ms of SIGTERM, and was killed"},
		"stop, and it is late":                  {stop, ends, true, "inconclusive it; 2 \"w\" ended after N, not within 300ms [but: this machine was late by N meanwhile"},
		"stop, and we are late for good":        {stop, hangs, true, "inconclusive it; 2 \"w\" did not end within 300ms of SIGTERM, and was killed [but: this machine was late all the while"},
		"a service, and it hangs":               {ready, hangs, false, "error it; 2 the service \"bot\" was not ready within 300ms"},
		"a service, and it is late":             {ready, ends, true, "passed it\n"},
		"a service, and we are late for good":   {ready, hangs, true, "inconclusive it; 2 the service \"bot\" was not ready within 300ms [asked: log up] [answer: no line of its output matches] [but: this machine was late all the while"},
		"a service, and a timeout while it is":  {strings.Replace(ready, "steps", "timeout: 100ms, steps", 1), hangs, false, "failed it; 2 the scenario ran out of time before the service \"bot\" was ready"},
		"a service, and a timeout, and we were": {strings.Replace(ready, "steps", "timeout: 100ms, steps", 1), ends, true, "inconclusive it; 3 the last step ended after N, not within 100ms [but: this machine was late by N meanwhile"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := withoutTimes(tellings(serve(t, strings.ReplaceAll(tt.suite, "@", tt.command), func(o *suitetest.Options) {
				o.MaxLateness = 50 * ms // a busy machine is late by itself
				o.Clock.Wait = unwoken(tt.forGood)
			})))
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// unwoken wakes nobody from 50 ms on, until 250 ms or for good.
func unwoken(forGood bool) session.Wait {
	if forGood {
		return lateWait(time.Now(), 50*ms, never)
	}
	return lateWait(time.Now(), 50*ms, 250*ms)
}

// withoutTimes leaves out how long something took.
func withoutTimes(text string) string {
	return regexp.MustCompile(`(after|by) [\d.]+m?s`).ReplaceAllString(text, "$1 N")
}
