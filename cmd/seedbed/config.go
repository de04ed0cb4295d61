package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is every setting there is. Each works when it is not set; the comment of each is its line in docs/config.md.
type Config struct {
	Listen      string   `env:"SEEDBED_LISTEN" envDefault:"127.0.0.1:8080" help:"address the web server listens on"`
	PublicURL   string   `env:"SEEDBED_PUBLIC_URL" help:"address people use, such as https://seedbed.example.gov.cn; makes cookies secure and names the only Host that is answered; empty: any Host"`
	Data        string   `env:"SEEDBED_DATA" help:"folder for everything kept on this machine; empty: /var/lib/seedbed for root, else ~/.local/share/seedbed"`
	DatabaseURL string   `env:"SEEDBED_DATABASE_URL" help:"PostgreSQL 15 or newer, postgres://…; empty: the program runs its own on the data folder"`
	RedisURL    string   `env:"SEEDBED_REDIS_URL" help:"Redis or Valkey, redis://…; empty: in process (PostgreSQL is the record either way)"`
	S3Endpoint  string   `env:"SEEDBED_S3_ENDPOINT" help:"host:port of an S3 server; empty: a folder below the data folder"`
	S3Bucket    string   `env:"SEEDBED_S3_BUCKET" envDefault:"seedbed" help:"bucket for photos and papers"`
	S3Key       string   `env:"SEEDBED_S3_KEY" help:"access key"`
	S3Secret    string   `env:"SEEDBED_S3_SECRET" help:"secret key"`
	S3TLS       bool     `env:"SEEDBED_S3_TLS" envDefault:"true" help:"speak TLS to the S3 server"`
	Secret      string   `env:"SEEDBED_SECRET" help:"master secret, at least 64 hexadecimal digits; empty: made once and kept in the data folder"`
	Proxies     []string `env:"SEEDBED_PROXIES" help:"addresses of the proxies whose X-Forwarded-* headers are believed, comma separated"`
	SMSURL      string   `env:"SEEDBED_SMS_URL" help:"HTTP gateway that sends short messages (POST {phone, text}); empty: they are written to sms.log in the data folder"`
	SMSToken    string   `env:"SEEDBED_SMS_TOKEN" help:"bearer token for the gateway"`
	Migrate     bool     `env:"SEEDBED_MIGRATE" envDefault:"true" help:"bring the schema forward at start; switch off where a separate migrate runs first"`
	Log         string   `env:"SEEDBED_LOG" envDefault:"text" help:"text or json"`
	PDFFont     string   `env:"SEEDBED_PDF_FONT" help:"TrueType file (.ttf, .ttc) with characters the printed papers' own fonts lack; empty: none"`
	PGBin       string   `env:"SEEDBED_PG_BIN" help:"folder of PostgreSQL's programs for the embedded server; empty: looked for"`
}

// readConfig reads the settings; one with our prefix that nobody knows is an error, since it is a misspelling.
func readConfig(environ []string) (Config, error) {
	vars := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		vars[name] = value
	}
	for _, secret := range []string{"SEEDBED_SECRET", "SEEDBED_S3_SECRET", "SEEDBED_SMS_TOKEN", "SEEDBED_DATABASE_URL", "SEEDBED_REDIS_URL"} {
		if path := vars[secret+"_FILE"]; path != "" {
			raw, err := os.ReadFile(path)
			if err != nil {
				return Config{}, fmt.Errorf("%s_FILE: %w", secret, err)
			}
			vars[secret] = strings.TrimSpace(string(raw))
		}
		delete(vars, secret+"_FILE")
	}
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		return c, err
	}
	names := map[string]bool{}
	for _, s := range settings() {
		names[s.Name] = true
	}
	for name := range vars {
		if strings.HasPrefix(name, "SEEDBED_") && !strings.HasPrefix(name, "SEEDBED_TEST_") && !names[name] {
			return c, fmt.Errorf("%s is not a setting of this program; «seedbed config» lists them all", name)
		}
	}
	if c.Data == "" {
		c.Data = dataFolder()
	}
	if c.PublicURL != "" {
		if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" {
			return c, fmt.Errorf("SEEDBED_PUBLIC_URL: %q is not an address such as https://seedbed.example.gov.cn", c.PublicURL)
		}
	}
	return c, nil
}

func dataFolder() string {
	if os.Geteuid() == 0 {
		return "/var/lib/seedbed"
	}
	base := os.Getenv("XDG_DATA_HOME")
	if home, err := os.UserHomeDir(); base == "" && err == nil {
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "seedbed")
}

// secret is the master secret: the setting, or one made at the first start and kept beside the data it protects.
func (c Config) secret() ([]byte, error) {
	if c.Secret != "" {
		raw, err := hex.DecodeString(c.Secret)
		if err != nil || len(raw) < 32 {
			return nil, errors.New("SEEDBED_SECRET: at least 64 hexadecimal digits, for example from «openssl rand -hex 32»")
		}
		return raw, nil
	}
	path := filepath.Join(c.Data, "secret")
	if text, err := os.ReadFile(path); err == nil {
		return hex.DecodeString(strings.TrimSpace(string(text)))
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if c.DatabaseURL != "" {
		return nil, errors.New("SEEDBED_SECRET is needed with a database of your own, the same for every process; make one with «openssl rand -hex 32» and keep a copy")
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return nil, err
	}
	return raw, os.WriteFile(path, []byte(hex.EncodeToString(raw)+"\n"), 0o600)
}

type setting struct{ Name, Default, Help string }

func settings() []setting {
	var all []setting
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		all = append(all, setting{tag.Get("env"), tag.Get("envDefault"), tag.Get("help")})
	}
	return all
}

// printConfig writes the settings as the table of docs/config.md.
func printConfig(out io.Writer) {
	fmt.Fprintln(out, "| setting | default | meaning |\n|---|---|---|")
	for _, s := range settings() {
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", s.Name, s.Default, s.Help)
	}
}
