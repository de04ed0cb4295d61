// Package draw is the house's published chance: everything drawn by lot follows from a seed that is published before, by
// SHA-256 alone, so that anybody can draw again in any language (docs/protocol.md says how).
package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
)

// Lot is somebody's lot in a recorded draw, sixty-four hexadecimal digits; the smaller goes first.
func Lot(seed, id string) string {
	sum := sha256.Sum256([]byte(seed + "\x00" + id))
	return hex.EncodeToString(sum[:])
}

// Order puts ids into the order of their lots.
func Order(seed string, ids []string) []string {
	return slices.SortedFunc(slices.Values(ids), func(a, b string) int { return cmp.Or(cmp.Compare(Lot(seed, a), Lot(seed, b)), cmp.Compare(a, b)) })
}

// Source is a stream of chance: the blocks SHA-256(seed, 0, purpose, 0, n) for n = 0, 1, 2 … (n in eight bytes, the highest
// first), read eight bytes at a time.
type Source struct {
	prefix []byte
	block  [sha256.Size]byte
	n      uint64
	used   int
	spare  float64
	has    bool
}

// New is the stream of a seed for one purpose.
func New(seed, purpose string) *Source {
	prefix := append([]byte(seed), 0)
	prefix = append(append(prefix, purpose...), 0)
	return &Source{prefix: prefix, used: sha256.Size}
}

// Uint64 is the next eight bytes.
func (s *Source) Uint64() uint64 {
	if s.used == sha256.Size {
		s.block = sha256.Sum256(binary.BigEndian.AppendUint64(s.prefix, s.n))
		s.n, s.used = s.n+1, 0
	}
	v := binary.BigEndian.Uint64(s.block[s.used:])
	s.used += 8
	return v
}

// Below is a number from 0 to n-1, each as likely: what lies above the last full run of n is thrown away.
func (s *Source) Below(n uint64) uint64 {
	most := math.MaxUint64 - math.MaxUint64%n
	for {
		if v := s.Uint64(); v < most {
			return v % n
		}
	}
}

// Unit is a number in (0, 1): 53 bits and a half.
func (s *Source) Unit() float64 { return (float64(s.Uint64()>>11) + 0.5) / (1 << 53) }

// Normal is a number of the standard normal distribution, by Box and Muller, two of every two units.
func (s *Source) Normal() float64 {
	if s.has {
		s.has = false
		return s.spare
	}
	r := math.Sqrt(-2 * math.Log(s.Unit()))
	angle := 2 * math.Pi * s.Unit()
	s.spare, s.has = r*math.Sin(angle), true
	return r * math.Cos(angle)
}
