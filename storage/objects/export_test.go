package objects

import (
	"context"
	"io"
)

// Write lets a test send content under a name of its choice.
func (s *S3) Write(ctx context.Context, o Object, content io.ReadSeeker) error {
	return s.write(ctx, o, content)
}
