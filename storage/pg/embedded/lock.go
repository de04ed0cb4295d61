package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"seedbed/domain/fault"
)

const lockName = "lock"

// claim takes the folder for us alone, or says who has it. After kill -9 of the last owner its PostgreSQL still holds
// the lock while it shuts down; that is waited for.
func claim(ctx context.Context, dir string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(err, dir)
	}
	for waited := time.Duration(0); ; waited += 20 * time.Millisecond {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		owner, socket := remembered(lock)
		if err == nil {
			dropSocket(socket)
			return lock, remember(lock, "")
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			lock.Close()
			return nil, fmt.Errorf("lock %s: %w", lock.Name(), err)
		}
		if alive(owner) && waited > 0 {
			lock.Close()
			return nil, fault.New(fault.Conflict, "文件夹 %s 里的数据库正由另一个程序使用（进程号 %d），不能同时启动两次。请先停掉那个程序，或者换一个文件夹", dir, owner)
		}
		if waited == time.Second {
			nudge(filepath.Join(dir, "data"))
		}
		select {
		case <-ctx.Done():
			lock.Close()
			return nil, fault.Wrap(ctx.Err(), fault.Conflict, "文件夹 %s 里上一次的数据库还没有完全停下，请等半分钟再启动", dir)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// remember writes who owns the folder and where the socket is, so the next start can name the one and sweep the other.
func remember(lock *os.File, socket string) error {
	text := fmt.Sprintf("%d\n%s\n", os.Getpid(), socket)
	if err := lock.Truncate(0); err != nil {
		return err
	}
	_, err := lock.WriteAt([]byte(text), 0)
	return err
}

func remembered(lock *os.File) (pid int, socket string) {
	text := make([]byte, 512)
	n, _ := lock.ReadAt(text, 0) // a short file ends in io.EOF
	first, rest, _ := strings.Cut(string(text[:n]), "\n")
	pid, _ = strconv.Atoi(first)
	socket, _, _ = strings.Cut(rest, "\n")
	return pid, socket
}

// nudge asks an orphaned PostgreSQL to stop, where the system did not do so when its parent died.
func nudge(data string) {
	if pid := postmaster(data); pid > 0 && serves(pid, data) {
		_ = syscall.Kill(pid, syscall.SIGINT)
	}
}

// checkPID refuses a cluster that somebody started without us, and clears a stale postmaster.pid whose number now
// belongs to another program: PostgreSQL itself would refuse to start over it.
func checkPID(data string) error {
	pid := postmaster(data)
	if pid <= 0 || !alive(pid) {
		return nil
	}
	if serves(pid, data) {
		return fault.New(fault.Conflict, "有人用别的办法启动了 %s 里的数据库（进程号 %d），不能再启动一次。请先停掉它", data, pid)
	}
	return os.Remove(filepath.Join(data, "postmaster.pid"))
}

// postmaster reads the number of the process that runs, or last ran, a cluster; 0 where none is written.
func postmaster(data string) int {
	file, err := os.Open(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	defer file.Close()
	line, _ := bufio.NewReader(file).ReadString('\n')
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	return pid
}

func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
