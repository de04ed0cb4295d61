// Package words turns the Chinese sentences of the house into the reader's language. A page is written in Chinese; the
// sentence is the key of its translation, gettext style, so a template reads as the page does.
package words

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"path"

	"seedbed/domain/fault"
)

//go:embed en/*.json
var files embed.FS

// English maps every Chinese sentence to its English one, from all files of en/.
var English = load()

func load() map[string]string {
	all := map[string]string{}
	entries, err := files.ReadDir("en")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		raw, err := files.ReadFile(path.Join("en", e.Name()))
		if err != nil {
			panic(err)
		}
		if err := json.Unmarshal(raw, &all); err != nil {
			panic(fmt.Sprintf("templates/words/en/%s: %v", e.Name(), err))
		}
	}
	return all
}

type langKey struct{}

// With sets the reader's language, "zh" or "en".
func With(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// Lang is the reader's language, Chinese unless set.
func Lang(ctx context.Context) string {
	if lang, _ := ctx.Value(langKey{}).(string); lang == "en" {
		return "en"
	}
	return "zh"
}

// T says a sentence in the reader's language. Arguments that are Messages or Words are translated too; a sentence
// without a translation stays Chinese (a test forbids it).
func T(ctx context.Context, text string, args ...any) string {
	if Lang(ctx) == "en" {
		if en, ok := English[text]; ok {
			text = en
		}
	}
	if len(args) == 0 {
		return text
	}
	said := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case fault.Message:
			said[i] = Say(ctx, v)
		case Word:
			said[i] = T(ctx, string(v))
		default:
			said[i] = a
		}
	}
	return fmt.Sprintf(text, said...)
}

// Word is an argument that is itself to be translated.
type Word string

// Say tells a Message in the reader's language.
func Say(ctx context.Context, m fault.Message) string { return T(ctx, m.Text, m.Args...) }

// Pick chooses between a record's two own names, for content that is stored in both languages.
func Pick(ctx context.Context, zh, en string) string {
	if Lang(ctx) == "en" && en != "" {
		return en
	}
	return zh
}
