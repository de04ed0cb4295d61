//go:build ignore

// Draw makes the PNG icons from the same shapes as favicon.svg: go run draw.go
package main

import (
	"image"
	"image/color"
	"image/png"
	"log"
	"os"
	"strconv"

	"golang.org/x/image/vector"
)

func main() {
	for _, size := range []int{192, 512} {
		if err := draw(size); err != nil {
			log.Fatal(err)
		}
	}
}

func draw(size int) error {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	u := float32(size) / 64
	fill := func(c color.Color, path func(z *vector.Rasterizer, u float32)) {
		z := vector.NewRasterizer(size, size)
		path(z, u)
		z.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{})
	}
	white := color.RGBA{255, 255, 255, 255}
	fill(color.RGBA{0x17, 0x62, 0x4A, 255}, rect(0, 0, 64, 64)) // square: phones cut it to their own shape
	fill(color.RGBA{0xA5, 0xE0, 0xC4, 255}, func(z *vector.Rasterizer, u float32) {
		z.MoveTo(32*u, 28*u)
		z.CubeTo(32*u, 19*u, 26*u, 14*u, 15*u, 14*u)
		z.CubeTo(15*u, 23*u, 21*u, 28*u, 32*u, 28*u)
		z.ClosePath()
	})
	fill(white, func(z *vector.Rasterizer, u float32) {
		z.MoveTo(32*u, 33*u)
		z.CubeTo(32*u, 25*u, 38*u, 20*u, 49*u, 20*u)
		z.CubeTo(49*u, 29*u, 43*u, 33*u, 32*u, 33*u)
		z.ClosePath()
	})
	fill(white, rect(15, 48, 49, 52))
	fill(white, rect(30, 28, 34, 50))
	out, err := os.Create("assets/icon-" + strconv.Itoa(size) + ".png")
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(out, img); err != nil {
		return err
	}
	return out.Close()
}

func rect(x0, y0, x1, y1 float32) func(*vector.Rasterizer, float32) {
	return func(z *vector.Rasterizer, u float32) {
		z.MoveTo(x0*u, y0*u)
		z.LineTo(x1*u, y0*u)
		z.LineTo(x1*u, y1*u)
		z.LineTo(x0*u, y1*u)
		z.ClosePath()
	}
}
