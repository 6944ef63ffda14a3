package main

import (
	"fmt"
	"regexp"
	"strings"
)

// setting is one variable of a file of environment variables.
type setting struct{ name, value string }

var (
	settingForm = regexp.MustCompile(`^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*`)
	remark      = regexp.MustCompile(`[ \t]#`)
)

// readEnvironment reads lines of NAME=VALUE. A value in quotes may have several lines. Of two
// values of a name the later holds. No ${…} and no $NAME is computed: a secret may have a
// dollar in it. A complaint begins with its line and shows no value.
func readEnvironment(text string) ([]setting, error) {
	var out []setting
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	for line := 1; text != ""; {
		first, rest, _ := strings.Cut(text, "\n")
		if trimmed := strings.TrimSpace(first); trimmed == "" || trimmed[0] == '#' {
			text = rest
			line++
			continue
		}
		text = strings.TrimLeft(text, " \t")
		m := settingForm.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("%d: expected NAME=VALUE", line)
		}
		v, after, err := settingValue(text[len(m[0]):])
		if err != nil {
			return nil, fmt.Errorf("%d: %s: %w", line, m[1], err)
		}
		line += strings.Count(text[:len(text)-len(after)], "\n")
		text = after
		out = append(out, setting{m[1], v})
	}
	return out, nil
}

// settingValue reads a value, and gives the text after its last line.
func settingValue(text string) (value, after string, err error) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		line, after, _ := strings.Cut(text, "\n")
		if strings.HasPrefix(line, "#") {
			return "", "", fmt.Errorf("a value that begins with # needs quotes")
		}
		return strings.TrimSpace(remark.Split(line, 2)[0]), after, nil
	}
	value, after, ok := unquoted(text)
	if !ok {
		return "", "", fmt.Errorf("a quote that is not closed")
	}
	rest, after, _ := strings.Cut(after, "\n")
	if rest = strings.TrimSpace(rest); rest != "" && rest[0] != '#' {
		return "", "", fmt.Errorf("something follows the closing quote")
	}
	return value, after, nil
}

// unquoted reads a text in quotes. In double quotes a backslash stands before n, r, t, a
// quote, a dollar or a backslash.
func unquoted(text string) (value, after string, ok bool) {
	if text[0] == '\'' {
		value, after, ok = strings.Cut(text[1:], "'")
		return value, after, ok
	}
	var b strings.Builder
	escapes := map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\', '$': '$'}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:], true
		case c == '\\' && i+1 < len(text) && escapes[text[i+1]] != 0:
			i++
			b.WriteByte(escapes[text[i]])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
