package judging

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Board is what the hall's screen shows: what is on the stage, and the marks shown so far. No mark is in it before it is
// shown, and nobody's name but the teams'.
type Board struct {
	Stage Stage
	Slots []Slot
}

// News is one numbered change of a room.
type News struct {
	N    int       `json:"n"`
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
}

// Ranked is a shown project's standing on the board, among those of its track.
type Ranked struct {
	Slot
	Rank int
}

// Focus is the pitch the board speaks of: the one on the stage, else the last that was heard or shown.
func (b Board) Focus() (Slot, bool) {
	if up, on := currentOf(b.Slots); on {
		return up, true
	}
	var last Slot
	for _, t := range b.Slots {
		if at := cmp.Or(t.ShownAt, t.EndedAt); (t.State == Heard || t.State == Shown) && (last.ID == "" || at.After(*cmp.Or(last.ShownAt, last.EndedAt))) {
			last = t
		}
	}
	return last, last.ID != ""
}

// LastShown is the pitch whose marks were shown last.
func (b Board) LastShown() (Slot, bool) {
	var last Slot
	for _, t := range b.Slots {
		if t.ShownAt != nil && (last.ID == "" || t.ShownAt.After(*last.ShownAt)) {
			last = t
		}
	}
	return last, last.ID != ""
}

// Ranks are the shown projects of a track, best first; equal scores share a rank here, ties are broken when the round is
// closed.
func (b Board) Ranks(track string) []Ranked {
	list := []Ranked{}
	for _, t := range b.Slots {
		if t.State == Shown && t.Track == track {
			list = append(list, Ranked{Slot: t})
		}
	}
	slices.SortStableFunc(list, func(a, b Ranked) int { return cmp.Or(cmp.Compare(*b.Score, *a.Score), cmp.Compare(a.Seq, b.Seq)) })
	for i := range list {
		list[i].Rank = i + 1
		if i > 0 && *list[i-1].Score == *list[i].Score {
			list[i].Rank = list[i-1].Rank
		}
	}
	return list
}

const (
	newsSinceSQL = `select n, kind, at from board_event where room_id = @id::uuid and n > @n order by n`
	eventsSQL    = `select id::text, events from pitch_room where id = any(@ids::uuid[])`
)

// readBoard reads a room as it is at one moment, with its news after the n-th.
func readBoard(ctx context.Context, db *pg.DB, id string, n int) (b Board, news []News, err error) {
	err = db.Snapshot(ctx, func(q pg.Reader) error {
		if b.Stage, err = pg.One[Stage](ctx, q, stageSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		if b.Slots, err = pg.All[Slot](ctx, q, slotsSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		news, err = pg.All[News](ctx, q, newsSinceSQL, pg.Args{"id": id, "n": n})
		return err
	})
	return b, news, err
}

// Hub tells this process's watchers of pitch rooms what is new: it asks the database once in a beat, whoever many watch,
// and reads a room only when it has changed. Without watchers it asks nothing.
type Hub struct {
	db    *pg.DB
	beat  time.Duration
	mu    sync.Mutex
	rooms map[string]*hubRoom
	on    bool          // the asking goroutine runs
	shut  chan struct{} // closed when the process lets its watchers go
	asks  int           // statements it has sent, for the test that watchers cost none
}

type hubRoom struct {
	board    Board
	news     []News // all of them: line n is news[n-1]
	watchers map[*Watcher]bool
}

// Watcher is one open board.
type Watcher struct {
	hub  *Hub
	room string
	wake chan struct{}
	held bool // of the jury or the desk: sees the board before it is public
}

// beat is how long a change may take to reach a board.
const beat = 300 * time.Millisecond

func newHub(db *pg.DB) *Hub {
	return &Hub{db: db, beat: beat, rooms: map[string]*hubRoom{}, shut: make(chan struct{})}
}

// Board is a pitch round's board: for everybody once the host has published it, before that for the jury and the desk.
func (b *Book) Board(ctx context.Context, by identity.Actor, roundID string) (Board, error) {
	board, _, err := readBoard(ctx, b.db, roundID, 0)
	if err != nil {
		return Board{}, err
	}
	return board, b.mayWatch(ctx, by, board.Stage)
}

func (b *Book) mayWatch(ctx context.Context, by identity.Actor, s Stage) error {
	if s.PublicAt != nil || by.Sees(identity.ReadSheets, s.Place) {
		return nil
	}
	if by.SignedIn() {
		if seat, err := pg.Values[string](ctx, b.db, myJudgeSQL, pg.Args{"edition": s.EditionID, "me": by.ID}); err != nil || len(seat) > 0 {
			return err
		}
	}
	return fault.Missing()
}

// Watch opens a board for whoever may see it. The watcher must be left.
func (b *Book) Watch(ctx context.Context, by identity.Actor, roundID string) (*Watcher, error) {
	h := b.hub
	w := &Watcher{hub: h, room: roundID, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	room := h.rooms[roundID]
	if room != nil && room.board.Stage.PublicAt != nil {
		room.watchers[w] = true
		h.mu.Unlock()
		return w, nil
	}
	h.mu.Unlock()
	board, news, err := readBoard(ctx, h.db, roundID, 0)
	if err == nil {
		err = b.mayWatch(ctx, by, board.Stage)
	}
	if err != nil {
		return nil, err
	}
	w.held = board.Stage.PublicAt == nil
	h.mu.Lock()
	defer h.mu.Unlock()
	if room = h.rooms[roundID]; room == nil {
		room = &hubRoom{board: board, news: news, watchers: map[*Watcher]bool{}}
		h.rooms[roundID] = room
	}
	room.watchers[w] = true
	if !h.on {
		h.on = true
		go h.ask()
	}
	return w, nil
}

// Leave lets the board go.
func (w *Watcher) Leave() {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	if room := w.hub.rooms[w.room]; room != nil {
		delete(room.watchers, w)
		if len(room.watchers) == 0 {
			delete(w.hub.rooms, w.room)
		}
	}
}

// Wake is told when something may be new.
func (w *Watcher) Wake() <-chan struct{} { return w.wake }

// Shut is closed when the process lets its watchers go.
func (w *Watcher) Shut() <-chan struct{} { return w.hub.shut }

// Since gives the news after the n-th and the board as it stands; false when the watcher may not see it any more.
func (w *Watcher) Since(n int) (news []News, board Board, may bool) {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	room := w.hub.rooms[w.room]
	if room.board.Stage.PublicAt == nil && !w.held {
		return nil, Board{}, false
	}
	if n < 0 || n > len(room.news) {
		n = 0
	}
	return slices.Clone(room.news[n:]), room.board, true
}

// Asks tells how many statements the hub has sent.
func (h *Hub) Asks() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asks
}

// Hub is this process's.
func (b *Book) Hub() *Hub { return b.hub }

// Close lets all watchers go; they come back to another process.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.shut:
	default:
		close(h.shut)
	}
}

func (h *Hub) ask() {
	tick := time.NewTicker(h.beat)
	defer tick.Stop()
	for {
		select {
		case <-h.shut:
			return
		case <-tick.C:
		}
		h.mu.Lock()
		ids := make([]string, 0, len(h.rooms))
		for id := range h.rooms {
			ids = append(ids, id)
		}
		h.on = len(ids) > 0
		h.mu.Unlock()
		if len(ids) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		h.look(ctx, ids) // a database that does not answer is asked again at the next beat
		cancel()
	}
}

// look reads the rooms that have changed and wakes their watchers.
func (h *Hub) look(ctx context.Context, ids []string) {
	type count struct {
		ID     string
		Events int
	}
	rooms, err := pg.All[count](ctx, h.db, eventsSQL, pg.Args{"ids": ids})
	h.mu.Lock()
	h.asks++
	h.mu.Unlock()
	if err != nil {
		return
	}
	for _, c := range rooms {
		h.mu.Lock()
		room, n := h.rooms[c.ID], 0
		if room != nil {
			n = len(room.news)
		}
		h.mu.Unlock()
		if room == nil || n == c.Events {
			continue
		}
		board, news, err := readBoard(ctx, h.db, c.ID, n)
		if err != nil {
			return
		}
		h.mu.Lock()
		h.asks++
		if h.rooms[c.ID] == room {
			room.board, room.news = board, append(room.news, news...)
			for w := range room.watchers {
				select {
				case w.wake <- struct{}{}:
				default:
				}
			}
		}
		h.mu.Unlock()
	}
}
