package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/fault"
)

// folder is a place PostgreSQL's own user can reach; t.TempDir is closed to others.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "seedbed-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "pg")
}

// usedFolder is set by onceUsed and removed by TestMain.
var usedFolder string

var onceUsed = sync.OnceValue(func() (err error) {
	if usedFolder, err = os.MkdirTemp("/tmp", "seedbed-test-"); err != nil {
		return err
	}
	if err := os.Chmod(usedFolder, 0o755); err != nil {
		return err
	}
	s, err := Start(context.Background(), Options{Dir: filepath.Join(usedFolder, "pg"), Fast: true})
	if err == nil {
		s.Stop()
	}
	return err
})

// used is a folder with a stopped cluster in it: copying one is ten times quicker than making one.
func used(t *testing.T) string {
	t.Helper()
	if err := onceUsed(); err != nil {
		t.Fatal(err)
	}
	dir := folder(t)
	if out, err := exec.Command("cp", "-a", filepath.Join(usedFolder, "pg"), dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// ask runs one statement on its own connection and gives the first column of the first row as text.
func ask(t *testing.T, s *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(values, ",")
}

func refused(t *testing.T, err error, kind fault.Kind, words ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Fatalf("error %v of kind %d; want kind %d", err, fault.KindOf(err), kind)
	}
	for _, word := range words {
		if !strings.Contains(fault.MessageOf(err).String(), word) {
			t.Errorf("%q does not say %q", fault.MessageOf(err), word)
		}
	}
}

func TestStart(t *testing.T) {
	t.Setenv("PGPORT", "1") // what surrounds us must not change where we connect
	s := start(t, Options{Fast: true})
	for setting, want := range map[string]string{
		"listen_addresses": "", "max_connections": "200", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"server_encoding": "UTF8", "log_error_verbosity": "terse", "TimeZone": "Asia/Shanghai",
	} {
		if got := ask(t, s, "select current_setting('"+setting+"')"); got != want {
			t.Errorf("%s = %q; want %q", setting, got, want)
		}
	}
	if got := ask(t, s, "select lower('É') || upper('ж')"); got != "éЖ" {
		t.Errorf("letters beyond ASCII are not folded: %q", got)
	}
	if got := ask(t, s, "select current_database() || ' ' || current_user"); got != "seedbed seedbed" {
		t.Errorf("connected as %q", got)
	}
	pid := s.child.cmd.Process.Pid
	if group, err := syscall.Getpgid(pid); err != nil || group == syscall.Getpgrp() {
		t.Errorf("PostgreSQL is in our process group (%d, %v): Ctrl-C would reach it before the last request is done", group, err)
	}
	dir, socket := s.options.Dir, s.socket
	s.Stop()
	for _, gone := range []string{dir, socket} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is left behind: %v", gone, err)
		}
	}
	if alive(pid) {
		t.Error("PostgreSQL runs on after Stop")
	}
	s.Stop() // a second stop is harmless
}

func TestProductKeepsWhatItSaid(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, Options{Dir: dir})
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if got := ask(t, s, "select current_setting('"+setting+"')"); got != "on" {
			t.Errorf("%s = %q", setting, got)
		}
	}
	ask(t, s, "create table kept (word text)")
	ask(t, s, "insert into kept values ('苗圃')")
	s.Stop()
	again := start(t, Options{Dir: dir})
	if got := ask(t, again, "select word from kept"); got != "苗圃" {
		t.Errorf("after a restart: %q", got)
	}
}

func TestLogKeepsNoPersonalData(t *testing.T) {
	t.Parallel()
	dir := used(t)
	s := start(t, Options{Dir: dir, Fast: true})
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "create table people (phone text primary key)"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = conn.Exec(t.Context(), "insert into people values ('13800138000')")
	}
	if err == nil {
		t.Fatal("a double key must fail")
	}
	text, err := os.ReadFile(s.logPath())
	if err != nil || !strings.Contains(string(text), "people_pkey") || strings.Contains(string(text), "13800138000") {
		t.Errorf("log: %v\n%s", err, text)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	t.Parallel()
	dir := used(t)
	s := start(t, Options{Dir: dir, Fast: true})
	_, err := Start(t.Context(), Options{Dir: dir, Fast: true})
	refused(t, err, fault.Conflict, dir, fmt.Sprint(os.Getpid()), "不能同时启动两次")
	if got := ask(t, s, "select 'here'"); got != "here" {
		t.Errorf("the first server answers %q", got)
	}
}

func TestForeignServerIsRefused(t *testing.T) {
	t.Parallel()
	dir := used(t)
	s := start(t, Options{Dir: dir, Fast: true})
	s.Stop()
	var err error
	if s.socket, err = s.account.socketFolder(); err != nil {
		t.Fatal(err)
	}
	cmd := s.command("postgres", s.settings()...)
	foreign, err := launch(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { foreign.stop(); dropSocket(s.socket) })
	for end := time.Now().Add(10 * time.Second); postmaster(s.data()) == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	_, err = Start(t.Context(), Options{Dir: dir, Fast: true})
	refused(t, err, fault.Conflict, "别的办法", fmt.Sprint(cmd.Process.Pid))
}

func TestStaleNumberOfAnotherProgram(t *testing.T) {
	t.Parallel()
	dir := used(t)
	s := start(t, Options{Dir: dir, Fast: true})
	s.Stop()
	stale := filepath.Join(s.data(), "postmaster.pid")
	// After a power cut the number may belong to anybody; here to a sleep under the same user, which PostgreSQL would fear.
	other := s.command("../sleep", "60")
	other.Path = "/bin/sleep"
	sleep, err := launch(other)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sleep.stop() })
	if err := os.WriteFile(stale, fmt.Appendf(nil, "%d\n%s\n", other.Process.Pid, s.data()), 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{Dir: dir, Fast: true})
	if got := ask(t, again, "select 'here'"); got != "here" {
		t.Errorf("answers %q", got)
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	letter := filepath.Join(dir, "letter")
	if err := os.WriteFile(letter, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir, Fast: true})
	refused(t, err, fault.Conflict, dir, "空的文件夹")
	info, err := os.Stat(dir)
	if err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		t.Errorf("the folder has changed hands: %v", err)
	}
}

func TestHalfMadeClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, Options{Dir: dir, Fast: true})
	s.Stop()
	if err := os.Rename(s.data(), s.data()+".new"); err != nil { // as if the power went before the final rename
		t.Fatal(err)
	}
	again := start(t, Options{Dir: dir, Fast: true})
	if got := ask(t, again, "select count(*)::text from pg_tables where schemaname = 'public'"); got != "0" {
		t.Errorf("%s tables", got)
	}
}

func TestBrokenClusterTellsWhere(t *testing.T) {
	t.Parallel()
	dir := used(t)
	s := start(t, Options{Dir: dir, Fast: true})
	s.Stop()
	if err := os.Remove(filepath.Join(s.data(), "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir, Fast: true})
	refused(t, err, fault.Internal, s.logPath())
	if !strings.Contains(err.Error(), "pg_control") {
		t.Errorf("PostgreSQL's own words are missing from the log's error: %v", err)
	}
	if _, err := os.Stat(s.socket); !os.IsNotExist(err) {
		t.Error("a failed start leaves its socket's folder")
	}
}

func TestRootAndOthers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root; everything else here has just run as an ordinary user")
	}
	s := start(t, Options{Fast: true})
	info, err := os.Stat(fmt.Sprintf("/proc/%d", s.child.cmd.Process.Pid))
	if err != nil || info.Sys().(*syscall.Stat_t).Uid == 0 {
		t.Errorf("PostgreSQL runs as root: %v", err)
	}
	_, err = Start(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "pg"), Fast: true})
	refused(t, err, fault.Internal, "chmod o+x", "/var/lib/seedbed")

	dir := folder(t)
	binary := filepath.Join(filepath.Dir(dir), "embedded.test")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", self, binary).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(binary, "-test.run", "TestStart$|TestSecond|TestStale|TestKilledHouse", "-test.v")
	cmd.Dir = "/tmp"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS") < 5 {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}
