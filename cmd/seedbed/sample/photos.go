package sample

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

// drawer holds pictures drawn once, by scene; every use gets a camera's notes of its own, so no two files are the same.
type drawer map[sketch.Scene][][]byte

// pictures is how many different ones of a scene are drawn, and how wide the stored ones are.
const (
	pictures = 10
	wide     = 480
	banner   = "邻里同心 小院添彩"
)

func (g *garden) draw(ctx context.Context) error {
	g.drawer = drawer{}
	type want struct {
		scene sketch.Scene
		n     int
	}
	var wants []want
	for _, scene := range []sketch.Scene{sketch.Panorama, sketch.Process, sketch.Sheet, sketch.Receipt, sketch.Result} {
		g.drawer[scene] = make([][]byte, pictures)
		for n := range pictures {
			wants = append(wants, want{scene, n})
		}
	}
	room := photo.NewDarkroom(2)
	return each(ctx, wants, func(ctx context.Context, _ int, w want) error {
		small, err := room.Derive(ctx, bytes.NewReader(sketch.Draw(int64(w.n*31+7), w.scene, banner)), wide, 80)
		g.drawer[w.scene][w.n] = small
		return err
	})
}

// picture is a photo of a scene, taken at a moment with a phone that notes the place too.
func (g *garden) picture(scene sketch.Scene, n int, taken time.Time) []byte {
	return sketch.Annotate(g.drawer[scene][n*7919/31%pictures], sketch.Notes{TakenAt: taken.Add(time.Duration(n%50) * time.Second), Lat: 34.66 + float64(n%90)/1000, Lon: 112.43 + float64(n%70)/1000,
		Orientation: 1, Camera: fmt.Sprintf("phone %d", n)})
}
