package judging

import (
	"strings"
	"testing"

	"seedbed/storage/paper/papertest"
)

// saysOnPaper holds a PDF to the texts that must be read off it.
func saysOnPaper(t *testing.T, pdf []byte, texts ...string) {
	t.Helper()
	said := strings.ReplaceAll(papertest.Text(t, pdf), "\n", "")
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("the paper does not say %s: %s", text, said)
		}
	}
}
