package objects

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Settings say where an S3 server is and which bucket of it is ours.
type S3Settings struct {
	Endpoint string // host:port
	Key      string
	Secret   string
	Bucket   string
	Region   string // "us-east-1" when empty
	TLS      bool
}

// S3 keeps objects in a bucket of any S3 server.
type S3 struct {
	core   minio.Core
	bucket string
	region string
}

const (
	inMemory     = 1 << 20          // smaller uploads never touch the local disk
	attempts     = 3                // with pauses of up to 0.2 s and 0.4 s between them
	dialWait     = 3 * time.Second  // a server that is away is noticed while a person still waits
	responseWait = 20 * time.Second // a large object takes this long to be checked on a slow disk
)

// NewS3 prepares to speak to the server; nothing is sent yet.
func NewS3(s S3Settings) (*S3, error) {
	transport, err := minio.DefaultTransport(s.TLS)
	if err != nil {
		return nil, fmt.Errorf("objects: %w", err)
	}
	transport.DialContext = (&net.Dialer{Timeout: dialWait, KeepAlive: 15 * time.Second}).DialContext
	transport.ResponseHeaderTimeout = responseWait
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	core, err := minio.NewCore(s.Endpoint, &minio.Options{
		Creds:           credentials.NewStaticV4(s.Key, s.Secret, ""),
		Secure:          s.TLS,
		Region:          s.Region,
		Transport:       transport,
		TrailingHeaders: true, // minio-go asks for it before it lets us send a checksum of our own
		MaxRetries:      attempts,
	})
	if err != nil {
		return nil, fmt.Errorf("objects: %w", err)
	}
	return &S3{core: *core, bucket: s.Bucket, region: s.Region}, nil
}

// Prepare makes the bucket if it is not there.
func (s *S3) Prepare(ctx context.Context) error {
	found, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return explain(ctx, err)
	}
	if found {
		return nil
	}
	err = s.core.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	if code := minio.ToErrorResponse(err).Code; code == minio.BucketAlreadyOwnedByYou {
		return nil // another process was a moment faster
	}
	if err != nil {
		return explain(ctx, err)
	}
	return nil
}

// Put implements Store. The name is the digest, so the whole content must be seen before the first byte can be sent:
// small uploads wait in memory, larger ones in a temporary file.
func (s *S3) Put(ctx context.Context, r io.Reader, limit int64) (Object, error) {
	var waiting spool
	defer waiting.close()
	o, err := take(ctx, &waiting, r, limit)
	if err != nil {
		return Object{}, err
	}
	if err := s.write(ctx, o, waiting.content(o.Size)); err != nil {
		return Object{}, err
	}
	return o, nil
}

// write sends the content with its checksum, which the server compares before it stores: a byte lost on the way is an
// error here and not a damaged object there. The checksum's header is signed, so the body needs no signature of its own.
func (s *S3) write(ctx context.Context, o Object, content io.ReadSeeker) error {
	sum, err := hex.DecodeString(o.Digest)
	if err != nil {
		return err
	}
	_, err = s.core.Client.PutObject(ctx, s.bucket, key(o.Digest), content, o.Size, minio.PutObjectOptions{
		DisableMultipart:     true, // one request: all or nothing, and one checksum over all of it
		DisableContentSha256: true,
		UserMetadata:         map[string]string{"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(sum)},
	})
	if err != nil {
		return explain(ctx, err)
	}
	return nil
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, digest string) (*Reader, error) {
	if !named(digest) {
		return nil, missing(nil)
	}
	open := func(offset int64) (io.ReadCloser, error) {
		body, _, err := s.get(ctx, digest, offset)
		return body, err
	}
	body, o, err := s.get(ctx, digest, 0)
	if err != nil {
		return nil, err
	}
	r := newReader(ctx, o, open)
	r.body = body
	return r, nil
}

func (s *S3) get(ctx context.Context, digest string, offset int64) (io.ReadCloser, Object, error) {
	var options minio.GetObjectOptions
	if offset > 0 {
		if err := options.SetRange(offset, 0); err != nil {
			return nil, Object{}, err
		}
	}
	body, info, _, err := s.core.GetObject(ctx, s.bucket, key(digest), options)
	if err != nil {
		return nil, Object{}, explain(ctx, err)
	}
	return body, Object{Digest: digest, Size: info.Size, Stored: info.LastModified}, nil
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, digest string) (Object, error) {
	if !named(digest) {
		return Object{}, missing(nil)
	}
	info, err := s.core.StatObject(ctx, s.bucket, key(digest), minio.StatObjectOptions{})
	if err != nil {
		return Object{}, explain(ctx, err)
	}
	return Object{Digest: digest, Size: info.Size, Stored: info.LastModified}, nil
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, digest string) error {
	if !named(digest) {
		return nil
	}
	err := s.core.RemoveObject(ctx, s.bucket, key(digest), minio.RemoveObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil
	}
	if err != nil {
		return explain(ctx, err)
	}
	return nil
}

// Walk implements Store.
func (s *S3) Walk(ctx context.Context, fn func(Object) error) error {
	for info := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if info.Err != nil {
			return explain(ctx, info.Err)
		}
		digest := path.Base(info.Key)
		if !named(digest) || info.Key != key(digest) {
			continue // not ours
		}
		if err := fn(Object{Digest: digest, Size: info.Size, Stored: info.LastModified}); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return interrupted(err) // the listing ends silently with its context
	}
	return nil
}

// Ready implements Store: the server answers and has our bucket.
func (s *S3) Ready(ctx context.Context) error {
	found, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return explain(ctx, err)
	}
	if !found {
		return unreachable(fmt.Errorf("bucket %s does not exist", s.bucket))
	}
	return nil
}

// explain names what the server, or the way to it, complains about.
func explain(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return interrupted(cause)
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == minio.NoSuchBucket:
		return unreachable(err)
	case answer.Code == minio.NoSuchKey, answer.StatusCode == http.StatusNotFound:
		return missing(err)
	case answer.StatusCode == http.StatusInsufficientStorage, answer.Code == "XMinioStorageFull":
		return full(err)
	case answer.StatusCode == 0, answer.StatusCode >= 500, answer.StatusCode == http.StatusTooManyRequests:
		return unreachable(err)
	}
	return fmt.Errorf("objects: %w", err)
}

// spool holds an upload until its digest is known.
type spool struct {
	small bytes.Buffer
	large *os.File // nil while it fits in memory
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	if s.large == nil && s.small.Len()+len(p) <= inMemory {
		return s.small.Write(p)
	}
	if s.large == nil {
		f, err := os.CreateTemp("", "seedbed-*.part")
		if err != nil {
			return 0, full(err)
		}
		s.large = f
		if _, err := s.small.WriteTo(f); err != nil {
			return 0, full(err)
		}
	}
	n, err := s.large.Write(p)
	if err != nil {
		return n, full(err)
	}
	return n, nil
}

// content is what was written, for as many readings as the sending needs.
func (s *spool) content(size int64) io.ReadSeeker {
	if s.large == nil {
		return bytes.NewReader(s.small.Bytes())
	}
	return io.NewSectionReader(s.large, 0, size)
}

func (s *spool) close() {
	if s.large != nil {
		discard(s.large)
	}
}

var (
	_ Store = (*Disk)(nil)
	_ Store = (*S3)(nil)
)
