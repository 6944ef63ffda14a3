package expr

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/internal/encoded"
)

// function is one function of the language. Its arguments have the kinds that params allows. The
// last of them, as many as optional says, can be left out.
type function struct {
	usage    string
	params   []kind
	run      func(ev *evaluation, args []any) (any, error)
	optional int
}

// arity names how many arguments the function takes.
func (f *function) arity() string {
	if f.optional == 0 {
		return strconv.Itoa(len(f.params))
	}
	return fmt.Sprintf("%d to %d", len(f.params)-f.optional, len(f.params))
}

const textOrOctets = text | octets

// functions is the registry of functions by name.
var functions = map[string]*function{
	"now":         {usage: "now()", run: host("now")},
	"conn":        {usage: "conn(name)", params: []kind{text}, run: host("conn")},
	"audio":       {usage: "audio(name, tag)", params: []kind{text, text}, run: host("audio")},
	"events":      {usage: "events(name, kind)", params: []kind{text, text}, run: host("events")},
	"unix":        {usage: "unix()", run: unixSeconds},
	"unix_ms":     {usage: "unix_ms()", run: unixMilliseconds},
	"rfc3339":     {usage: "rfc3339() or rfc3339(seconds)", params: []kind{number}, run: toRFC3339, optional: 1},
	"uuid":        {usage: "uuid()", run: uuid},
	"random_int":  {usage: "random_int(first, last)", params: []kind{number, number}, run: randomInt},
	"range":       {usage: "range(first, end), without end", params: []kind{number, number}, run: rangeOf},
	"len":         {usage: "len(text, octets, list or mapping)", params: []kind{text | octets | list | mapping}, run: lengthOf},
	"repeat":      {usage: "repeat(text, times)", params: []kind{text, number}, run: repeat},
	"text":        {usage: "text(text, octets, number, duration, true or false)", params: []kind{textOrOctets | number | duration | boolean}, run: toText},
	"split":       {usage: "split(text, separator)", params: []kind{text, text}, run: split},
	"find":        {usage: "find(text, pattern)", params: []kind{text, text}, run: find},
	"filter":      {usage: "filter(list, condition), in which `it` is an item", params: []kind{list, boolean}}, // a node of its own
	"int":         {usage: "int(text or number)", params: []kind{text | number}, run: wholeOf},
	"octets":      {usage: "octets(text) or octets(number, size, order)", params: []kind{textOrOctets | number, number, text}, run: toOctets, optional: 2},
	"uint":        {usage: "uint(octets, order), order is 'big' or 'little'", params: []kind{octets, text}, run: unsigned, optional: 1},
	"sint":        {usage: "sint(octets, order), order is 'big' or 'little'", params: []kind{octets, text}, run: signed, optional: 1},
	"varint":      {usage: "varint(number)", params: []kind{number}, run: toVarint},
	"unvarint":    {usage: "unvarint(octets)", params: []kind{octets}, run: fromVarint},
	"crc32":       {usage: "crc32(text or octets)", params: []kind{textOrOctets}, run: checksum},
	"gzip":        {usage: "gzip(text or octets)", params: []kind{textOrOctets}, run: compress(gzip.NewWriter)},
	"ungzip":      {usage: "ungzip(octets)", params: []kind{octets}, run: decompress(gzip.NewReader)},
	"zlib":        {usage: "zlib(text or octets)", params: []kind{textOrOctets}, run: compress(zlib.NewWriter)},
	"unzlib":      {usage: "unzlib(octets)", params: []kind{octets}, run: decompress(zlib.NewReader)},
	"deflate":     {usage: "deflate(text or octets)", params: []kind{textOrOctets}, run: compress(deflater)},
	"inflate":     {usage: "inflate(octets)", params: []kind{octets}, run: decompress(inflater)},
	"hex":         {usage: "hex(text or octets)", params: []kind{textOrOctets}, run: toHex},
	"unhex":       {usage: "unhex(text)", params: []kind{text}, run: fromHex},
	"base64":      {usage: "base64(text or octets)", params: []kind{textOrOctets}, run: toBase64},
	"unbase64":    {usage: "unbase64(text)", params: []kind{text}, run: fromBase64},
	"sha256":      {usage: "sha256(text or octets)", params: []kind{textOrOctets}, run: sum256},
	"hmac_sha1":   {usage: "hmac_sha1(key, text or octets)", params: []kind{textOrOctets, textOrOctets}, run: hmacSHA1},
	"hmac_sha256": {usage: "hmac_sha256(key, text or octets)", params: []kind{textOrOctets, textOrOctets}, run: hmacSHA256},
	"jwt":         {usage: "jwt(header, claims, key), such as jwt('HS256', {sub: 'ann'}, env.KEY)", params: []kind{text | mapping, mapping, textOrOctets}, run: jwt},
	"json":        {usage: "json(value)", params: []kind{anything}, run: toJSON},
	"unjson":      {usage: "unjson(text or octets)", params: []kind{textOrOctets}, run: fromJSON},
	"msgpack":     {usage: "msgpack(value)", params: []kind{anything}, run: packWith(EncodeMsgpack)},
	"unmsgpack":   {usage: "unmsgpack(octets)", params: []kind{octets}, run: unpackWith(DecodeMsgpack, "MessagePack")},
	"cbor":        {usage: "cbor(value)", params: []kind{anything}, run: packWith(EncodeCBOR)},
	"uncbor":      {usage: "uncbor(octets)", params: []kind{octets}, run: unpackWith(DecodeCBOR, "CBOR")},
	"protobuf":    {usage: "protobuf(message, value), such as protobuf('chat.Hello', {n: 1})", params: []kind{text, anything}, run: toProtobuf},
	"unprotobuf":  {usage: "unprotobuf(message, octets)", params: []kind{text, octets}, run: fromProtobuf},
	"tag":         {usage: "tag(number, content)", params: []kind{number, anything}, run: tag},
	"simple":      {usage: "simple(number)", params: []kind{number}, run: simple},
	"cookies":     {usage: "cookies(text or list of texts)", params: []kind{text | list}, run: cookies},
}

// varying are the functions that give random values, or look at the run or at the clock.
var varying = map[string]bool{
	"now": true, "conn": true, "audio": true, "events": true, "uuid": true, "random_int": true,
	"unix": true, "unix_ms": true, "rfc3339": true,
}

// looksInside are the functions that look at lines themselves. All others get what lines settle
// to.
var looksInside = map[string]bool{"len": true}

// Functions gives the names of the functions, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }

func host(name string) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		if ev.env.Call == nil {
			return nil, errors.New("it cannot be used here")
		}
		return ev.env.Call(name, args)
	}
}

var errNoRandom = errors.New("there is no source of randomness here")

// uuid gives a random UUID (version 4), RFC 9562 section 5.4.
func uuid(ev *evaluation, _ []any) (any, error) {
	if ev.env.Random == nil {
		return nil, errNoRandom
	}
	high, low := ev.env.Random.Uint64(), ev.env.Random.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1)), nil
}

func randomInt(ev *evaluation, args []any) (any, error) {
	first, last, err := wholePair(args)
	if err != nil {
		return nil, err
	}
	if ev.env.Random == nil {
		return nil, errNoRandom
	}
	if first > last {
		return nil, fmt.Errorf("%d is more than %d", first, last)
	}
	width := uint64(last) - uint64(first)
	if width == math.MaxUint64 {
		return int64(ev.env.Random.Uint64()), nil
	}
	return int64(uint64(first) + rand.New(ev.env.Random).Uint64N(width+1)), nil
}

func wholePair(args []any) (int64, int64, error) {
	a, err := wholeNumber(args[0])
	if err != nil {
		return 0, 0, err
	}
	b, err := wholeNumber(args[1])
	return a, b, err
}

func rangeOf(ev *evaluation, args []any) (any, error) {
	first, end, err := wholePair(args)
	if err != nil {
		return nil, err
	}
	if first > end {
		return nil, fmt.Errorf("%d is more than %d", first, end)
	}
	n := uint64(end) - uint64(first)
	if n > maxOutput/elementSize {
		return nil, fmt.Errorf("%d elements are too many", n)
	}
	if err := ev.charge(int(n) * elementSize); err != nil {
		return nil, err
	}
	values := make([]any, n)
	for i := range values {
		values[i] = first + int64(i)
	}
	return values, nil
}

func lengthOf(_ *evaluation, args []any) (any, error) {
	n, err := length(args[0])
	return int64(n), err
}

func repeat(ev *evaluation, args []any) (any, error) {
	n, err := wholeNumber(args[1])
	if err != nil {
		return nil, err
	}
	s := args[0].(string)
	if n < 0 {
		return nil, fmt.Errorf("%d times", n)
	}
	if len(s) == 0 {
		return "", nil
	}
	if n > maxOutput {
		n = maxOutput + 1 // too many octets anyway, and the product stays small
	}
	if err := ev.charge(int(n) * len(s)); err != nil {
		return nil, err
	}
	return strings.Repeat(s, int(n)), nil
}

// wholeOf reads text as a whole number, in the form of JSON. A number must be whole already.
func wholeOf(_ *evaluation, args []any) (any, error) {
	number, isText := args[0].(string)
	if !isText {
		n, err := quantity(args[0])
		if err == nil && !n.IsInt() {
			err = fmt.Errorf("%s is not whole", describe(args[0]))
		}
		return n, err
	}
	if !wholeForm.MatchString(number) {
		return nil, fmt.Errorf("%s is no whole number", describe(number))
	}
	return parseNumber(number)
}

// wholeForm is the form of a whole number in JSON (RFC 8259 section 6).
var wholeForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// cookies gives the Cookie header that a client sends after Set-Cookie lines (RFC 6265 sections
// 5.2 and 5.4): names and values, and the last value of a name. It ignores attributes.
func cookies(_ *evaluation, args []any) (any, error) {
	lines, ok := args[0].([]any)
	if !ok {
		lines = args[:1]
	}
	jar := NewMapping(len(lines))
	for _, line := range lines {
		text, _ := line.(string)
		pair, _, _ := strings.Cut(text, ";")
		name, v, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, fmt.Errorf("%s is no cookie", describe(line))
		}
		jar.Set(name, strings.TrimSpace(v))
	}
	var pairs []string
	for name, v := range jar.All() {
		pairs = append(pairs, name+"="+v.(string))
	}
	return strings.Join(pairs, "; "), nil
}

// raw gives the octets of text, or octets as they are.
func raw(v any) []byte {
	if s, ok := v.(string); ok {
		return []byte(s)
	}
	return v.([]byte)
}

func toHex(ev *evaluation, args []any) (any, error) {
	b := raw(args[0])
	if err := ev.charge(hex.EncodedLen(len(b))); err != nil {
		return nil, err
	}
	return hex.EncodeToString(b), nil
}

func fromHex(ev *evaluation, args []any) (any, error) {
	s := args[0].(string)
	if err := ev.charge(len(s)); err != nil {
		return nil, err
	}
	b, err := encoded.FromHex(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not hexadecimal: %w", describe(s), err)
	}
	return b, nil
}

func toBase64(ev *evaluation, args []any) (any, error) {
	b := raw(args[0])
	if err := ev.charge(base64.StdEncoding.EncodedLen(len(b))); err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

// fromBase64 reads standard base64 (RFC 4648 section 4) with its padding.
func fromBase64(ev *evaluation, args []any) (any, error) {
	s := args[0].(string)
	if err := ev.charge(len(s)); err != nil {
		return nil, err
	}
	b, err := encoded.FromBase64(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not base64: %w", describe(s), err)
	}
	return b, nil
}

func sum256(_ *evaluation, args []any) (any, error) {
	sum := sha256.Sum256(raw(args[0]))
	return sum[:], nil
}

func hmacSHA1(_ *evaluation, args []any) (any, error) {
	mac := hmac.New(sha1.New, raw(args[0]))
	mac.Write(raw(args[1]))
	return mac.Sum(nil), nil
}

func hmacSHA256(_ *evaluation, args []any) (any, error) {
	mac := hmac.New(sha256.New, raw(args[0]))
	mac.Write(raw(args[1]))
	return mac.Sum(nil), nil
}

// toJSON writes a value as JSON. Keys keep their order, and <, > and & are not escaped. An
// object is written as [Plain] gives it.
func toJSON(ev *evaluation, args []any) (any, error) {
	b, err := octetsOfJSON(args[0])
	if err != nil {
		return nil, err
	}
	return string(b), ev.charge(len(b))
}

func octetsOfJSON(v any) ([]byte, error) {
	v = Plain(v)
	if err := Jsonable(v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := AppendJSON(&b, v)
	return b.Bytes(), err
}

// Jsonable says why a value has no form in JSON.
func Jsonable(v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := Jsonable(e); err != nil {
				return err
			}
		}
		return nil
	case *Mapping:
		for name, item := range v.All() {
			if !IsTextKey(name) {
				return fmt.Errorf("JSON has no form for the key %s", brief(ShowKey(name)))
			}
			if err := Jsonable(item); err != nil {
				return err
			}
		}
		return nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("JSON has no form for %s", Notation(v))
		}
	}
	if kindOf(v)&(octets|duration|tagged|simpleValue|object|condition|foreign) != 0 {
		return fmt.Errorf("JSON has no form for %s", describe(v))
	}
	return nil
}
