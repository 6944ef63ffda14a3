package mask

// Parts gives the parts of one text with the secrets masked, even those that begin in one part
// and end in another. Each part has `***` in place of its share of a secret. Parts without a
// secret are given as they are.
//
// pieces are the shares of secrets that reach over several parts. The Masker does not recognise
// such a piece elsewhere, unless it learns it with [Masker.AddPiece].
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
				break // it continues in the next part
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

// across gives the places to be masked in parts, as offsets in all of them together. Of each
// part, only the possible beginning of a secret is looked at again with the next part.
func (m *Masker) across(parts [][]byte) []span {
	var spans []span
	var held []byte
	begin := 0 // offset of held
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

// AddPiece makes m mask a piece of a secret that [Masker.Parts] gave. It ignores pieces of
// fewer than four octets.
func (m *Masker) AddPiece(piece string) {
	if len(piece) < least {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(piece)
}
