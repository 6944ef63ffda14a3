package mask

// Parts gives parts of one text with the secrets masked, also those that begin in one
// part and end in another: in each part stands `***` for what it had. Parts without a
// secret come back as they are.
//
// It gives what the parts had, too, of secrets that reach over several: a part of a secret is
// not recognised elsewhere, unless it is learnt, see [Masker.AddPiece].
func (m *Masker) Parts(parts [][]byte) (out [][]byte, pieces []string) {
	if m == nil {
		return parts, nil
	}
	m.hold()
	spans := m.across(parts)
	m.release()
	if spans == nil {
		return parts, nil
	}
	begin := 0
	for _, part := range parts {
		end := begin + len(part)
		var own []span
		for len(spans) > 0 && spans[0].from < end {
			s := spans[0]
			here := span{max(s.from, begin) - begin, min(s.to, end) - begin}
			if here.to > here.from {
				own = append(own, here)
			}
			if s.from < begin || s.to > end {
				pieces = append(pieces, string(part[here.from:here.to]))
			}
			if s.to > end {
				break // it goes on in the next
			}
			spans = spans[1:]
		}
		if own != nil {
			part = masked(part, own)
		}
		out = append(out, part)
		begin = end
	}
	return out, pieces
}

// across gives what is to be masked in parts, by offsets in all of them together. Of
// each only what may be the beginning of a secret is looked at again with the next.
func (m *Masker) across(parts [][]byte) []span {
	var spans []span
	var held []byte
	begin := 0 // of held
	for i, part := range parts {
		text := part
		if len(held) > 0 {
			text = append(held, part...)
		}
		found, done := scan(m, text, ends{final: i == len(parts)-1})
		for _, s := range found {
			spans = add(spans, span{begin + s.from, begin + s.to})
		}
		held = append([]byte(nil), text[done:]...)
		begin += done
	}
	return spans
}

// AddPiece makes m mask a piece of a secret that was cut by others. One of fewer than four
// octets is not known again.
func (m *Masker) AddPiece(piece string) {
	if len(piece) < least {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(piece)
}
