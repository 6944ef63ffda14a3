//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stubborn is a service of two processes that do not end when they are asked to. It tells
// their numbers in a file.
const stubborn = `trap "" TERM INT HUP
sleep 1000 &
echo $$ $! > pids.new
mv pids.new pids
echo up
while :; do sleep 1000; done
`

// pids waits for the processes of the service in a folder.
func pids(t *testing.T, dir string) []int {
	t.Helper()
	var out []int
	for deadline := time.Now().Add(20 * time.Second); len(out) < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the service does not start")
		}
		text, _ := os.ReadFile(filepath.Join(dir, "pids")) // it may not be there yet
		for _, word := range strings.Fields(string(text)) {
			n, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, n)
		}
	}
	return out
}

// runs reports whether a process is there, zombies apart.
func runs(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		_, rest, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(rest, "Z")
	}
	return syscall.Kill(pid, 0) == nil
}

// Whatever ends the program, nothing of its services is left: an interruption, a second
// one that it does not wait for, or SIGKILL, of which it notices nothing.
func TestNoServiceOutlivesTheProgram(t *testing.T) {
	for name, signals := range map[string][]syscall.Signal{
		"killed": {syscall.SIGKILL}, "interrupted": {syscall.SIGINT}, "terminated": {syscall.SIGTERM}, "aborted": {syscall.SIGABRT},
		"interrupted twice": {syscall.SIGINT, syscall.SIGINT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite := file(t, "suite.yaml", "services: {bot: {command: [sh, bot.sh], ready: {log: up}}}\nscenarios: [{name: it, timeout: 2h, steps: [{wait: 1h}]}]\n")
			dir := filepath.Dir(suite)
			if err := os.WriteFile(filepath.Join(dir, "bot.sh"), []byte(stubborn), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := program(t, "run", suite, "--allow-run")
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			started := pids(t, dir)
			for _, s := range signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				time.Sleep(50 * time.Millisecond) // two signals at once would be one
			}
			ended(t, cmd)
			for _, pid := range started {
				for deadline := time.Now().Add(20 * time.Second); runs(pid); time.Sleep(time.Millisecond) {
					if time.Now().After(deadline) {
						_ = syscall.Kill(pid, syscall.SIGKILL)
						t.Fatalf("process %d is left\n%s", pid, out.String())
					}
				}
			}
		})
	}
}

// Without --allow-run nothing is performed, and check performs nothing even with it.
func TestCommandsAreAllowed(t *testing.T) {
	suite := file(t, "suite.yaml", "services: {bot: {command: [sh, -c, 'echo > performed; echo up; exec sleep 1000'], ready: {log: up}}}\ntarget: builtin://echo\nscenarios: [{name: it, steps: [connect]}]\n")
	performed := filepath.Join(filepath.Dir(suite), "performed")
	for _, args := range [][]string{{"check", suite}, {"check", suite, "--allow-run"}, {"run", suite}, {"run", suite, "--allow-run=false"}} {
		want := exitPassed
		if args[0] == "run" {
			want = exitUsage
		}
		cmd := program(t, args...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if code := ended(t, cmd); code != want {
			t.Errorf("%v: exit code %d, want %d\n%s", args, code, want, out.String())
		}
		if _, err := os.Stat(performed); err == nil {
			t.Fatalf("%v performs the command", args)
		}
	}
	cmd := program(t, "run", suite, "--allow-run")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if code := ended(t, cmd); code != exitPassed {
		t.Errorf("exit code %d with --allow-run", code)
	}
	if _, err := os.Stat(performed); err != nil {
		t.Errorf("nothing was performed: %v", err)
	}
}
