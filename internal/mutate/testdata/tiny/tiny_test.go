package tiny

import "testing"

func TestAdult(t *testing.T) {
	if Adult(17) || !Adult(18) {
		t.Error("the line is at 18")
	}
}

func TestChild(t *testing.T) {
	if !Child(3) || Child(40) {
		t.Error("3 is a child, 40 is none")
	}
}
