package embedded

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childFolder makes this test program a house that starts PostgreSQL there, says so, and waits to be killed.
const childFolder = "SEEDBED_TEST_CHILD_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		house(dir)
	}
	code := m.Run()
	os.RemoveAll(usedFolder)
	os.Exit(code)
}

func house(dir string) {
	s, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	os.Stdout.WriteString(s.URL() + "\n")
	select {}
}

// killHouse runs a house on a folder, kills it without warning and tells the folder of the socket it had.
func killHouse(t *testing.T, dir string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the house said %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the house ended by itself")
	}
	lock, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	_, socket := remembered(lock)
	if _, err := os.Stat(socket); err != nil {
		t.Fatalf("the lock does not remember the socket's folder: %v", err)
	}
	t.Cleanup(func() { dropSocket(socket) })
	return socket
}

func TestKilledHouseShutsDownCleanly(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	killHouse(t, dir)
	data := filepath.Join(dir, "data")
	for end := time.Now().Add(20 * time.Second); alive(postmaster(data)); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("PostgreSQL outlives its house")
		}
	}
	bin, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(bin, "pg_controldata"), "-D", data).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "shut down\n") {
		t.Errorf("the cluster was not closed: %v\n%s", err, out)
	}
}

func TestKilledHouseStartsAgainAtOnce(t *testing.T) {
	t.Parallel()
	dir := used(t)
	socket := killHouse(t, dir)
	s := start(t, Options{Dir: dir})
	if got := ask(t, s, "select 'here'"); got != "here" {
		t.Errorf("answers %q", got)
	}
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the killed house's socket folder %q is left: %v", socket, err)
	}
}

func TestKilledPassingServerIsSwept(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", passingPrefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket, err := os.MkdirTemp("/tmp", socketPrefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(socket) })
	if err := os.WriteFile(filepath.Join(dir, lockName), []byte("999999999\n"+socket+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	held := start(t, Options{Fast: true})
	sweepPassing()
	for _, left := range []string{dir, socket} {
		if _, err := os.Stat(left); !os.IsNotExist(err) {
			t.Errorf("a killed run's folder %s stays: %v", left, err)
		}
	}
	if _, err := os.Stat(held.data()); err != nil {
		t.Errorf("a running server's folder was swept: %v", err)
	}
}
