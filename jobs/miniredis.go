package jobs

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// standIn is a Redis inside this process, for a house that has none. It forgets everything when the process ends, which
// costs nothing but time: the outbox is the record.
type standIn struct {
	server  *miniredis.Miniredis
	address string
	ended   chan struct{}
}

// newStandIn listens on the loopback only, behind a password, because other users of the machine can reach that.
func newStandIn() (*standIn, error) {
	m := miniredis.NewMiniRedis()
	password := rand.Text()
	m.RequireAuth(password)
	if err := m.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("the in-process Redis: %w", err)
	}
	s := &standIn{m, fmt.Sprintf("redis://:%s@%s", password, m.Addr()), make(chan struct{})}
	go s.age()
	return s, nil
}

// age makes keys expire. Not miniredis's own ClockTTL: that walks over all keys on every command, which with a thousand
// facts waiting is most of the work.
func (s *standIn) age() {
	const step = 250 * time.Millisecond
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-ticker.C:
			s.server.FastForward(step)
		}
	}
}

func (s *standIn) close() {
	close(s.ended)
	s.server.Close()
}
