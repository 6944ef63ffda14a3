package expr

import (
	"errors"
	"fmt"
	"math/big"
	"time"
)

var errNoClock = errors.New("there is no clock here")

// clock gives the time of the wall clock.
func (ev *evaluation) clock() (time.Time, error) {
	if ev.env.Clock == nil {
		return time.Time{}, errNoClock
	}
	return ev.env.Clock(), nil
}

// unixSeconds gives the whole seconds since 1970 in UTC.
func unixSeconds(ev *evaluation, _ []any) (any, error) {
	t, err := ev.clock()
	return t.Unix(), err
}

// unixMilliseconds gives the whole milliseconds since 1970 in UTC.
func unixMilliseconds(ev *evaluation, _ []any) (any, error) {
	t, err := ev.clock()
	return t.UnixMilli(), err
}

// Times of RFC 3339 have years of four digits. These are the first second of the year 0 and the
// last of the year 9999, as seconds since 1970.
const (
	firstSecond = -62167219200
	lastSecond  = 253402300799
)

// toRFC3339 writes now, or seconds since 1970, as a time of RFC 3339 in UTC with milliseconds.
// What is less than a millisecond is cut off.
func toRFC3339(ev *evaluation, args []any) (any, error) {
	const form = "2006-01-02T15:04:05.000Z"
	if len(args) == 0 {
		t, err := ev.clock()
		return t.UTC().Format(form), err
	}
	seconds, err := quantity(args[0])
	if err != nil {
		return nil, err
	}
	scaled := new(big.Rat).Mul(seconds, big.NewRat(1000, 1))
	milliseconds := new(big.Int).Div(scaled.Num(), scaled.Denom()) // the denominator is positive, so this rounds down
	first, end := big.NewInt(firstSecond*1000), big.NewInt((lastSecond+1)*1000)
	if milliseconds.Cmp(first) < 0 || milliseconds.Cmp(end) >= 0 {
		return nil, fmt.Errorf("%s has no year of four digits", describe(args[0]))
	}
	return time.UnixMilli(milliseconds.Int64()).UTC().Format(form), nil
}
