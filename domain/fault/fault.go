// Package fault is the house's one vocabulary of what can go wrong. Domain verbs return these; server/web alone
// turns them into HTTP answers. Every sentence is written in Chinese in fmt form and doubles as the key of its
// translation, so the text a developer reads here is the text a neighbour reads on the page.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind says what sort of trouble it is, which decides the HTTP status and whether a job is worth repeating.
type Kind int

// The kinds, from the caller's fault to ours.
const (
	Internal  Kind = iota // ours: logged once, told as "something went wrong" with a number
	NotFound              // no such thing, or not in this person's sight: the two read alike on purpose
	Forbidden             // in sight, but not this person's to do
	Invalid               // fields are wrong; see InFields
	Conflict              // the thing has moved on: stale version, wrong state, a rule of the year says no
	Busy                  // try again in a moment
	SignIn                // nobody is signed in, or the second factor is missing
)

// Message is a sentence with its arguments, translated only when it is shown.
type Message struct {
	Text string `json:"text"`           // Chinese, fmt form; the key of the translation
	Args []any  `json:"args,omitempty"` // values for the verbs of Text
}

// Say makes a Message.
func Say(text string, args ...any) Message { return Message{Text: text, Args: args} }

// String renders the Chinese sentence.
func (m Message) String() string {
	if len(m.Args) == 0 {
		return m.Text
	}
	return fmt.Sprintf(m.Text, m.Args...)
}

// Fields maps a field's form name ("title", "lines.0.amount") to what is wrong with it. "" is the form as a whole.
type Fields map[string]Message

// Add records the first complaint about a field; a second one for the same field is dropped, one at a time is enough.
func (f *Fields) Add(field, text string, args ...any) {
	if *f == nil {
		*f = Fields{}
	}
	if _, ok := (*f)[field]; !ok {
		(*f)[field] = Say(text, args...)
	}
}

// Names lists the wrong fields in alphabetical order.
func (f Fields) Names() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Err is nil when nothing is wrong, else an Invalid error carrying the fields.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: Say("有 %d 处需要修改", len(f)), Fields: f}
}

// Error is any trouble the house knows by name.
type Error struct {
	Kind    Kind
	Message Message // what happened and what to do, for the person
	Fields  Fields  // only for Invalid
	Cause   error   // for the log, never shown
}

// Error names the trouble for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message.String())
	for _, name := range e.Fields.Names() {
		fmt.Fprintf(&b, "; %s: %s", name, e.Fields[name])
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a sentence for the person.
func New(kind Kind, text string, args ...any) error {
	return &Error{Kind: kind, Message: Say(text, args...)}
}

// Wrap is New with a cause for the log.
func Wrap(cause error, kind Kind, text string, args ...any) error {
	return &Error{Kind: kind, Message: Say(text, args...), Cause: cause}
}

// Field is an Invalid error about one field.
func Field(name, text string, args ...any) error {
	return Fields{name: Say(text, args...)}.Err()
}

// Missing is the one answer for what does not exist and for what is out of sight.
func Missing() error { return New(NotFound, "没有找到这个页面，或者您看不到它") }

// KindOf is the kind of err; an error the house does not know is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is of the kind; false for nil.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// InFields gives the wrong fields of an Invalid error, else nil.
func InFields(err error) Fields {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Invalid {
		return e.Fields
	}
	return nil
}

// MessageOf is the sentence of a known error; the zero Message for any other.
func MessageOf(err error) Message {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return Message{}
}
