package photo

import "image"

// turn makes a 4:2:0 picture upright by EXIF's orientation, 1 to 8.
func turn(m *image.YCbCr, orientation int) *image.YCbCr {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	out := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	turnPlane(out.Y, w, h, m.Y, m.YStride, orientation)
	turnPlane(out.Cb, out.CStride, (h+1)/2, m.Cb, m.CStride, orientation)
	turnPlane(out.Cr, out.CStride, (h+1)/2, m.Cr, m.CStride, orientation)
	return out
}

// turnPlane fills dst, w×h without gaps, by walking src from the corner that the orientation makes the top left.
func turnPlane(dst []byte, w, h int, src []byte, stride, orientation int) {
	srcW, srcH := w, h
	if orientation >= 5 {
		srcW, srcH = h, w
	}
	right, bottom := srcW-1, (srcH-1)*stride
	var start, across, down int // steps in src for one pixel to the right and one row down in dst
	switch orientation {
	case 2: // mirrored
		start, across, down = right, -1, stride
	case 3: // upside down
		start, across, down = right+bottom, -1, -stride
	case 4: // upside down and mirrored
		start, across, down = bottom, 1, -stride
	case 5: // lying on its left side and mirrored
		start, across, down = 0, stride, 1
	case 6: // lying on its left side
		start, across, down = bottom, -stride, 1
	case 7: // lying on its right side and mirrored
		start, across, down = right+bottom, -stride, -1
	case 8: // lying on its right side
		start, across, down = right, stride, -1
	}
	for y := range h {
		at := start + y*down
		row := dst[y*w : (y+1)*w]
		for x := range row {
			row[x] = src[at]
			at += across
		}
	}
}
