package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// work is one row in which whole programs are compared, from their start to
// their exit.
type work struct {
	title         string
	conversations int
	idle          bool // they all wait at once, and memory is compared
	check         bool // nothing is performed: a thousand suites are checked
}

var works = map[string]work{
	"one":         {title: "one conversation", conversations: 1},
	"thousand":    {title: "1000 conversations, 64 at once", conversations: 1000},
	"tenthousand": {title: "10000 conversations, 64 at once", conversations: 10_000},
	"idle":        {title: "1000 idle connections", conversations: 1000, idle: true},
	"check":       {title: "check of 1000 files", check: true},
}

// spent is what one program has used.
type spent struct {
	Wall, CPU time.Duration
	Peak      int // resident memory at its greatest, in octets
	Each      int // resident memory of an idle connection, in octets
}

func (s spent) String() string {
	if s.Each > 0 {
		return fmt.Sprintf("%d KiB a connection", s.Each/1024)
	}
	return fmt.Sprintf("%v, CPU %v, %d MiB", s.Wall.Round(time.Millisecond), s.CPU.Round(time.Millisecond), s.Peak>>20)
}

var spending = []measure[spent]{
	{"wall", "ms", func(s spent) float64 { return s.Wall.Seconds() * 1e3 }},
	{"CPU", "ms", func(s spent) float64 { return s.CPU.Seconds() * 1e3 }},
	{"peak memory", "MiB", func(s spent) float64 { return float64(s.Peak) / (1 << 20) }},
}

var holding = []measure[spent]{
	{"memory each", "KiB", func(s spent) float64 { return float64(s.Each) / 1024 }},
}

// suites compares whole programs.
func suites(args []string) error {
	flags := flag.NewFlagSet("suites", flag.ExitOnError)
	rows := flags.String("rows", "one,thousand,tenthousand,idle,check", "what is done: one, thousand, tenthousand, idle, check")
	pairs := flags.Int("pairs", 5, "rounds of each row, in each of which every program has its turn")
	programs := flags.String("programs", "loop,duologue,load", "loop, duologue (a matrix), load, before, node, vitest and k6; ratios are to the first that can do a row")
	binary := flags.String("duologue", "", "measure this binary, not one built from ..")
	before := flags.String("before", "", "measure this binary of Duologue as well, as the program before")
	_ = flags.Parse(args)
	names := strings.Split(*programs, ",")
	if *before != "" && !slices.Contains(names, "before") {
		names = append(names, "before")
	}
	dir, err := os.MkdirTemp("", "duologue-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{dir: dir, duologue: *binary, before: *before}
	if err := b.prepare(); err != nil {
		return err
	}
	e, err := newEcho()
	if err != nil {
		return err
	}
	for _, row := range strings.Split(*rows, ",") {
		w, ok := works[row]
		if !ok {
			return fmt.Errorf("there is no row %q", row)
		}
		if err := b.compare(w, e, able(w, names), *pairs); err != nil {
			return err
		}
	}
	return nil
}

// able gives those that can do a row.
func able(w work, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		switch {
		case w.check:
			return name != "duologue" && name != "before"
		case w.idle:
			return name != "loop" && name != "load" && name != "before"
		}
		return false
	})
}

// compare lets everyone do the same, turn and turn about.
func (b *bench) compare(w work, e *echo, names []string, pairs int) error {
	if len(names) == 0 {
		return nil
	}
	t := &table[spent]{title: w.title, names: names, measures: spending}
	if w.idle {
		t.measures = holding
	}
	for range pairs {
		for _, name := range names {
			s, err := b.once(name, w, e)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", w.title, name, err)
			}
			t.add(name, s)
			fmt.Fprintf(os.Stderr, "%s: %-8s %s\n", w.title, name, s)
		}
	}
	t.print(os.Stdout)
	return nil
}

// once lets one program do its work.
func (b *bench) once(name string, w work, e *echo) (spent, error) {
	cmd, err := b.program(name, w, e.url)
	if err != nil {
		return spent{}, err
	}
	before := e.served.Load()
	begun := time.Now()
	log, err := b.start(name, cmd)
	if err != nil {
		return spent{}, err
	}
	defer func() { _ = log.Close() }()
	var out spent
	if w.idle {
		if out.Each, err = e.idle(cmd.Process.Pid, w.conversations); err != nil {
			return out, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
		}
	}
	err = cmd.Wait()
	out.Wall = time.Since(begun)
	if err != nil {
		text, _ := os.ReadFile(log.Name())
		return out, fmt.Errorf("%w: %s", err, text)
	}
	if n := int(e.served.Load() - before); n != w.conversations {
		return out, fmt.Errorf("%d conversations were held, not %d", n, w.conversations)
	}
	state := cmd.ProcessState
	out.CPU = state.UserTime() + state.SystemTime()
	out.Peak = int(state.SysUsage().(*syscall.Rusage).Maxrss) * 1024 // KiB on Linux
	return out, nil
}

// program is the command that does the work.
func (b *bench) program(name string, w work, url string) (*exec.Cmd, error) {
	count := strconv.Itoa(w.conversations)
	switch name {
	case "loop":
		self, err := os.Executable()
		if w.idle {
			return exec.Command(self, "talk", url, count, count, idleTime.String()), err
		}
		return exec.Command(self, "talk", url, count, "64", "0s"), err
	case "node":
		return exec.Command("node", "talk.mjs", url, count), nil
	case "vitest":
		cmd := exec.Command("npx", "vitest", "run", "--maxConcurrency=64", "--testTimeout=60000", "talk.test.mjs")
		cmd.Dir = "peers"
		cmd.Env = append(os.Environ(), "URL="+url, "CONVERSATIONS="+count)
		return cmd, nil
	case "k6":
		return exec.Command("k6", "run", "--quiet", "--no-usage-report", "-e", "URL="+url, "--vus", strconv.Itoa(min(64, w.conversations)), "--iterations", count, "talk.k6.js"), nil
	case "duologue", "load", "before":
		binary := b.duologue
		if name == "before" {
			binary = b.before
		}
		command, path := "run", filepath.Join(b.dir, "suites")
		if w.check {
			command = "check"
		}
		if err := errors.Join(os.RemoveAll(path), os.Mkdir(path, 0o700), writeSuites(path, w, url, name == "load" || w.idle)); err != nil {
			return nil, err
		}
		return exec.Command(binary, command, "--root", path, path), nil
	}
	return nil, fmt.Errorf("there is no program %q", name)
}

// writeSuites writes what Duologue performs or checks.
func writeSuites(dir string, w work, url string, asLoad bool) error {
	if w.check {
		text, err := os.ReadFile("../examples/12-voximplant-ivr.yaml")
		if err != nil {
			return err
		}
		text = []byte(strings.ReplaceAll(string(text), "../fixtures/", ""))
		for k := range 1000 {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.yaml", k)), text, 0o600); err != nil {
				return err
			}
		}
		return copyFixtures(dir)
	}
	var rows []string
	for k := range w.conversations {
		rows = append(rows, strconv.Itoa(k))
	}
	many, wait := "matrix: {row: ["+strings.Join(rows, ", ")+"]}", ""
	if asLoad {
		many = fmt.Sprintf("load: {times: %d, at_once: 64}", w.conversations)
	}
	if w.idle {
		many = fmt.Sprintf("load: {times: %d, at_once: %[1]d}", w.conversations)
		wait = fmt.Sprintf("\n      - wait: %s", idleTime)
	}
	return os.WriteFile(filepath.Join(dir, "suite.yaml"), fmt.Appendf(nil, `suite: bench
target: %s
scenarios:
  - name: talk
    %s
    steps:
      - connect
      - send: hello
      - expect: {message: hello}%s
      - close: {code: 1000}
      - expect: close
`, url, many, wait), 0o600)
}

// copyFixtures puts the recordings beside the suites that are checked.
func copyFixtures(dir string) error {
	files, err := filepath.Glob("../fixtures/*.wav")
	for _, file := range files {
		octets, problem := os.ReadFile(file)
		err = errors.Join(err, problem, os.WriteFile(filepath.Join(dir, filepath.Base(file)), octets, 0o600))
	}
	return err
}

// idleTime is how long idle connections wait.
const idleTime = 12 * time.Second

// echo is what the programs talk to, in this process.
type echo struct {
	url    string
	served atomic.Int64 // connections that have begun
	open   atomic.Int64 // connections that are there
}

func newEcho() (*echo, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &echo{url: "ws://" + l.Addr().String() + "/"}
	go func() { _ = http.Serve(l, http.HandlerFunc(e.serve)) }()
	return e, nil
}

func (e *echo) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	e.served.Add(1)
	e.open.Add(1)
	defer e.open.Add(-1)
	for {
		kind, data, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		if err := conn.Write(context.Background(), kind, data); err != nil {
			return
		}
	}
}

// idle waits until so many connections are there, and gives what each of them
// costs the process.
func (e *echo) idle(pid, connections int) (int, error) {
	if err := e.await(1); err != nil {
		return 0, err
	}
	before, err := resident(pid)
	if err != nil {
		return 0, err
	}
	if err := e.await(connections); err != nil {
		return 0, err
	}
	time.Sleep(settle)
	after, err := resident(pid)
	return (after - before) / connections, err
}

func (e *echo) await(connections int) error {
	for late := time.Now().Add(idleTime); e.open.Load() < int64(connections); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			return fmt.Errorf("%d connections are there, not %d", e.open.Load(), connections)
		}
	}
	return nil
}
