package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// theSecret ends in a line break, as the secret of a file does.
const theSecret = "Zq7:Xw9k+Vt4j\"Mn2b\n"

// shows gives the part of the secret that can be read in a text: five octets in a row, in either case, or six digits of
// an encoded form.
func shows(text string) string {
	text = strings.ToLower(text)
	plain := strings.TrimSpace(theSecret)
	forms := map[string]int{plain: 5, url.QueryEscape(plain): 7, hex.EncodeToString([]byte(plain)): 10}
	for before := range 3 {
		forms[base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + plain))[(before*8+5)/6:]] = 7
	}
	for form, n := range forms {
		form = strings.ToLower(strings.TrimRight(form, "="))
		for i := range len(form) - n {
			if piece := form[i : i+n]; strings.Contains(text, piece) {
				return piece
			}
		}
	}
	return ""
}

// nothingShows runs a command line in a folder, and looks for the secret in everything that is printed and written,
// including names.
func nothingShows(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	run(t.Context(), args, nil, &out, &out)
	if piece := shows(out.String()); piece != "" {
		t.Errorf("%q is printed:\n%s", piece, out.String())
	}
	err := filepath.WalkDir(filepath.Join(dir, "out"), func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		text := d.Name()
		if !d.IsDir() {
			data, _ := os.ReadFile(path)
			text += "\n" + string(data)
		}
		if piece := shows(text); piece != "" {
			t.Errorf("%q is written to %s", piece, path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return out.String()
}

// Whatever a scenario does with a secret, and wherever it fails, nothing of the secret is printed or written.
func TestSecretsAreMasked(t *testing.T) {
	for name, steps := range map[string]string{
		"header":             `[{connect: {headers: {X: "Bearer ${env.TOKEN}"}}}]`,
		"header, trimmed":    `[{connect: {headers: {X: "Bearer ${vars.token}"}}}, {send: a}, {expect: {message: b}}]`,
		"url":                `[{connect: {url: "ws://${env.TOKEN}/"}}]`,
		"host":               `[{connect: {url: "ws://${vars.plain}.invalid/"}}]`,
		"path":               `[{connect: {url: "/${vars.token}"}}]`,
		"query":              `[{connect: {query: {t: "${env.TOKEN}"}}}, {expect: {message: b}, within: 1ms}]`,
		"proxy":              `[{connect: {proxy: "${env.TOKEN}"}}]`,
		"protocols":          `[{connect: {protocols: ["${env.TOKEN}"]}}]`,
		"origin":             `[{connect: {origin: "${env.TOKEN}"}}]`,
		"file":               `[{connect: {tls: {ca: "${env.TOKEN}.pem"}}}]`,
		"wav":                `[{connect: {dialect: raw}}, {send_media: {from: "${env.TOKEN}.wav"}}]`,
		"payload file":       `[connect, {send: {file: "${vars.token}.bin"}}]`,
		"echo":               `[connect, {send: "${env.TOKEN}"}, {expect: {message: b}}]`,
		"echo, lower case":   `[connect, {send: "zq7:xw9k+vt4j\"mn2b"}, {send: "ZQ7:XW9K+VT4J\"MN2B"}, {expect: {message: b}}]`,
		"echo, json":         `[connect, {send: {json: {"${vars.plain}": "${env.TOKEN}"}}}, {expect: {message: {json: {a: 1}}}}]`,
		"echo, encoded":      `[connect, {send: "a${base64(env.TOKEN)} b${hex(env.TOKEN)}"}, {expect: {message: b}}]`,
		"binary":             `[connect, {send: {text: "${env.TOKEN}", binary: true}}, {expect: {message: b}}]`,
		"a letter a frame":   `[connect, {send: {text: "${env.TOKEN}", fragments: 1}}, {send_frame: {opcode: text, fin: false, payload: "${vars.token[0:1]}"}}, {send_frame: {opcode: continuation, payload: "${vars.token[1:]}"}}, {expect: {message: b}}]`,
		"ping":               `[connect, {send_ping: "${vars.token}"}, {expect: {pong: b}}]`,
		"close":              `[connect, {close: {code: 1000, reason: "${vars.token}"}}, {expect: {close: 1001}}]`,
		"expected":           `[connect, {send: a}, {expect: {message: "${env.TOKEN}"}}]`,
		"expected pattern":   `[connect, {send: a}, {expect: {message: {$starts_with: "${vars.token}"}}}]`,
		"two messages":       `[connect, {send: "a ${vars.token[0:9]}"}, {send: "${vars.token[9:]} b"}, {expect: message}, {expect: {message: x}}]`,
		"six at a time":      `[connect, {send: "${vars.token[0:6]}"}, {send: "${vars.token[6:12]}"}, {send: "${vars.token[12:18]}"}, {expect: message}, {expect: message}, {expect: {message: x}}]`,
		"fragments":          `[connect, {send: {text: "a ${env.TOKEN} b", fragments: [6, 4, 5]}}, {expect: {frame: {opcode: 1}}}, {expect: {message: b}}]`,
		"frames by hand":     `[connect, {send_frame: {opcode: 1, fin: false, payload: "${vars.token[0:8]}"}}, {send_frame: {opcode: 0, payload: "${vars.token[8:]}"}}, {expect: {message: b}}]`,
		"octets by hand":     `[connect, {send_bytes: "${env.TOKEN}"}, {expect: {message: b}}]`,
		"assert":             `[connect, {assert: {env.TOKEN: abc}}]`,
		"assert a length":    `[connect, {assert: {"'${env.TOKEN}' + repeat('a', 3000)": abc}}]`,
		"long, then cut":     `[connect, {set: {long: "${repeat('a', 590)}${env.TOKEN}"}}, {send: "${vars.long}"}, {expect: {message: "${vars.long}b"}}]`,
		"skip":               `[{skip: "${env.TOKEN}"}]`,
		"number":             `[connect, {wait: "${env.TOKEN}"}]`,
		"custom parameters":  `[{connect: {dialect: voximplant}}, {send_media: {from: {silence: 20ms}, customParameters: {a: "${env.TOKEN}", "${vars.plain}": 1}}}]`,
		"tag":                `[{connect: {dialect: voximplant}}, {send_media: {from: {tone: 440, duration: 100ms}, tag: "${vars.plain}"}}, {expect: media_ended}, {assert: {audio: {tag: "${vars.plain}", peak: {$lt: 1}}}}]`,
		"mark":               `[{connect: {dialect: twilio}}, {send_mark: "${vars.plain}"}]`,
		"a label's name":     `[connect, {send: "${nothing.plain}", as: "${env.TOKEN}"}]`,
		"computed otherwise": `[connect, {send: "${hex(sha256(env.TOKEN))}"}, {expect: {message: b}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TOKEN", theSecret)
			dir := t.TempDir()
			suite := filepath.Join(dir, "suite.yaml")
			text := "suite: s\ntarget: builtin://echo\nsecrets: [TOKEN]\nvars: {token: '${env.TOKEN[0:18]}', plain: '${env.TOKEN[0:3]}${env.TOKEN[4:8]}${env.TOKEN[9:13]}'}\n" +
				"defaults: {within: 200ms}\nscenarios:\n- {name: 'it ${env.TOKEN}', steps: " + steps + "}\n- {name: 'skipped ${env.TOKEN}', skip: not now, steps: [connect]}\n"
			if err := os.WriteFile(suite, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GITHUB_ACTIONS", "true")
			t.Setenv("GITHUB_WORKSPACE", dir)
			t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(dir, "out", "summary.md"))
			if err := os.Mkdir(filepath.Join(dir, "out"), 0o700); err != nil {
				t.Fatal(err)
			}
			said := nothingShows(t, dir, "run", suite, "--root", dir, "-v", "--junit", filepath.Join(dir, "out", "junit.xml"),
				"--ctrf", filepath.Join(dir, "out", "ctrf.json"),
				"--trace", filepath.Join(dir, "out", "trace.json"), "--artifacts", filepath.Join(dir, "out", "kept"))
			t.Log(said)
			nothingShows(t, dir, "check", suite, "--root", dir)
		})
	}
}

// The command line and the names of files may contain a secret, too, whatever is wrong with them.
func TestSecretsInCommandLines(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the secret is no name of a file there")
	}
	t.Setenv("TOKEN", theSecret)
	dir := t.TempDir()
	secret := strings.TrimSpace(theSecret)
	folder := filepath.Join(dir, secret)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	with := func(name, steps string) string {
		path := filepath.Join(folder, name)
		text := "secrets: [TOKEN]\nvars: {a: b}\nscenarios:\n- {name: it, steps: " + steps + "}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	suite, broken := with("suite.yaml", "[{connect: {url: 'builtin://echo'}}, {send: a}, {expect: {message: b}}]"), with("broken.yaml", "[connect, {snd: a}]")
	here, there := filepath.Join(folder, "there"), filepath.Join(folder, "not", "there")
	for _, line := range [][]string{
		{"run", suite}, {"run", broken}, {"check", folder}, {"run", suite, there + ".yaml"}, {"run", suite, "--" + secret}, {"run", suite, "--jobs", secret},
		{"run", suite, "--var", secret}, {"run", suite, "--var", secret + "=1"}, {"run", suite, "--vars-file", there}, {"run", suite, "--env-file", there}, {"run", suite, "--env-file", suite}, {"run", suite, "--var-json", secret}, {"run", suite, "--var-json", "a=" + secret}, {"run", suite, "--vars-file", suite}, {"run", suite, "--baseline", there},
		{"run", suite, "--baseline", suite}, {"run", suite, "--baseline-guard", secret}, {"run", suite, "--junit", folder}, {"run", suite, "--trace", suite + "/x"},
		{"run", suite, "--artifacts", suite}, {"run", suite, "--root", there}, {"run", suite, "--name", "(" + secret}, {"run", suite, "--target", secret},
		{"run", suite, "--memory", secret}, {"run", suite, "--seed", secret}, {"run", suite, "--tags", secret}, {"rnu", suite, secret},
		{"run", folder, "--junit", here + ".xml", "--trace", here + ".json", "--artifacts", here},
	} {
		nothingShows(t, dir, line...)
	}
	var out bytes.Buffer
	if run(t.Context(), []string{"run", broken}, nil, &out, &out); !strings.Contains(out.String(), `***/broken.yaml:4:32: unknown verb "snd"`) || !strings.Contains(out.String(), "[connect, {snd: a}]") {
		t.Errorf("the complaint lacks its place: %s", out.String())
	}
}

// A secret that comes from a file of environment variables is one everywhere.
func TestSecretOfAFile(t *testing.T) {
	unset(t, "DUOLOGUE_TEST_FILED")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"s.yaml": "target: builtin://echo\nsecrets: [DUOLOGUE_TEST_FILED]\nscenarios:\n- {name: it, steps: [connect, {send: '${env.DUOLOGUE_TEST_FILED}'}, {expect: {message: other}}]}\n",
		".env":   "DUOLOGUE_TEST_FILED=\"filed-s3cr3t\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	code := run(t.Context(), []string{"run", "--root", dir, "-v", filepath.Join(dir, "s.yaml"), "--env-file", filepath.Join(dir, ".env")}, nil, &out, &out)
	if code != exitFailed || !strings.Contains(out.String(), "***") || strings.Contains(out.String(), "filed-s3cr3t") {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}
