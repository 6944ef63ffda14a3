package scene

import (
	"bytes"
	"testing"
	"testing/fstest"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// A check by time that fails is inconclusive when this process was late during
// the stream, and no other check is.
func TestJudgeAudio(t *testing.T) {
	of := func(subject string, v trace.Verdict, timing bool) assertions.AudioCheck {
		return assertions.AudioCheck{Check: trace.Check{Subject: subject, Verdict: v}, Timing: timing}
	}
	level, gaps, fine := of("level", trace.Failed, false), of("pacing.gaps", trace.Failed, true), of("peak", trace.Passed, false)
	const bound = 5 * time.Millisecond
	tests := []struct {
		name   string
		late   time.Duration // of the one beat in the middle of the stream
		checks []assertions.AudioCheck
		want   trace.Verdict // of the problem; "" for none
		kept   []trace.Verdict
	}{
		{"all well", time.Second, []assertions.AudioCheck{fine}, "", []trace.Verdict{trace.Passed}},
		{"in time", bound, []assertions.AudioCheck{gaps}, trace.Failed, []trace.Verdict{trace.Failed}},
		{"late", bound + 1, []assertions.AudioCheck{gaps}, trace.Inconclusive, []trace.Verdict{trace.Inconclusive}},
		{"late, but not about time", bound + 1, []assertions.AudioCheck{level}, trace.Failed, []trace.Verdict{trace.Failed}},
		{"late, and more is wrong", bound + 1, []assertions.AudioCheck{gaps, fine, level}, trace.Failed,
			[]trace.Verdict{trace.Inconclusive, trace.Passed, trace.Failed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			beats := make([]time.Duration, 1000)
			beats[300] = tt.late     // at 1.5 s, while the audio came
			beats[700] = time.Minute // long after it
			s := lateTask(bound, beats)
			p := judgeAudio(s, lateness.Window{From: time.Second, To: 2 * time.Second}, tt.checks)
			var got trace.Verdict
			if p != nil {
				got = p.verdict
			}
			if got != tt.want {
				t.Errorf("judgeAudio() = %q, want %q", got, tt.want)
			}
			for i, c := range s.checks {
				if c.Verdict != tt.kept[i] {
					t.Errorf("%s is kept as %s, want %s", c.Subject, c.Verdict, tt.kept[i])
				}
			}
		})
	}
}

// lateTask gives a step of a process that was late beat by beat, where most is allowed.
func lateTask(most time.Duration, beats []time.Duration) *task {
	p := &plan.Scenario{}
	d := newDesk(time.Now(), nil, history{wants: &p.Wants})
	s := &scene{plan: p, desk: d, excuses: &excuses{Excuses: lateness.Excuses{Probe: lateness.Recorded(time.Time{}, beats), Most: most}, desk: d}}
	return &task{thread: s.main(), step: &spec.Step{Action: &spec.Assert{}}}
}

// What a check of likeness says of the audio stands with what failed.
func TestDiagnosisIsTold(t *testing.T) {
	p := judgeAudio(lateTask(time.Second, make([]time.Duration, 1000)), lateness.Window{From: 0, To: time.Second}, []assertions.AudioCheck{
		{Check: trace.Check{Subject: "similar_to.score", Verdict: trace.Failed}, Diagnosis: []string{"wrong rate: …", "level: …"}},
		{Check: trace.Check{Subject: "similar_to.snr", Verdict: trace.Failed}},
	})
	last := p.diagnostic.Details[len(p.diagnostic.Details)-1]
	if want := (diag.Detail{Label: "diagnosis", Text: "wrong rate: …\nlevel: …"}); last != want {
		t.Errorf("judgeAudio() tells %+v, want %+v", last, want)
	}
}

// To a file, the delay counts from the start of the stream that is judged.
func TestReferenceFile(t *testing.T) {
	wav := new(bytes.Buffer)
	if err := media.WriteWAV(wav, media.Silence(time.Second, 8000)); err != nil {
		t.Fatal(err)
	}
	tree := fstest.MapFS{"b.wav": {Data: wav.Bytes()}, "t.yaml": {Data: []byte(
		"scenarios: [{name: n, steps: [{send_media: {from: b.wav}, as: a}, {assert: {audio: {during: a, similar_to: {source: b.wav, score: 1%}}}}]}]")}}
	var out diag.List
	p := plan.Prepare([]plan.Selection{{File: "t.yaml"}}, plan.Options{Files: tree}, &out)
	scenario := p.Suites[0].Cases[0]
	step := &scenario.Spec.Steps[1]
	s := &scene{plan: scenario, desk: newDesk(time.Now(), nil, history{wants: &scenario.Wants}), sounds: &sounds{plan: scenario}, names: newNames(nil, nil)}
	r, wrong := reference(&task{thread: s.main(), step: step}, &step.Action.(*spec.Assert).Audio.Source, trace.Stream{Start: 7 * time.Second})
	if wrong != nil || r.Start != 7*time.Second || r.Clip.Duration() != time.Second {
		t.Errorf("reference() = %v of %v, problem %v; want 1s from 7s on", r.Start, r.Clip.Duration(), wrong)
	}
}
