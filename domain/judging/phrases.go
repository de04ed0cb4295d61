package judging

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// mostPhrases is how many sentences a judge may keep: more cannot be found again.
const mostPhrases = 30

// Phrase is a sentence a judge keeps to use in more than one comment. It is theirs alone.
type Phrase struct {
	ID   string
	Text string
}

// NewPhrase is a sentence to keep.
type NewPhrase struct {
	Text string `form:"text"`
}

const (
	phrasesSQL    = `select id::text, text from judge_phrase where person_id = @me::uuid order by at, id`
	addPhraseSQL  = `insert into judge_phrase (id, person_id, text, at) values (@id, @me, @text, @at) on conflict do nothing`
	dropPhraseSQL = `delete from judge_phrase where id = @id::uuid and person_id = @me::uuid`
	phraseSQL     = `select id::text, text from judge_phrase where id = @id::uuid and person_id = @me::uuid`
)

// Phrases lists the actor's own sentences, the oldest first.
func (b *Book) Phrases(ctx context.Context, by identity.Actor) ([]Phrase, error) {
	return pg.All[Phrase](ctx, b.db, phrasesSQL, pg.Args{"me": by.ID})
}

// Phrase is one of the actor's own sentences.
func (b *Book) Phrase(ctx context.Context, by identity.Actor, id string) (Phrase, error) {
	return pg.One[Phrase](ctx, b.db, phraseSQL, pg.Args{"id": id, "me": by.ID})
}

// KeepPhrase keeps a sentence; the same one twice is kept once. Like other personal settings it leaves no trail.
func (b *Book) KeepPhrase(ctx context.Context, by identity.Actor, n NewPhrase) error {
	switch length := utf8.RuneCountInString(n.Text); {
	case length == 0:
		return fault.Field("text", "请先写一句话")
	case length > 200:
		return fault.Field("text", "最多 %d 个字，现在是 %d 个字", 200, length)
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		kept, err := pg.All[Phrase](ctx, tx, phrasesSQL, pg.Args{"me": by.ID})
		if err != nil {
			return err
		}
		if len(kept) >= mostPhrases {
			return fault.Field("text", "最多存 %d 句，请先删掉不用的", mostPhrases)
		}
		_, err = pg.Do(ctx, tx, addPhraseSQL, pg.Args{"id": uuid.Must(uuid.NewV7()).String(), "me": by.ID, "text": n.Text, "at": b.clock.Now()})
		return err
	})
}

// DropPhrase forgets a sentence.
func (b *Book) DropPhrase(ctx context.Context, by identity.Actor, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, dropPhraseSQL, pg.Args{"id": id, "me": by.ID})
		return err
	})
}
