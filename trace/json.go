package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/duologue/duologue/diag"
)

// Format and Version name the JSON form of a run. Within a version, keys may be
// added, but no key is removed or changes its meaning.
const (
	Format  = "duologue-trace"
	Version = 1
)

// maxRead is the most octets that Read takes: about 10 000 minutes of streams in
// chunks of 20 ms.
const maxRead = 1 << 28

// head is the beginning of a trace in every version.
type head struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type document struct {
	head
	*Run
}

// Write writes a run as one JSON object on one line. Its keys have a stable
// order. Times are whole nanoseconds. The octets of streams are left out.
// Control and formatting characters are escaped, so that the file can be shown
// on a terminal. Strings that are not UTF-8 get U+FFFD. Octets that a peer sent
// ([Message], [Ping], [Pong], the body of an [Error]) are kept exactly.
func Write(w io.Writer, r *Run) error {
	text, err := marshal(document{head{Format, Version}, r})
	if err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	if _, err := w.Write(append(escape(text), '\n')); err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	return nil
}

// Read reads what [Write] wrote. It refuses any other format, a higher version
// and more than 256 MiB. It ignores unknown keys.
func Read(r io.Reader) (*Run, error) { return read(r, maxRead) }

func read(r io.Reader, most int) (*Run, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	if len(text) > most {
		return nil, fmt.Errorf("read trace: it is larger than %d MiB", most>>20)
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("read trace: no trace: %w", err)
	}
	switch {
	case h.Format == "":
		return nil, fmt.Errorf("read trace: no trace: the key \"format\" is missing")
	case h.Format != Format:
		return nil, fmt.Errorf("read trace: the format is %q, not %q", diag.Clip(h.Format, 40), Format)
	case h.Version > Version:
		return nil, fmt.Errorf("read trace: version %d is newer than version %d, which this duologue reads", h.Version, Version)
	case h.Version < 1:
		return nil, fmt.Errorf("read trace: there is no version %d", h.Version)
	}
	run := new(Run)
	if err := json.Unmarshal(text, run); err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	return run, nil
}

// UnmarshalText refuses unknown verdicts.
func (v *Verdict) UnmarshalText(text []byte) error {
	switch known := Verdict(text); known {
	case "", Passed, Failed, Errored, Inconclusive, Skipped, Flaky:
		*v = known
		return nil
	}
	return fmt.Errorf("unknown verdict %q", diag.Clip(string(text), 40))
}

// UnmarshalText refuses unknown outcomes.
func (o *Outcome) UnmarshalText(text []byte) error {
	switch known := Outcome(text); known {
	case "", NonStrict, Informational:
		*o = known
		return nil
	}
	return fmt.Errorf("unknown outcome %q", diag.Clip(string(text), 40))
}

// marshal is json.Marshal without escapes for <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// tree is any JSON value. Its numbers keep their digits.
type tree struct{ value any }

func (t tree) MarshalJSON() ([]byte, error) { return marshal(t.value) }

func (t *tree) UnmarshalJSON(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(&t.value)
}

// IsZero makes the encoder leave out a value that does not exist.
func (t tree) IsZero() bool { return t.value == nil }
