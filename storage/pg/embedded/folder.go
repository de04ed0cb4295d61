package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"seedbed/domain/fault"
)

const (
	socketPrefix  = "seedbed-"
	passingPrefix = "seedbed-pg-"
	socketName    = ".s.PGSQL.5432"
	socketLimit   = 103      // bytes a Unix socket's path may have: 107 on Linux, 103 on macOS
	logLimit      = 10 << 20 // a longer log is begun anew at the next start
)

// openFolder makes the folder ours and PostgreSQL's, or says why that cannot be.
func (s *Server) openFolder() error {
	var err error
	if s.options.Dir == "" {
		sweepPassing()
		s.passing = true
		if s.options.Dir, err = os.MkdirTemp("/tmp", passingPrefix); err != nil {
			return err
		}
	}
	if s.options.Dir, err = filepath.Abs(s.options.Dir); err != nil {
		return err
	}
	dir := s.options.Dir
	if s.account, err = runAs(s.data()); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return unwritable(err, dir)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return unwritable(err, dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return unwritable(err, dir)
	}
	if len(entries) > 0 && !has(entries, lockName) {
		return fault.New(fault.Conflict, "文件夹 %s 里已经有别的东西，不敢动它。请给数据库一个空的文件夹", dir)
	}
	if err := s.account.own(dir); err != nil {
		return err
	}
	return s.account.canEnter(filepath.Dir(dir))
}

func has(entries []os.DirEntry, name string) bool {
	for _, entry := range entries {
		if entry.Name() == name {
			return true
		}
	}
	return false
}

func unwritable(err error, dir string) error {
	return fault.Wrap(err, fault.Internal, "不能在文件夹 %s 里存数据库。请换一个文件夹，或者让运行本程序的用户能写它", dir)
}

// makeCluster runs initdb beside the final place and moves the result there, so a half-made cluster is never opened.
func (s *Server) makeCluster(ctx context.Context) error {
	if clusterVersion(s.data()) != "" {
		return nil
	}
	fresh := s.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	args := []string{"-D", fresh, "-U", Owner, "--auth=trust", "--encoding=UTF8", "--locale=" + locale, "--no-instructions"}
	if s.options.Fast {
		args = append(args, "--no-sync")
	}
	s.options.Log.InfoContext(ctx, "making a new database", "dir", s.options.Dir)
	var said bytes.Buffer
	cmd := s.command("initdb", args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	child, err := launch(cmd)
	if err != nil {
		return fmt.Errorf("start %s as %s: %w", cmd.Path, s.account.name, err)
	}
	select {
	case <-child.done:
	case <-ctx.Done():
		child.stop()
		return ctx.Err()
	}
	if child.err != nil {
		return fault.Wrap(fmt.Errorf("%w: %s", child.err, tail(said.String())), fault.Internal,
			"不能在 %s 建立数据库。请看看磁盘是不是满了，或者换一个文件夹", s.options.Dir)
	}
	if err := os.Rename(fresh, s.data()); err != nil {
		return err
	}
	return syncFolder(s.options.Dir)
}

// syncFolder makes a rename last through a power cut.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

func (s *Server) logPath() string { return filepath.Join(s.options.Dir, "postgresql.log") }

func (s *Server) openLog() (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(s.logPath()); err == nil && info.Size() > logLimit {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(s.logPath(), flags, 0o600)
}

// lastWords adds the end of PostgreSQL's log to an error.
func (s *Server) lastWords(err error) error {
	file, openErr := os.Open(s.logPath())
	if openErr != nil {
		return err
	}
	defer file.Close()
	if size, seekErr := file.Seek(0, io.SeekEnd); seekErr == nil {
		_, _ = file.Seek(max(0, size-2000), io.SeekStart)
	}
	text, _ := io.ReadAll(file)
	return fmt.Errorf("%w: %s", err, tail(string(text)))
}

// tail is the last lines of a text, in one line.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], " | ")
}

// dropSocket removes what is left of a socket's folder; never more than PostgreSQL put there.
func dropSocket(folder string) {
	if !strings.HasPrefix(filepath.Base(folder), socketPrefix) {
		return
	}
	os.Remove(filepath.Join(folder, socketName))
	os.Remove(filepath.Join(folder, socketName+".lock"))
	os.Remove(folder)
}

// sweepPassing removes the passing folders of runs that were killed: nobody holds their lock any more.
func sweepPassing() {
	locks, _ := filepath.Glob("/tmp/" + passingPrefix + "*/" + lockName) // the pattern is a constant
	for _, name := range locks {
		lock, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		// An empty file belongs to a start between making it and locking it.
		pid, socket := remembered(lock)
		if pid != 0 && syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			dropSocket(socket)
			os.RemoveAll(filepath.Dir(name))
		}
		lock.Close()
	}
}
