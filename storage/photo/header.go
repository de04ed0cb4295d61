package photo

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// header is what a file's first bytes promise: enough to refuse it before anything is decoded.
type header struct {
	width, height int
	memory        int // bytes the decoder will hold for the whole picture, about
}

// codec reads one kind of photo with the very decoder that will decode it, so header and picture cannot disagree.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var codecs = map[Kind]codec{
	JPEG: {jpeg.DecodeConfig, jpeg.Decode},
	PNG:  {png.DecodeConfig, png.Decode},
	WebP: {webp.DecodeConfig, webp.Decode},
}

func readHeader(p *pages, kind Kind) (h header, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("photo: %s header: %v", kind, r)
		}
	}()
	p.rewind()
	config, err := codecs[kind].config(p)
	if err != nil {
		return header{}, err
	}
	h = header{width: config.Width, height: config.Height}
	if h.width <= 0 || h.height <= 0 {
		return header{}, errors.New("photo: an empty picture")
	}
	if h.width > maxSide || h.height > maxSide {
		return h, nil // refused anyway
	}
	h.memory = h.width * h.height * bytesPerPixel(kind, config.ColorModel)
	if kind == JPEG {
		frame, err := readFrame(p)
		if err != nil {
			return header{}, err
		}
		if frame.width != h.width || frame.height != h.height {
			return header{}, errors.New("photo: two sizes in one JPEG")
		}
		h.memory = frame.memory()
	}
	return h, nil
}

func bytesPerPixel(kind Kind, model color.Model) int {
	switch {
	case kind == WebP:
		return 8 // the lossless decoder keeps two copies
	case model == color.NRGBA64Model, model == color.RGBA64Model:
		return 8
	case model == color.Gray16Model:
		return 2
	}
	return 4
}

// frame is a JPEG's frame header.
type frame struct {
	width, height int
	progressive   bool
	sampling      []int // each component's samples per largest block, in sixteenths of the area
}

// memory counts the planes; a progressive picture's coefficients, four bytes each, are held as well.
func (f frame) memory() int {
	largest, samples := 1, 0
	for _, s := range f.sampling {
		largest = max(largest, s)
		samples += s
	}
	planes := f.width * f.height * samples / largest
	if len(f.sampling) == 4 {
		planes += 4 * f.width * f.height // converted to CMYK
	}
	if f.progressive {
		planes *= 5
	}
	return planes
}

// readFrame walks a JPEG's segments the way the decoder does: to the frame header, and through all scans of a
// progressive picture, whose number it bounds.
func readFrame(p *pages) (frame, error) {
	p.rewind()
	r := bufio.NewReader(p)
	if _, err := r.Discard(2); err != nil {
		return frame{}, err
	}
	var f frame
	for scans := 0; ; {
		marker, err := nextMarker(r)
		if err != nil {
			return f, ended(f, err)
		}
		if marker == eoi {
			return f, ended(f, io.ErrUnexpectedEOF)
		}
		if marker >= rst0 && marker <= rst7 {
			continue // no length follows
		}
		length, err := segmentLength(r)
		if err != nil {
			return f, ended(f, err)
		}
		switch {
		case marker == sof0 || marker == sof1 || marker == sof2:
			if f, err = parseFrame(r, length, marker == sof2); err != nil {
				return f, err
			}
			if !f.progressive {
				return f, nil
			}
			continue
		case marker == sos:
			if scans++; scans > maxScans {
				return f, fmt.Errorf("photo: a JPEG of more than %d scans", maxScans)
			}
		}
		if _, err := r.Discard(length); err != nil {
			return f, ended(f, err)
		}
	}
}

// ended forgives whatever comes after the frame header: the decoder will judge it.
func ended(f frame, err error) error {
	if f.width > 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return nil
	}
	return err
}

const (
	sof0, sof1, sof2 = 0xc0, 0xc1, 0xc2
	rst0, rst7       = 0xd0, 0xd7
	eoi, sos         = 0xd9, 0xda
)

// nextMarker skips to the next marker, over coded data and over the stray bytes that decoders forgive.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		if _, err := r.ReadSlice(0xff); err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			return 0, err
		}
		marker := byte(0xff)
		for marker == 0xff {
			var err error
			if marker, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if marker != 0 {
			return marker, nil
		}
	}
}

// segmentLength reads a segment's length and gives what is left of it.
func segmentLength(r *bufio.Reader) (int, error) {
	high, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	low, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	length := int(high)<<8 | int(low)
	if length < 2 {
		return 0, errors.New("photo: a JPEG segment shorter than its length")
	}
	return length - 2, nil
}

func parseFrame(r io.Reader, length int, progressive bool) (frame, error) {
	b := make([]byte, length)
	if _, err := io.ReadFull(r, b); err != nil {
		return frame{}, err
	}
	if length < 6 || length < 6+3*int(b[5]) {
		return frame{}, errors.New("photo: a JPEG frame header cut short")
	}
	f := frame{height: int(b[1])<<8 | int(b[2]), width: int(b[3])<<8 | int(b[4]), progressive: progressive}
	for c := range int(b[5]) {
		factors := b[7+3*c]
		f.sampling = append(f.sampling, int(factors>>4)*int(factors&15))
	}
	return f, nil
}
