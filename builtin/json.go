package builtin

import (
	"encoding/json"
	"strconv"
)

// encode writes a message of ours. JSON can always write these.
func encode[T voximplantMessage | twilioReply | vonageReply](m T) []byte {
	data, _ := json.Marshal(m)
	return data
}

// edit changes one value inside a JSON object, if it exists.
func edit(data []byte, change func(json.RawMessage) json.RawMessage, path ...string) []byte {
	if len(path) == 0 {
		return change(data)
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		return data
	}
	inner, ok := object[path[0]]
	if !ok {
		return data
	}
	object[path[0]] = edit(inner, change, path[1:]...)
	out, err := json.Marshal(object)
	if err != nil {
		return data
	}
	return out
}

// editNumber changes one whole number inside a JSON object.
func editNumber(data []byte, change func(int) int, path ...string) []byte {
	return edit(data, func(raw json.RawMessage) json.RawMessage {
		n, err := strconv.Atoi(string(raw))
		if err != nil {
			return raw
		}
		return strconv.AppendInt(nil, int64(change(n)), 10)
	}, path...)
}

// numbersAsText quotes every number, at any depth.
func numbersAsText(data json.RawMessage) json.RawMessage {
	if len(data) > 0 && (data[0] == '-' || data[0] >= '0' && data[0] <= '9') {
		return strconv.AppendQuote(nil, string(data))
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) == nil && object != nil {
		for k := range object {
			object[k] = numbersAsText(object[k])
		}
		return join(object, data)
	}
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil && list != nil {
		for i := range list {
			list[i] = numbersAsText(list[i])
		}
		return join(list, data)
	}
	return data
}

func join[T []json.RawMessage | map[string]json.RawMessage](parts T, otherwise json.RawMessage) json.RawMessage {
	out, err := json.Marshal(parts)
	if err != nil {
		return otherwise
	}
	return out
}
