package photo

import (
	"image"
	"io"
)

// WithDecoder replaces a kind's decoder and gives back the way to undo it.
func WithDecoder(kind Kind, decode func(io.Reader) (image.Image, error)) (undo func()) {
	before := codecs[kind]
	codecs[kind] = codec{before.config, decode}
	return func() { codecs[kind] = before }
}
