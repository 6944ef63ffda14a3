package secrets

import (
	"encoding/json"
	"reflect"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/trace"
)

// Hide masks every text and all octets in a value. It must be called before anything
// is cut, because half a secret is not recognised. Shared parts are copied before they
// are changed. The masker may be nil.
func Hide[T any](v *T, m *mask.Masker) {
	if m != nil {
		hide(reflect.ValueOf(v).Elem(), m)
	}
}

func hide(v reflect.Value, m *mask.Masker) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(m.String(v.String()))
	case reflect.Slice:
		hideList(v, m)
	case reflect.Struct:
		switch d := v.Addr().Interface().(type) { // a long body was cut
		case *trace.Error:
			d.Body = m.Beginning(d.Body)
		case *trace.Request:
			d.Body = m.Beginning(d.Body)
		case *trace.Answer:
			d.Body = m.Beginning(d.Body)
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				hide(v.Field(i), m)
			}
		}
	case reflect.Pointer, reflect.Interface:
		hideBehind(v, m)
	case reflect.Map:
		hideMap(v, m)
	}
}

// hideBehind masks a copy of what a pointer or an interface holds.
func hideBehind(v reflect.Value, m *mask.Masker) {
	if v.IsNil() {
		return
	}
	switch of := v.Interface().(type) {
	case json.Number: // a masked number is text
		if text := m.String(of.String()); text != of.String() {
			v.Set(reflect.ValueOf(text))
		}
		return
	case *expr.Mapping:
		v.Set(reflect.ValueOf(hideMapping(of, m)))
		return
	}
	fresh := reflect.New(v.Elem().Type())
	fresh.Elem().Set(v.Elem())
	hide(fresh.Elem(), m)
	if v.Kind() == reflect.Pointer {
		v.Set(fresh)
		return
	}
	v.Set(fresh.Elem())
}

// hideMapping gives a mapping with masked keys and values, in the same order.
func hideMapping(of *expr.Mapping, m *mask.Masker) *expr.Mapping {
	out := expr.NewMapping(of.Len())
	for name, value := range of.All() {
		hide(reflect.ValueOf(&value).Elem(), m)
		out.Set(m.String(name), value)
	}
	return out
}

// hideMap masks keys and values.
func hideMap(v reflect.Value, m *mask.Masker) {
	if v.IsNil() {
		return
	}
	fresh := reflect.MakeMapWithSize(v.Type(), v.Len())
	for all := v.MapRange(); all.Next(); {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.Set(all.Key())
		value.Set(all.Value())
		hide(key, m)
		hide(value, m)
		fresh.SetMapIndex(key, value)
	}
	v.Set(fresh)
}

// hideList masks octets, or each item.
func hideList(v reflect.Value, m *mask.Masker) {
	if v.IsNil() {
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes(m.Bytes(v.Bytes()))
		return
	}
	fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(fresh, v)
	for i := range v.Len() {
		hide(fresh.Index(i), m)
	}
	v.Set(fresh)
}
