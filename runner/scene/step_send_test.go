package scene

import "testing"

// A window goes round the file without end.
func TestAround(t *testing.T) {
	for _, tt := range []struct {
		name         string
		from, length int
		want         string
	}{
		{"begin", 0, 2, "ab"},
		{"over the end", 2, 2, "ca"},
		{"far behind", 7, 3, "bca"},
		{"longer than the file", 1, 7, "bcabcab"},
		{"nothing", 1, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := around([]byte("abc"), tt.from, tt.length); string(got) != tt.want {
				t.Errorf("around(abc, %d, %d) = %q, want %q", tt.from, tt.length, got, tt.want)
			}
		})
	}
}
