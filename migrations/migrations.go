// Package migrations holds the schema's history, forward only; schema.sql is what it adds up to.
package migrations

import "embed"

// FS holds the numbered SQL files.
//
//go:embed 0*.sql
var FS embed.FS
