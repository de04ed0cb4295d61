package redline

// Row is a row of a table: Old is empty for an added one, New for a removed one.
type Row[T any] struct {
	Kind     Kind
	Old, New T
}

// Rows tells how the rows of one table became those of another, in their order. Rows that are equal are kept; rows that
// are kin (the same item at another price) are changed; the rest was removed or added.
func Rows[T comparable](old, new []T, kin func(a, b T) bool) []Row[T] {
	const equal, similar = 5, 2 // an equal pair is worth more than two similar ones
	worth := func(a, b T) int {
		switch {
		case a == b:
			return equal
		case kin(a, b):
			return similar
		}
		return 0
	}
	best := make([][]int, len(old)+1)
	for i := range best {
		best[i] = make([]int, len(new)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for k := len(new) - 1; k >= 0; k-- {
			best[i][k] = max(best[i+1][k], best[i][k+1])
			if w := worth(old[i], new[k]); w > 0 {
				best[i][k] = max(best[i][k], best[i+1][k+1]+w)
			}
		}
	}
	var list []Row[T]
	i, k := 0, 0
	for i < len(old) || k < len(new) {
		if i < len(old) && k < len(new) {
			if w := worth(old[i], new[k]); w > 0 && best[i][k] == best[i+1][k+1]+w {
				kind := Changed
				if old[i] == new[k] {
					kind = Kept
				}
				list = append(list, Row[T]{kind, old[i], new[k]})
				i, k = i+1, k+1
				continue
			}
		}
		if k == len(new) || i < len(old) && best[i+1][k] >= best[i][k+1] {
			list = append(list, Row[T]{Kind: Removed, Old: old[i]})
			i++
		} else {
			list = append(list, Row[T]{Kind: Added, New: new[k]})
			k++
		}
	}
	return list
}
