package tiny

import (
	"errors"
	"testing"
)

func TestAdult(t *testing.T) {
	if Adult(17) || !Adult(18) {
		t.Error("the line is at 18")
	}
}

func TestHalf(t *testing.T) {
	if n, err := Half(4, nil); n != 2 || err != nil {
		t.Errorf("half of 4 is %d, %v", n, err)
	}
	if _, err := Half(4, errors.New("none")); err == nil {
		t.Error("want the error")
	}
}

func TestChild(t *testing.T) {
	if !Child(3) || Child(40) {
		t.Error("3 is a child, 40 is none")
	}
}
