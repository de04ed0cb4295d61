// Package objectstest gives tests a real S3 server: a versitygw child of the test process, checking signatures and
// checksums like any other server, with its files in a temporary folder.
package objectstest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seedbed/storage/objects"
)

const (
	gatewayVar = "SEEDBED_TEST_S3GW" // path of the versitygw program
	serverVar  = "SEEDBED_TEST_S3"   // endpoint,key,secret,bucket of a server already running
)

// Server is an S3 server for one test.
type Server struct {
	Settings objects.S3Settings
	Folder   string // where the server keeps the bucket's files; "" for a server that is not our child

	gateway string
	root    string
	child   *exec.Cmd
}

// StartS3 starts a server with an empty bucket and stops it with the test. SEEDBED_TEST_S3 names another server to
// use instead. Without either the test is skipped, except in CI, where it fails.
func StartS3(t testing.TB) *Server {
	t.Helper()
	if given := os.Getenv(serverVar); given != "" {
		return givenServer(t, given)
	}
	gateway := os.Getenv(gatewayVar)
	if gateway == "" {
		const why = "no S3 server to test with: run ./dev test, or set " + gatewayVar + " to a versitygw program"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	s := &Server{gateway: gateway, root: t.TempDir(), Settings: objects.S3Settings{
		Endpoint: freeAddress(t), Key: "seedbed-test", Secret: random(), Bucket: "seedbed",
	}}
	s.Folder = filepath.Join(s.root, "buckets", s.Settings.Bucket)
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.root, "meta"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	t.Cleanup(s.Stop)
	return s
}

func givenServer(t testing.TB, given string) *Server {
	t.Helper()
	part := strings.Split(given, ",")
	if len(part) != 4 {
		t.Fatalf("%s is %d parts; want endpoint,key,secret,bucket", serverVar, len(part))
	}
	return &Server{Settings: objects.S3Settings{Endpoint: part[0], Key: part[1], Secret: part[2], Bucket: part[3]}}
}

// Store opens the server's bucket.
func (s *Server) Store(t testing.TB) *objects.S3 {
	t.Helper()
	store, err := objects.NewS3(s.Settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	return store
}

// Start starts a stopped server again, at the same address with the same files.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	// The bucket's metadata goes to a folder beside it, because not every temporary folder keeps extended attributes.
	s.child = exec.Command(s.gateway, "--port", s.Settings.Endpoint, "--quiet", "--keep-alive", "--health", "/health",
		"posix", "--sidecar", filepath.Join(s.root, "meta"), filepath.Join(s.root, "buckets"))
	s.child.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.Settings.Key, "ROOT_SECRET_KEY="+s.Settings.Secret)
	s.child.SysProcAttr = endWithTest()
	if err := s.child.Start(); err != nil {
		t.Fatalf("start %s: %v", s.gateway, err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", s.Settings.Endpoint)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			s.Stop()
			t.Fatalf("%s does not answer at %s: %v", s.gateway, s.Settings.Endpoint, err)
		}
	}
}

// Stop ends the server at once, as a power cut would.
func (s *Server) Stop() {
	if s.child == nil {
		return
	}
	_ = s.child.Process.Kill()
	_ = s.child.Wait()
	s.child = nil
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func random() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
