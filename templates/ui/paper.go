package ui

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rsc.io/qr"

	"seedbed/templates/words"
)

// Signature is a place to sign on paper: 经办人, with a name already known or "".
type Signature struct{ Role, Name string }

// Bar is one column of a chart.
type Bar struct {
	Label string
	Value int64
	Show  string // the figure above the column; "" shows Value
	Now   bool   // still growing, such as this month
}

// qrPath draws the black modules of a QR code as one path, with its size in modules including the quiet zone; an empty
// path when the text is too long for a code.
func qrPath(text string) (path string, size int) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0
	}
	const quiet = 4
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	return b.String(), code.Size + 2*quiet
}

func box(size int) string { return fmt.Sprintf("0 0 %d %d", size, size) }

// column is a bar with its place in the picture.
type column struct {
	Bar
	X, Mid, Y, Height string
	Top               string // where the figure stands
}

const (
	chartHeight = 112 // of the picture
	chartBase   = 92  // where the columns stand
	chartStep   = 42  // from column to column
	chartWide   = 28  // of a column
)

// columns places the bars; the highest reaches up to leave room for its figure.
func columns(bars []Bar) []column {
	top := int64(1)
	for _, b := range bars {
		top = max(top, b.Value)
	}
	list := make([]column, len(bars))
	for i, b := range bars {
		if b.Show == "" {
			b.Show = strconv.FormatInt(b.Value, 10)
		}
		height := float64(max(b.Value, 0)) / float64(top) * 72
		x := 7 + i*chartStep
		list[i] = column{Bar: b, X: strconv.Itoa(x), Mid: strconv.Itoa(x + chartWide/2),
			Y: fmt.Sprintf("%.1f", chartBase-height), Height: fmt.Sprintf("%.1f", height), Top: fmt.Sprintf("%.1f", chartBase-height-5)}
	}
	return list
}

func chartWidth(bars []Bar) int { return max(len(bars), 1) * chartStep }

// chartText says in words what the chart shows.
func chartText(ctx context.Context, title string, bars []Bar) string {
	parts := make([]string, len(bars))
	for i, c := range columns(bars) {
		parts[i] = words.T(ctx, c.Label) + " " + c.Show
	}
	return words.T(ctx, title) + colon(ctx) + strings.Join(parts, words.T(ctx, "，"))
}

func colon(ctx context.Context) string { return words.T(ctx, "：") }
