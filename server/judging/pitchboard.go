package judging

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/words"
)

// boardCache draws each state of a board once for each language, however many watch it.
type boardCache struct {
	mu    sync.Mutex
	drawn map[boardKey]drawing
}

type boardKey struct{ room, lang string }

type drawing struct {
	n    int
	html string
}

func newBoardCache() *boardCache { return &boardCache{drawn: map[boardKey]drawing{}} }

func (b *boardCache) draw(board judging.Board, lang string) (string, error) {
	key := boardKey{board.Stage.ID, lang}
	b.mu.Lock()
	defer b.mu.Unlock()
	if d, ok := b.drawn[key]; ok && d.n == board.Stage.Events {
		return d.html, nil
	}
	var out bytes.Buffer
	if err := view.BoardBody(board).Render(words.With(context.Background(), lang), &out); err != nil {
		return "", err
	}
	if len(b.drawn) > 200 { // rooms long over
		clear(b.drawn)
	}
	b.drawn[key] = drawing{board.Stage.Events, out.String()}
	return out.String(), nil
}

func (h pitchHandlers) board(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	b, err := h.book.Board(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.BoardScreen(b))
}

// breath is how often a quiet stream finds out whether its browser is still there.
const breath = 10 * time.Second

// events sends a board's news as they come: first everything after the last that the browser knows, then the board as it
// stands, and so again with each change.
func (h pitchHandlers) events(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	w, err := h.book.Watch(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	lang, last, clk := words.Lang(c.UserContext()), web.LastEvent(c), h.clock
	return web.Stream(c, func(out web.Events) {
		defer w.Leave()
		end := time.NewTimer(web.StreamLife)
		defer end.Stop()
		quiet := time.NewTicker(breath)
		defer quiet.Stop()
		if out.Send(0, "clock", clk.Now().UnixMilli()) != nil {
			return
		}
		for first := true; ; first = false {
			news, board, may := w.Since(last)
			if !may {
				return
			}
			if first || len(news) > 0 {
				if h.tell(out, news, board, lang) != nil {
					return
				}
				last = board.Stage.Events
			}
			select {
			case <-w.Wake():
			case <-quiet.C:
				if out.Breathe() != nil {
					return
				}
			case <-end.C:
				return
			case <-w.Shut():
				return
			}
		}
	})
}

// tell sends news and then the board they lead to.
func (h pitchHandlers) tell(out web.Events, news []judging.News, board judging.Board, lang string) error {
	for _, n := range news {
		if err := out.Send(n.N, "change", n); err != nil {
			return err
		}
	}
	html, err := h.drawn.draw(board, lang)
	if err != nil {
		return err
	}
	return out.Send(board.Stage.Events, "board", html)
}
