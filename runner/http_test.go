package runner_test

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// startHTTP serves plain HTTP: /echo tells what was asked, /to redirects to `at`, and others
// are wrong in one way each.
func startHTTP(t *testing.T, secure *tls.Config) *httptest.Server {
	t.Helper()
	var asked atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header()["X-Twice"] = []string{"a", "b"}
		_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "target": r.RequestURI, "host": r.Host, "headers": r.Header, "body": string(body)})
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusFound
		if r.URL.Query().Get("keep") != "" {
			status = http.StatusTemporaryRedirect
		}
		w.Header().Set("Location", r.URL.Query().Get("at"))
		w.WriteHeader(status)
	})
	mux.HandleFunc("/third", func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1)%3 != 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, `{"state": "done"}`)
	})
	mux.HandleFunc("/switch", func(w http.ResponseWriter, _ *http.Request) {
		nc, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\nwhatever")
		_, _ = io.Copy(io.Discard, nc)
		_ = nc.Close()
	})
	mux.HandleFunc("/hang-up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/half", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "half")
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for block := make([]byte, 1<<20); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	s := httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = noLog
	if secure != nil {
		s.TLS = secure
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// performHTTP performs steps against a server.
func performHTTP(t *testing.T, dir, steps, target string) *trace.Scenario {
	t.Helper()
	text := "secrets: [TOKEN]\nvars: {n: 7}\nscenarios:\n- name: it\n  steps:\n" + indent(strings.TrimSpace(steps))
	run := performText(t, dir, text, suitetest.Options{Planning: plan.Options{Target: target, Insecure: true,
		LookupEnv: func(string) (string, bool) { return "s3cr3t-s3cr3t", true }}, Performing: runner.Options{Events: true}})
	return &run.Suites[0].Scenarios[0]
}

// What a suite asks for is what the server is asked, and what it answers is what the label
// has.
func TestRequestsAreAsAsked(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.bin"), []byte("octets"))
	s := startHTTP(t, nil)
	target := "ws" + strings.TrimPrefix(s.URL, "http") + "/deep/socket?room=2"
	for name, steps := range map[string]string{
		"a method": `
- {http: {url: /echo, method: DELETE}, as: it}
- assert: {it.json.method: DELETE, it.json.body: "", it.json.target: /echo}`,
		"GET by itself": `
- {http: /echo, as: it}
- assert: {it.json.method: GET, "it.json.headers['User-Agent'][0]": duologue, "it.headers['x-twice']": "a, b"}`,
		"a relative path, and a query": `
- {http: {url: "../echo?a=1", query: {b: "${vars.n} &"}}, as: it}
- assert: {it.json.target: "/echo?a=1&b=7+%26"}`,
		"headers": `
- {http: {url: /echo, headers: {X-One: [a, "${vars.n}"], Host: other.example, user-agent: mine}}, as: it}
- assert: {it.json.headers: {X-One: [a, "7"], User-Agent: [mine]}, it.json.host: other.example}`,
		"who we are": `
- {http: {url: /echo, auth: {basic: {user: ann, password: b}}}, as: it}
- {http: {url: /echo, auth: {bearer: t}}, as: other}
- assert: {"it.json.headers.Authorization[0]": "Basic YW5uOmI=", "other.json.headers.Authorization[0]": Bearer t}`,
		"JSON": `
- {http: {url: /echo, json: {a: "${vars.n}", b: [1]}}, as: it}
- assert: {it.json.method: POST, it.json.body: '{"a":7,"b":[1]}', "it.json.headers['Content-Type'][0]": application/json}`,
		"a form": `
- {http: {url: /echo, form: {a: "x y&", b: [c, "${vars.n}"]}}, as: it}
- assert: {it.json.body: "a=x+y%26&b=c&b=7", "it.json.headers['Content-Type'][0]": application/x-www-form-urlencoded}`,
		"text": `
- {http: {url: /echo, text: "n ${vars.n}", method: PUT}, as: it}
- assert: {it.json.method: PUT, it.json.body: n 7, "it.json.headers['Content-Type'][0]": text/plain; charset=utf-8}`,
		"a file": `
- {http: {url: /echo, file: a.bin, headers: {Content-Type: audio/wav}}, as: it}
- assert: {it.json.body: octets, "it.json.headers['Content-Type']": [audio/wav], "it.json.headers['Content-Length']": ["6"]}`,
		"octets": `
- {http: {url: /echo, hex: 616263}, as: it}
- {http: {url: /echo, repeat: ab, size: 3}, as: other}
- assert: {it.json.body: abc, other.json.body: aba, "it.json.headers['Content-Type'][0]": application/octet-stream}`,
		"parts": `
- {http: {url: /echo, multipart: {title: "n ${vars.n}", meta: {json: {a: 1}}, audio: {file: a.bin}, page: {text: <p>, filename: a.html, type: text/html}}}, as: it}
- assert:
    it.json.body:
      $all_of:
        - {$contains: "form-data; name=\"title\"\r\n\r\nn 7\r\n--"}
        - {$contains: "name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n"}
        - {$contains: "name=\"audio\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\noctets\r\n"}
        - {$contains: "name=\"page\"; filename=\"a.html\"\r\nContent-Type: text/html\r\n\r\n<p>\r\n"}
    "it.json.headers['Content-Type'][0]": {$starts_with: multipart/form-data; boundary=}`,
		"Twilio signs the fields of a form": `
- {http: {url: /echo, form: {To: b, From: a}, auth: {twilio: "12345"}}, as: it}
- assert: {"it.json.headers['X-Twilio-Signature'][0]": "${base64(unhex(hex(hmac_sha1('12345', 'BASE/echoFromaTob'))))}"}`,
		"a change of protocols": `
- {http: {url: /switch, status: 101, headers: {Upgrade: other, Connection: Upgrade}}, as: it}
- assert: {it.headers.upgrade: other, it.size: 0}`,
		"until": `
- {http: {url: /third, until: {json: {state: done}, status: 200}, every: 1ms}, as: it}
- assert: {it.status: 200}
- {http: {url: /third, until: {status: 200}, every: 1ms}, within: 3s}`,
	} {
		t.Run(name, func(t *testing.T) {
			if sc := performHTTP(t, dir, strings.ReplaceAll(steps, "BASE", s.URL), target); sc.Verdict != trace.Passed {
				t.Errorf("%s: %v", verdict(sc), sc.Problems)
			}
		})
	}
}

// A request that gets no answer, or another one than asked for, fails its step and says why.
func TestRequestsThatFail(t *testing.T) {
	s := startHTTP(t, nil)
	for name, tt := range map[string]struct{ step, want, tells string }{
		"it hangs up":              {"{http: /hang-up}", "the request was not answered", "no answer: the connection ended"},
		"half of it":               {"{http: /half}", "the request was not answered", "the answer 200 OK is not whole: the connection ended"},
		"it never answers":         {"{http: /never, within: 50ms}", "the request was not answered within 50ms", "GET " + s.URL + "/never"},
		"it answers without end":   {"{http: /endless, within: 30s}", "the request was not answered", "limit: the body has more than 67108864 octets"},
		"another status":           {"{http: {url: /echo, status: {$any_of: [404, 201]}}}", "the answer is 200 OK", ""},
		"it is no TLS":             {"{http: {url: '" + strings.Replace(s.URL, "http", "https", 1) + "'}}", "the request was not answered", "it speaks HTTP without TLS"},
		"never as until wants":     {"{http: {url: /echo, until: {json: {method: PUT}}, every: 10ms}, within: 100ms}", "no answer was like this within 100ms", `"GET"`},
		"until never answers":      {"{http: {url: /never, until: {status: 200}}, within: 50ms}", "the request was not answered within 50ms", "/never"},
		"a redirect that is wrong": {"{http: {url: '/to?at=gopher://x', redirects: 3}}", "the answer is 302 Found", "gopher://x"},
		"redirects without end":    {"{http: {url: '/to?at=/to', redirects: 3}}", "the answer is 302 Found", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sc := performHTTP(t, t.TempDir(), "- "+tt.step, s.URL)
			if len(sc.Problems) != 1 || sc.Verdict != trace.Failed || sc.Problems[0].Diagnostic.Message != tt.want {
				t.Fatalf("%s: %v, want %s", sc.Verdict, sc.Problems, tt.want)
			}
			told := ""
			for _, d := range sc.Problems[0].Diagnostic.Details {
				told += d.Label + ": " + d.Text + "\n"
			}
			if !strings.Contains(told, tt.tells) {
				t.Errorf("it tells %q, want %q", told, tt.tells)
			}
		})
	}
}

// TLS and the proxy are those of connect.
func TestRequestsOverTLS(t *testing.T) {
	dir := t.TempDir()
	s, proxy := startHTTP(t, authority(t, dir)), startProxy(t)
	for step, want := range map[string]string{
		"{http: {url: /echo, tls: {ca: ca.pem}}}":                                "",
		"{http: {url: /echo, tls: {insecure: true}}}":                            "",
		"{http: {url: /echo, tls: {ca: ca.pem}, proxy: 'http://" + proxy + "'}}": "",
		"{http: {url: /echo, proxy: 'http://" + proxy + "'}}":                    "its certificate cannot be trusted",
		"{http: {url: /echo}}":                                                   "tls: no TLS with 127.0.0.1: its certificate cannot be trusted",
		"{http: {url: /echo, tls: {ca: ca.pem, server_name: other.example}}}":    "tls: no TLS with 127.0.0.1: its certificate cannot be trusted",
	} {
		sc := performHTTP(t, dir, "- "+step, "wss"+strings.TrimPrefix(s.URL, "https"))
		switch {
		case want == "" && sc.Verdict != trace.Passed:
			t.Errorf("%s: %s, %v", step, verdict(sc), sc.Problems)
		case want != "" && (sc.Verdict != trace.Failed || !strings.Contains(sc.Problems[0].Diagnostic.Details[0].Text, want)):
			t.Errorf("%s: %s, %v, want %s", step, verdict(sc), sc.Problems, want)
		}
	}
}

// A redirect takes no secret to another host, as with connect, and a body with one goes
// nowhere.
func TestRedirectsOfRequestsTakeNoSecrets(t *testing.T) {
	here, there := startHTTP(t, nil), startHTTP(t, nil)
	for name, tt := range map[string]struct{ keys, to, redirects, asserts string }{
		"a header, another port":       {`headers: {X-Key: "${env.TOKEN}", X-Other: a}`, there.URL + "/echo", "1", `{it.json.headers: {X-Key: {$exists: false}, X-Other: [a]}}`},
		"a header, the same host":      {`headers: {X-Key: "${env.TOKEN}"}`, "/echo", "1", `{it.json.headers: {X-Key: ["${env.TOKEN}"]}}`},
		"a header, kept":               {`headers: {X-Key: "${env.TOKEN}"}`, there.URL + "/echo", "{max: 1, secrets: keep}", `{it.json.headers: {X-Key: ["${env.TOKEN}"]}}`},
		"who we are":                   {`auth: {bearer: open}`, there.URL + "/echo", "1", `{it.json.headers: {Authorization: {$exists: false}}}`},
		"a cookie":                     {`headers: {cookie: a=b}`, there.URL + "/echo", "1", `{it.json.headers: {Cookie: {$exists: false}}}`},
		"away and back":                {`headers: {X-Key: "${env.TOKEN}"}`, there.URL + "/to?at=" + here.URL + "/echo", "2", `{it.json.headers: {X-Key: {$exists: false}}}`},
		"a body becomes none":          {`text: "${env.TOKEN}"`, there.URL + "/echo", "1", `{it.json.method: GET, it.json.body: "", it.json.headers: {Content-Type: {$exists: false}, Referer: {$exists: false}}}`},
		"a body without a secret":      {`text: a`, there.URL + "/echo&keep=1", "1", `{it.json.method: POST, it.json.body: a}`},
		"a body with one, at the host": {`text: "${env.TOKEN}"`, "/echo&keep=1", "1", `{it.json.body: "${env.TOKEN}"}`},
		"a body with one":              {`form: {a: "${env.TOKEN}"}, status: 307`, there.URL + "/echo&keep=1", "1", `{it.status: 307}`},
		"a body with one, kept":        {`form: {a: "${env.TOKEN}"}`, there.URL + "/echo&keep=1", "{max: 1, secrets: keep}", `{it.json.body: "a=${env.TOKEN}"}`},
	} {
		t.Run(name, func(t *testing.T) {
			sc := performHTTP(t, t.TempDir(), "- {http: {url: '/to?at="+tt.to+"', redirects: "+tt.redirects+", "+tt.keys+"}, as: it}\n- assert: "+tt.asserts, here.URL)
			if sc.Verdict != trace.Passed {
				t.Errorf("%s: %v", verdict(sc), sc.Problems)
			}
			published, err := json.Marshal(sc)
			if err != nil || strings.Contains(string(published), "s3cr3t") {
				t.Errorf("the secret is shown (%v): %s", err, published)
			}
			if told := strings.Contains(string(published), `"withheld"`); told != (name == "a header, another port" || name == "who we are" || name == "a cookie" || name == "away and back") {
				t.Errorf("it tells what was withheld: %v", told)
			}
		})
	}
}

// A body in the trace is short, and half a secret at its end is masked.
func TestBodiesAreBoundedAndMasked(t *testing.T) {
	s := startHTTP(t, nil)
	sc := performHTTP(t, t.TempDir(), `- http: {url: /echo, text: "${repeat('a', 4090)}${env.TOKEN}"}`, s.URL)
	for _, ev := range sc.Requests {
		body := ""
		switch d := ev.Detail.(type) {
		case *trace.Request:
			body = string(d.Body)
			if d.Size != 4103 {
				t.Errorf("the request has %d octets, want 4103", d.Size)
			}
		case *trace.Answer:
			body = string(d.Body)
		}
		if len(body) > 4<<10 || strings.Contains(body, "s3c") {
			t.Errorf("%s has a body of %d octets: %s", ev.Kind(), len(body), body)
		}
	}
	if len(sc.Requests) != 2 {
		t.Errorf("the trace has %d requests and answers, want 2", len(sc.Requests))
	}
}

// A request ends with its scenario.
func TestRequestsEndWithTheScenario(t *testing.T) {
	s := startHTTP(t, nil)
	begin := time.Now()
	run := performText(t, t.TempDir(), "scenarios:\n- {name: it, timeout: 50ms, steps: [{http: /never, within: 1h}]}", suitetest.Options{Planning: plan.Options{Target: s.URL}})
	if sc := &run.Suites[0].Scenarios[0]; len(sc.Problems) != 1 || !strings.Contains(sc.Problems[0].Diagnostic.Message, "the scenario ran out of time in this step") || time.Since(begin) > time.Minute {
		t.Errorf("%s: %v", verdict(sc), sc.Problems)
	}
}

// noLog drops what net/http says about handlers that break off.
var noLog = log.New(io.Discard, "", 0)

// How long an answer took is not held against the server where this machine stood still
// meanwhile. What never comes is.
func TestLatenessExcusesRequests(t *testing.T) {
	for _, tt := range []struct{ steps, want string }{
		{"- http: {url: /mute}\n  within: 400ms", "5: the request was not answered within 400ms"},
		{"- http: {url: /a, until: {status: 500}}\n  within: 400ms", "4: no answer was like this within 400ms"},
		{"- http: /a\n  as: it\n- assert: {it.took: {$lt: 250ms}}", "6: it.took is not as asked"},
		{"- http: /a\n  as: it\n- assert: {it.took: {$lt: 1ms}}", "6: it.took is not as asked"},
		{"- http: /a\n  as: it\n- assert: {it.text: other}", "6: it.text is not as asked"},
	} {
		for _, stood := range []bool{false, true} {
			want := "failed " + tt.want
			if stood && strings.Contains(tt.steps, "250ms") {
				want = "inconclusive " + tt.want
			}
			fake(t, nil, func(s *stage) {
				if stood {
					s.options.Clock.Wait = lateWait(time.Now(), 200*ms, 350*ms)
				}
				s.options.MaxLateness = 5 * ms
				s.answerHTTP(func(path string) string {
					if path == "/mute" {
						return ""
					}
					time.Sleep(300 * ms)
					return "ok"
				})
				if got := verdict(s.steps(tt.steps)); got != want {
					t.Errorf("%s, stood still: %v: got %s, want %s", tt.steps, stood, got, want)
				}
			})
		}
	}
}

// answerHTTP puts a server in the place of a peer that answers requests by their paths with a
// text, and not at all if there is none.
func (s *stage) answerHTTP(answer func(path string) string) {
	s.through = func(peer net.Conn) net.Conn {
		_ = peer.Close()
		ours, theirs := net.Pipe()
		s.peers.Go(func() {
			defer func() { _ = theirs.Close() }()
			in := bufio.NewReader(theirs)
			for {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				text := answer(r.URL.Path)
				if text == "" {
					continue
				}
				if _, err := fmt.Fprintf(theirs, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text); err != nil {
					return
				}
			}
		})
		return ours
	}
}
