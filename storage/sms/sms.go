// Package sms carries short texts to phones: to a file and the log on a laptop, through the city's HTTP gateway in
// earnest.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"seedbed/domain/fault"
)

// File writes texts to a file instead of sending them, and remembers the last one of each number.
type File struct {
	mu   sync.Mutex
	path string
	last map[string]string
}

// NewFile writes to the file at path.
func NewFile(path string) *File { return &File{path: path, last: map[string]string{}} }

// Send appends the text to the file.
func (f *File) Send(_ context.Context, phone, text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last[phone] = text
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s  %s\n", phone, text); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

// Last is the newest text for a number, "" when there was none.
func (f *File) Last(phone string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last[phone]
}

// Gateway posts {"phone", "text"} as JSON to the operator's own address, which speaks to whatever vendor the city has.
type Gateway struct {
	URL   string
	Token string // sent as a bearer token when not empty
}

var client = &http.Client{Timeout: 10 * time.Second}

// Send gives the text to the gateway; any answer but 2xx is Busy.
func (g Gateway) Send(ctx context.Context, phone, text string) error {
	body, err := json.Marshal(map[string]string{"phone": phone, "text": text})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if g.Token != "" {
		req.Header.Set("Authorization", "Bearer "+g.Token)
	}
	res, err := client.Do(req)
	if err != nil {
		return fault.Wrap(err, fault.Busy, "短信现在发不出去，请过几分钟再试，或请社区工作人员帮忙")
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	if res.StatusCode/100 != 2 {
		return fault.Wrap(fmt.Errorf("gateway answered %d", res.StatusCode), fault.Busy, "短信现在发不出去，请过几分钟再试，或请社区工作人员帮忙")
	}
	return nil
}
