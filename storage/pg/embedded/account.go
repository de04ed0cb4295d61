package embedded

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"seedbed/domain/fault"
)

// account is the user PostgreSQL runs as: ourselves, unless we are root.
type account struct {
	name     string
	uid, gid uint32
	other    bool // not ourselves: credentials are switched and folders handed over
}

// runAs chooses the account for a cluster; a cluster that exists keeps its owner.
func runAs(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: "uid " + strconv.Itoa(os.Geteuid()), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	if info, err := os.Stat(data); err == nil {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
			return account{name: "uid " + strconv.FormatUint(uint64(owner.Uid), 10), uid: owner.Uid, gid: owner.Gid, other: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		known, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(known.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(known.Gid, 10, 32)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return account{name: name, uid: uint32(uid), gid: uint32(gid), other: true}, nil
		}
	}
	return account{}, fault.New(fault.Internal, "PostgreSQL 不能用 root 运行，而这台机器上没有 postgres 或 nobody 用户。请用普通用户运行本程序")
}

// apply makes a command run as the account.
func (a account) apply(cmd *exec.Cmd) {
	// A group of its own: Ctrl-C in a terminal reaches only us, and we stop PostgreSQL after the last request.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// own hands a folder to the account.
func (a account) own(dir string) error {
	if !a.other {
		return nil
	}
	if err := os.Chown(dir, int(a.uid), int(a.gid)); err != nil {
		return unwritable(err, dir)
	}
	return nil
}

// canEnter checks that the account may pass through every folder down to dir; PostgreSQL's own complaint would be
// about a file that exists.
func (a account) canEnter(dir string) error {
	if !a.other {
		return nil
	}
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if !a.passes(info) {
			return fault.New(fault.Internal, "数据库要用 %s 这个用户运行，它进不了文件夹 %s。请换一个文件夹，例如 /var/lib/seedbed；或者运行 chmod o+x %s 让它进去", a.name, dir, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (a account) passes(info os.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	mode := info.Mode().Perm()
	switch {
	case owner.Uid == a.uid:
		return mode&0o100 != 0
	case owner.Gid == a.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

// socketFolder makes a folder with a short random name that only the account can enter: a socket's path has little room.
func (a account) socketFolder() (string, error) {
	base := os.Getenv("XDG_RUNTIME_DIR")
	if info, err := os.Stat(base); a.other || base == "" || err != nil || !info.IsDir() ||
		len(base)+len("/"+socketPrefix+"0123456789/"+socketName) > socketLimit {
		base = "/tmp"
	}
	folder, err := os.MkdirTemp(base, socketPrefix)
	if err != nil {
		return "", err
	}
	return folder, a.own(folder)
}
