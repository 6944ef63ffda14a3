package diag

import "regexp"

var (
	// GitHub Actions obeys a line that begins with ::, whatever white space
	// stands before it.
	lineCommand = regexp.MustCompile(`(?m)^((?:[\t\v\f\r\p{Z}]|\x1b\[[0-9;]*m)*):(:)`)
	// Azure Pipelines, TeamCity and older runners of GitHub obey ##vso[,
	// ##teamcity[ and ##[ wherever they stand.
	bracketCommand = regexp.MustCompile(`#(#\w*\[)`)
)

// Inert makes finished output harmless to services that look for commands in
// the log of a job: the first character of such a command is spelled out.
// Everything else comes back as it is, line ends and colours too.
func Inert(text string) string {
	return bracketCommand.ReplaceAllString(lineCommand.ReplaceAllString(text, `$1\x3a$2`), `\x23$1`)
}
