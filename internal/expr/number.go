package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A number is the exact decimal that was written. It is a *big.Rat during a
// computation. Its numerator and denominator stay below 2^1000, about 1e±300.
const maxBits = 1000

var errNumberSize = errors.New("the number is too large or too precise, beyond about 1e±300")

// toRat gives the exact value of a number. ok is false if v is not a number.
func toRat(v any) (r *big.Rat, ok bool, err error) {
	switch v := v.(type) {
	case *big.Rat:
		return v, true, nil
	case int:
		r = new(big.Rat).SetInt64(int64(v))
	case int8:
		r = new(big.Rat).SetInt64(int64(v))
	case int16:
		r = new(big.Rat).SetInt64(int64(v))
	case int32:
		r = new(big.Rat).SetInt64(int64(v))
	case int64:
		r = new(big.Rat).SetInt64(v)
	case uint:
		r = new(big.Rat).SetUint64(uint64(v))
	case uint8:
		r = new(big.Rat).SetUint64(uint64(v))
	case uint16:
		r = new(big.Rat).SetUint64(uint64(v))
	case uint32:
		r = new(big.Rat).SetUint64(uint64(v))
	case uint64:
		r = new(big.Rat).SetUint64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, true, fmt.Errorf("%s cannot be computed with", noteFloat(v))
		}
		r, err = parseNumber(strconv.FormatFloat(v, 'g', -1, 64))
	case json.Number:
		r, err = parseNumber(string(v))
	default:
		return nil, false, nil
	}
	return r, true, err
}

// parseNumber reads a decimal as JSON writes it. It also accepts leading zeros.
func parseNumber(s string) (*big.Rat, error) {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return nil, fmt.Errorf("%q is not a number", brief(s))
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(s[i+1:])
		if err == nil && (exponent > maxBits || exponent < -maxBits) || errors.Is(err, strconv.ErrRange) {
			return nil, errNumberSize
		}
	}
	if len(s) > maxBits {
		return nil, errNumberSize
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", brief(s))
	}
	return bounded(r)
}

func bounded(r *big.Rat) (*big.Rat, error) {
	if r.Num().BitLen() > maxBits || r.Denom().BitLen() > maxBits {
		return nil, errNumberSize
	}
	return r, nil
}

// fromRat gives a computed number in a type that callers know.
func fromRat(r *big.Rat) any {
	if !r.IsInt() {
		f, _ := r.Float64()
		return f
	}
	if r.Num().IsInt64() {
		return r.Num().Int64()
	}
	return json.Number(r.Num().String())
}

// formatNumber writes a number as JSON does. It writes a json.Number as it came.
func formatNumber(v any) (string, error) {
	if n, ok := v.(json.Number); ok {
		return string(n), nil
	}
	if r, ok := v.(*big.Rat); ok {
		v = fromRat(r)
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// wholeNumber gives v as an int64. It is an error if v is not a whole number of
// that size.
func wholeNumber(v any) (int64, error) {
	r, ok, err := toRat(v)
	if err != nil {
		return 0, err
	}
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		return 0, fmt.Errorf("%s is not a whole number", describe(v))
	}
	return r.Num().Int64(), nil
}
