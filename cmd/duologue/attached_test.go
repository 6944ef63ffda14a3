package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

const spoken = `suite: Spoken
target: builtin://voximplant/echo
dialect: voximplant
scenarios:
  - name: it comes back
    steps:
      - connect
      - send_media: {from: {tone: 440Hz, duration: 100ms}, encoding: ULAW, tag: caller}
      - expect: media_ended
        within: 5s
`

// Readers of JUnit find what was kept: GitLab by the path in the project, all others by an absolute one.
func TestAttachments(t *testing.T) {
	project := resolved(t.TempDir())
	t.Chdir(project)
	if err := os.WriteFile("spoken.yaml", []byte(spoken), 0o600); err != nil {
		t.Fatal(err)
	}
	attachment := regexp.MustCompile(`(?m)^\[\[ATTACHMENT\|(.*)\]\]$`)
	for _, tt := range []struct {
		name, gitlab, project string
		local                 bool
	}{
		{"nobody", "", "", false}, {"another service", "", project, false}, {"GitLab", "true", project, true},
		{"GitLab, another project", "true", filepath.Join(project, "elsewhere"), false}, {"GitLab without a project", "true", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GITLAB_CI", tt.gitlab)
			t.Setenv("CI_PROJECT_DIR", tt.project)
			var out bytes.Buffer
			if code := run(t.Context(), []string{"run", "spoken.yaml", "--max-lateness", "1h", "--artifacts", "out", "--junit", "junit.xml"}, nil, &out, &out); code != exitPassed {
				t.Fatalf("exit code %d\n%s", code, out.String())
			}
			text, err := os.ReadFile("junit.xml")
			if err != nil {
				t.Fatal(err)
			}
			found := attachment.FindAllSubmatch(text, -1)
			if len(found) != 3 { // what came, what was sent, and the call
				t.Fatalf("%d attachments in\n%s", len(found), text)
			}
			for _, f := range found {
				path := filepath.FromSlash(string(f[1]))
				if filepath.IsLocal(path) != tt.local || !tt.local && !filepath.IsAbs(path) {
					t.Errorf("it is attached as %s", path)
				}
				if _, err := os.Stat(path); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
