//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is the program itself if a test starts it as such. Where tests run does not change what they see.
func TestMain(m *testing.M) {
	if os.Getenv("DUOLOGUE_TEST_MAIN") != "" {
		main()
	}
	for _, name := range []string{"GITHUB_ACTIONS", "GITLAB_CI"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// program starts the program as a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), "DUOLOGUE_TEST_MAIN=1")
	return cmd
}

// ended gives the exit code of a started process. The process must end soon.
func ended(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	stuck := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	_ = cmd.Wait() // the state of the process says more
	return cmd.ProcessState.ExitCode()
}

// endless is a peer that accepts a connection and sends nothing. The channel tells of a dial.
func endless(t *testing.T) (address string, dialled <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	told := make(chan struct{}, 100)
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = nc.Close() })
			told <- struct{}{}
		}
	}()
	return l.Addr().String(), told
}

// Each signal that asks the program to end leaves reports of everything that was done until
// then, in any phase of the run.
func TestSignalsLeaveReports(t *testing.T) {
	address, dialled := endless(t)
	phases := map[string]string{
		"dialling": "steps: [{connect: {url: 'ws://" + address + "/'}, within: 1h}]",
		"several":  "load: {times: 100, at_once: 1}, steps: [{connect: {url: 'ws://" + address + "/'}, within: 1h}]",
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for phase, steps := range phases {
			t.Run(fmt.Sprintf("%v %s", sig, phase), func(t *testing.T) {
				suite := file(t, "suite.yaml", "scenarios: [{name: it, timeout: 2h, "+steps+"}]\n")
				junit := filepath.Join(filepath.Dir(suite), "junit.xml")
				cmd := program(t, "run", suite, "--junit", junit)
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				select {
				case <-dialled:
				case <-time.After(20 * time.Second):
					_ = cmd.Process.Kill()
					_ = cmd.Wait()
					t.Fatalf("it does not dial: %s", out.String())
				}
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				if code := ended(t, cmd); code != 128+int(sig) {
					t.Errorf("exit code %d, want %d\n%s", code, 128+int(sig), out.String())
				}
				if text, err := os.ReadFile(junit); err != nil || !bytes.Contains(text, []byte("<testcase")) {
					t.Errorf("JUnit: %v\n%s", err, text)
				}
			})
		}
	}
}

// Before anything is performed there is nothing to report, so the first SIGINT ends the
// program.
func TestInterruptedBeforeTheRun(t *testing.T) {
	suite := file(t, "suite.yaml", twoVerdicts)
	for _, args := range [][]string{{"check", "/dev/stdin"}, {"run", "/dev/stdin"}, {"run", suite, "--vars-file", "/dev/stdin"}, {"audio", "/dev/stdin"}} {
		t.Run(strings.Join(args[:1], " "), func(t *testing.T) {
			cmd := program(t, args...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// The input is incomplete, so the program still reads when the signal comes.
			if _, err := in.Write(bytes.Repeat([]byte("#"), 256<<10)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if code := ended(t, cmd); code != 130 {
				t.Errorf("exit code %d, want 130", code)
			}
			_ = in.Close()
		})
	}
}

// If only the beginning of the output is read, the reports are complete all the same.
func TestNobodyReadsTheOutput(t *testing.T) {
	suite := file(t, "suite.yaml", twoVerdicts)
	junit := filepath.Join(filepath.Dir(suite), "junit.xml")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "run", suite, "--junit", junit)
	cmd.Stdout = w
	_ = r.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if code := ended(t, cmd); code != 141 {
		t.Errorf("exit code %d, want 141", code)
	}
	if text, err := os.ReadFile(junit); err != nil || !bytes.Contains(text, []byte("<testcase")) {
		t.Errorf("JUnit: %v\n%s", err, text)
	}
}

// If the output could not be written, a run that passed is an error.
func TestTheOutputIsFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = full.Close() }()
	suite := file(t, "suite.yaml", twoVerdicts)
	for name, want := range map[string]int{"right": exitError, "wrong": exitFailed} {
		cmd := program(t, "run", suite, "--name", name)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if code := ended(t, cmd); code != want || want == exitError && !strings.Contains(said.String(), "no space left") {
			t.Errorf("%s: exit code %d, want %d, and why: %s", name, code, want, said.String())
		}
	}
}

// A report that nobody reads does not keep an interrupted run from ending, and the program says
// so.
func TestInterruptedWithAReportThatNobodyReads(t *testing.T) {
	address, dialled := endless(t)
	suite := file(t, "suite.yaml", "scenarios: [{name: '"+strings.Repeat("x", 100_000)+"', timeout: 2h, steps: [{connect: {url: 'ws://"+address+"/'}, within: 1h}]}]\n")
	pipe := filepath.Join(filepath.Dir(suite), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	cmd := program(t, "run", suite, "--trace", pipe)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-dialled
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if code := ended(t, cmd); code != 129 || !strings.Contains(said.String(), "nobody reads") {
		t.Errorf("exit code %d, want 129, and that nobody reads the report: %s", code, said.String())
	}
}

// Output that nobody reads does not keep the first SIGINT from ending the run.
func TestInterruptedWhileNobodyReads(t *testing.T) {
	var text strings.Builder
	text.WriteString("scenarios:\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "- {name: %d%s, skip: it is long, steps: [connect]}\n", i, strings.Repeat("x", 190))
	}
	suite := file(t, "suite.yaml", text.String())
	junit := filepath.Join(filepath.Dir(suite), "junit.xml")
	cmd := program(t, "run", suite, "--junit", junit, "--target", "builtin://echo")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 1000)); err != nil { // the pipe will soon be full
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if state, err := cmd.Process.Wait(); err != nil || state.ExitCode() != 130 {
		t.Errorf("%v, %v; want exit code 130", state, err)
	}
	if _, err := os.Stat(junit); err != nil {
		t.Error(err)
	}
}

// A report can be written to a device, through a pipe or along a link. All of them stay.
func TestReportsToDevicesAndPipes(t *testing.T) {
	suite := file(t, "suite.yaml", twoVerdicts)
	pipe := filepath.Join(filepath.Dir(suite), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	read := make(chan string)
	go func() {
		text, _ := os.ReadFile(pipe)
		read <- string(text)
	}()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", suite, "--junit", pipe, "--trace", "/dev/null"}, nil, &out, &out); code != exitFailed {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
	if text := <-read; !strings.Contains(text, "<testcase") {
		t.Errorf("through the pipe came %q", text)
	}
	for name, want := range map[string]os.FileMode{pipe: os.ModeNamedPipe, "/dev/null": os.ModeDevice} {
		if info, err := os.Lstat(name); err != nil || info.Mode()&want == 0 {
			t.Errorf("%s is replaced: %v, %v", name, info, err)
		}
	}
}

// A report that cannot be written in the end changes neither the other reports nor the verdict.
func TestReportsAreWrittenIfAnotherFails(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	suite := file(t, "suite.yaml", twoVerdicts)
	traced := filepath.Join(filepath.Dir(suite), "trace.json")
	for _, tt := range []struct {
		name string
		code int
	}{{"right", exitError}, {"wrong", exitFailed}} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"run", suite, "--name", tt.name, "--junit", "/dev/full", "--trace", traced}, nil, &stdout, &stderr)
		if code != tt.code || !strings.Contains(stderr.String(), "write /dev/full: no space left") {
			t.Errorf("%s: exit code %d, want %d, and that a report cannot be written: %s", tt.name, code, tt.code, stderr.String())
		}
		if err := os.Remove(traced); err != nil {
			t.Errorf("%s: the trace was not written: %v", tt.name, err)
		}
	}
}

// An input that may have no end, or is too large, is refused at once.
func TestInputs(t *testing.T) {
	suite := file(t, "suite.yaml", twoVerdicts)
	dir := filepath.Dir(suite)
	pipe := filepath.Join(dir, "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{pipe, "/dev/zero", dir} {
		for _, args := range []string{
			"run suite.yaml --vars-file NAME", "check suite.yaml --vars-file NAME", "run suite.yaml --baseline NAME", "audio NAME", "report NAME",
			"audio --reference NAME suite.yaml", "conformance --compare NAME", "run suite.yaml --root NAME", "check NAME",
		} {
			if name == dir && strings.Contains(args, "--root") {
				continue
			}
			cmd := program(t, strings.Fields(strings.ReplaceAll(args, "NAME", name))...)
			cmd.Dir = dir
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if code := ended(t, cmd); code != exitUsage {
				t.Errorf("%s with %s: exit code %d\n%s", args, name, code, out.String())
			}
		}
	}
}
