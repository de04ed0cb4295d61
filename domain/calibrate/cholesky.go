package calibrate

import (
	"math"

	"seedbed/domain/draw"
)

// cholesky is the lower factor L of a symmetric matrix LL', by rows.
type cholesky struct{ l [][]float64 }

func newSquare(n int) [][]float64 {
	store := make([]float64, n*n)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = store[i*n : (i+1)*n : (i+1)*n]
	}
	return rows
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	s0, s1, s2, s3, i := 0.0, 0.0, 0.0, 0.0, 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// factor takes the lower half of a matrix apart, in place.
func factor(a [][]float64) *cholesky {
	for i := range a {
		for j := 0; j < i; j++ {
			a[i][j] = (a[i][j] - dot(a[i][:j], a[j])) / a[j][j]
		}
		a[i][i] = math.Sqrt(max(a[i][i]-dot(a[i][:i], a[i]), 1e-300))
	}
	return &cholesky{a}
}

// logs is the logarithm of the matrix's determinant.
func (c *cholesky) logs() float64 {
	sum := 0.0
	for i := range c.l {
		sum += 2 * math.Log(c.l[i][i])
	}
	return sum
}

// solve gives the x of LL'x = b, in b.
func (c *cholesky) solve(b []float64) []float64 {
	for i := range b {
		b[i] = (b[i] - dot(c.l[i][:i], b)) / c.l[i][i]
	}
	return c.back(b)
}

// back gives the x of L'x = b, in b.
func (c *cholesky) back(b []float64) []float64 {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] /= c.l[i][i]
		for k, v := range c.l[i][:i] {
			b[k] -= v * b[i]
		}
	}
	return b
}

// sample is a draw around a mean with the matrix's inverse, times sd², for its covariance.
func (c *cholesky) sample(mean []float64, sd float64, source *draw.Source) []float64 {
	z := make([]float64, len(mean))
	for i := range z {
		z[i] = sd * source.Normal()
	}
	z = c.back(z)
	for i := range z {
		z[i] += mean[i]
	}
	return z
}

// inverse is the lower half of the matrix's inverse: (L⁻¹)'L⁻¹.
func (c *cholesky) inverse() [][]float64 {
	n := len(c.l)
	t := newSquare(n) // by rows: columns of L⁻¹, from the diagonal on
	for j := range n {
		t[j][j] = 1 / c.l[j][j]
		for i := j + 1; i < n; i++ {
			t[j][i] = -dot(c.l[i][j:i], t[j][j:i]) / c.l[i][i]
		}
	}
	inv := newSquare(n)
	for i := range n {
		for j := 0; j <= i; j++ {
			inv[i][j] = dot(t[i][i:], t[j][i:])
		}
	}
	return inv
}
