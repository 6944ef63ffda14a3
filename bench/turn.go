package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// result is what one turn of one sender showed.
type result struct {
	P50, P99 time.Duration // of lateness
	CPU      time.Duration // of the sender, for each message
	RSS      int           // of the sender at the end, in octets for each stream, less what it had before the first
	Messages int
	Streams  int
}

func (r result) String() string {
	return fmt.Sprintf("p50 %v p99 %v, %v CPU a message, %d KiB a stream, %d messages of %d streams",
		r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond), r.CPU.Round(10*time.Nanosecond), r.RSS/1024, r.Messages, r.Streams)
}

// sending is what is compared of senders.
var sending = []measure[result]{
	{"lateness p50", "ms", func(r result) float64 { return r.P50.Seconds() * 1e3 }},
	{"lateness p99", "ms", func(r result) float64 { return r.P99.Seconds() * 1e3 }},
	{"CPU a message", "µs", func(r result) float64 { return r.CPU.Seconds() * 1e6 }},
	{"memory a stream", "KiB", func(r result) float64 { return float64(r.RSS) / 1024 }},
}

// settle is how long all streams run before anything counts.
const settle = time.Second

// patience is how long the streams may take to begin. What has not begun by
// then is not measured, and the number of streams shows it.
const patience = 20 * time.Second

// turn lets one sender do as planned.
func (b *bench) turn(name string, p plan) (result, error) {
	l, url, err := b.listen(p)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = l.Close() }()
	r := newReceiver(l, p.Streams)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := busy(ctx, p.Busy); err != nil {
		return result{}, err
	}
	cmd, err := b.sender(ctx, name, url, p)
	if err != nil {
		return result{}, err
	}
	log, err := b.start(name, cmd)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = log.Close() }()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() { cancel(); <-ended }()
	select {
	case <-r.first:
	case err := <-ended:
		ended <- err
		return result{}, fmt.Errorf("%s ended before it dialled: %v; see %s", name, err, log.Name())
	}
	before, err := resident(cmd.Process.Pid)
	if err != nil {
		return result{}, err
	}
	select {
	case <-r.all:
	case <-time.After(patience):
	}
	time.Sleep(settle)
	return r.measure(cmd.Process.Pid, before, p)
}

// start starts a process that writes into a log of its name.
func (b *bench) start(name string, cmd *exec.Cmd) (log *os.File, err error) {
	if log, err = os.Create(filepath.Join(b.dir, name+".log")); err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	return log, cmd.Start()
}

// busy starts processes that compute until ctx ends.
func busy(ctx context.Context, processes int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for range processes {
		cmd := exec.CommandContext(ctx, self, "busy")
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		if err := cmd.Start(); err != nil {
			return err
		}
		go func() { _ = cmd.Wait() }() // killed in the end
	}
	return nil
}

// measure looks at the sender for one window.
func (r *receiver) measure(pid, before int, p plan) (out result, err error) {
	from := time.Since(r.epoch)
	used, err := cpu(pid)
	if err != nil {
		return out, err
	}
	time.Sleep(p.Window)
	to := time.Since(r.epoch)
	after, err := cpu(pid)
	if err != nil {
		return out, err
	}
	memory, err := resident(pid)
	if err != nil {
		return out, err
	}
	late := r.lateness(from, to, p.Interval)
	out = result{Messages: len(late), Streams: int(r.running.Load())}
	if len(late) == 0 {
		return out, errors.New("nothing came")
	}
	slices.Sort(late)
	out.P50, out.P99 = late[len(late)/2], late[len(late)*99/100]
	out.CPU = (after - used) / time.Duration(len(late))
	out.RSS = (memory - before) / max(1, out.Streams)
	return out, nil
}

func (b *bench) listen(p plan) (net.Listener, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	if !p.Secure {
		return l, "ws://" + l.Addr().String() + "/", nil
	}
	cert, err := certificate(filepath.Join(b.dir, "ca.pem"))
	if err != nil {
		return nil, "", err
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}}), "wss://" + l.Addr().String() + "/", nil
}

// sender is the process that sends.
func (b *bench) sender(ctx context.Context, name, url string, p plan) (*exec.Cmd, error) {
	switch name {
	case "loop":
		self, err := os.Executable()
		return exec.CommandContext(ctx, self, "loop", url, strconv.Itoa(p.Streams), p.Ramp.String(), filepath.Join(b.dir, "ca.pem")), err
	case "node":
		return exec.CommandContext(ctx, "node", "sender.js", url, strconv.Itoa(p.Streams), strconv.Itoa(int(p.Ramp.Milliseconds())), filepath.Join(b.dir, "ca.pem")), nil
	case "k6":
		return exec.CommandContext(ctx, "k6", "run", "--quiet", "--no-usage-report", "-e", "URL="+url, "-e", "STREAMS="+strconv.Itoa(p.Streams),
			"-e", "RAMP_MS="+strconv.Itoa(int(p.Ramp.Milliseconds())), "sender.k6.js"), nil
	case "duologue", "before":
		binary := b.duologue
		if name == "before" {
			binary = b.before
		}
		suite := filepath.Join(b.dir, "suite.yaml")
		f, err := os.Create(suite)
		if err != nil {
			return nil, err
		}
		err = cmp.Or(scenario.Execute(f, map[string]any{"URL": url, "Plan": p}), f.Close())
		return exec.CommandContext(ctx, binary, "run", "--root", b.dir, suite), err
	}
	return nil, fmt.Errorf("there is no sender %q", name)
}

var scenario = template.Must(template.New("suite").Parse(`suite: bench
target: {{.URL}}
dialect: voximplant
scenarios:
  - name: stream
    timeout: 2m
    load: {times: {{.Plan.Streams}}, at_once: {{.Plan.Streams}}, ramp: {{.Plan.Ramp}}}
    steps:
      - connect: {{if .Plan.Secure}}{tls: {ca: ca.pem}}{{else}}{}{{end}}
      - send_media: {from: speech.wav, encoding: ULAW, tag: caller, wait: true}
      - close: {code: 1000}
{{- if .Plan.Checks}}
  - name: checks
    timeout: 2m
    steps:
      - connect: {url: "builtin://echo", dialect: {name: raw, role: app, encoding: ULAW}}
      - send_media: {from: speech.wav, pace: asap, wait: true}
        as: spoken
      - repeat:
          times: 100000
          steps:
            - assert: {audio: {during: spoken, level: {$lt: 0dB}, clicks: {$gte: 0}, similar_to: {source: speech.wav, score: {$gte: 0%}}}}
{{- end}}
`))

// cpu is what a process has used until now, in all its threads.
func cpu(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // its name may hold anything
	fields := strings.Fields(rest)
	var ticks time.Duration
	for _, field := range fields[11:13] { // utime and stime, see proc_pid_stat(5)
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += time.Duration(n)
	}
	return ticks * 10 * time.Millisecond, nil // USER_HZ is 100 everywhere
}

// resident is the memory of a process in octets.
func resident(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib int
	_, err = fmt.Sscan(rest, &kib)
	return kib * 1024, err
}
