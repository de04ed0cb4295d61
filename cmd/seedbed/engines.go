package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"seedbed/domain/accounts"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/embedded"
	"seedbed/storage/sms"
)

// Engines are the four things a house runs on. Each is either a real service that was named in the settings, or one
// that lives on this machine; nothing else in the product knows the difference.
type Engines struct {
	DB      *pg.DB
	URL     string // the owner's address of the database
	Objects objects.Store
	Redis   string
	Sender  accounts.Sender
	server  *embedded.Server
}

// openEngines starts or reaches the engines and brings the schema forward.
func openEngines(ctx context.Context, c Config, log *slog.Logger) (e *Engines, err error) {
	e = &Engines{URL: c.DatabaseURL, Redis: c.RedisURL}
	defer func() {
		if err != nil {
			e.Close()
		}
	}()
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return e, err
	}
	if e.URL == "" {
		if c.PGBin != "" {
			_ = os.Setenv("SEEDBED_PG_BIN", c.PGBin)
		}
		if e.server, err = embedded.Start(ctx, embedded.Options{Dir: filepath.Join(c.Data, "postgresql"), Log: log}); err != nil {
			return e, err
		}
		e.URL = e.server.URL()
	}
	if c.Migrate {
		if _, err := pg.Migrate(ctx, e.URL); err != nil {
			return e, err
		}
	}
	if e.DB, err = pg.Open(ctx, e.URL, pg.Options{}); err != nil {
		return e, err
	}
	if c.S3Endpoint == "" {
		e.Objects, err = objects.NewDisk(filepath.Join(c.Data, "objects"))
	} else {
		e.Objects, err = bucket(ctx, c)
	}
	if err != nil {
		return e, err
	}
	if c.SMSURL == "" {
		e.Sender = sms.NewFile(filepath.Join(c.Data, "sms.log"))
	} else {
		e.Sender = sms.Gateway{URL: c.SMSURL, Token: c.SMSToken}
	}
	return e, nil
}

func bucket(ctx context.Context, c Config) (objects.Store, error) {
	s3, err := objects.NewS3(objects.S3Settings{Endpoint: c.S3Endpoint, Key: c.S3Key, Secret: c.S3Secret, Bucket: c.S3Bucket, TLS: c.S3TLS})
	if err != nil {
		return nil, err
	}
	return s3, s3.Prepare(ctx)
}

// Close lets go of the engines in the reverse order.
func (e *Engines) Close() {
	if e.DB != nil {
		e.DB.Close()
	}
	if e.server != nil {
		e.server.Stop()
	}
}

func logger(c Config, out io.Writer) *slog.Logger {
	if c.Log == "json" {
		return slog.New(slog.NewJSONHandler(out, nil))
	}
	return slog.New(slog.NewTextHandler(out, nil))
}
