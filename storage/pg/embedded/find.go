package embedded

import (
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"seedbed/domain/fault"
)

// setting names PostgreSQL's programs where they are in an unusual place.
const setting = "SEEDBED_PG_BIN"

// places are where packages put PostgreSQL's programs, one folder for each major version.
var places = []string{
	"/usr/lib/postgresql/*/bin",                // Debian, Ubuntu
	"/usr/pgsql-*/bin",                         // PostgreSQL's own packages for Fedora and its kin
	"/opt/homebrew/opt/postgresql@*/bin",       // Homebrew on Apple processors
	"/usr/local/opt/postgresql@*/bin",          // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/post*/bin", // Homebrew on Linux
}

// Find tells where PostgreSQL's programs are: the setting SEEDBED_PG_BIN, then PATH, then the newest installed package.
func Find() (string, error) { return find("") }

// find prefers the major version that made the cluster: PostgreSQL does not open another version's files.
func find(major string) (string, error) {
	if dir := os.Getenv(setting); dir != "" {
		if !complete(dir) {
			return "", fault.New(fault.Internal, "设置 %s 指的文件夹 %s 里没有 PostgreSQL 的 postgres 和 initdb 两个程序，请改正或去掉这个设置", setting, dir)
		}
		return fits(dir, major)
	}
	var found []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(real)) {
			found = append(found, filepath.Dir(real))
		}
	}
	found = append(found, installed()...)
	if len(found) == 0 {
		return "", fault.New(fault.Internal, "这台机器上没有 PostgreSQL 数据库。Debian 或 Ubuntu 请运行 apt-get install --no-install-recommends postgresql；苹果电脑请运行 brew install postgresql@17；也可以用 SEEDBED_DATABASE_URL 指定一个已有的数据库")
	}
	for _, dir := range found {
		if bin, err := fits(dir, major); err == nil {
			return bin, nil
		}
	}
	return fits(found[0], major)
}

// installed lists the packages' folders, newest first.
func installed() []string {
	var dirs []string
	for _, place := range places {
		matches, _ := filepath.Glob(place) // the patterns are constants
		for _, dir := range matches {
			if complete(dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	sort.SliceStable(dirs, func(a, b int) bool { return folderVersion(dirs[a]) > folderVersion(dirs[b]) })
	return dirs
}

// folderVersion is the major version a folder's name carries: 17 for /usr/lib/postgresql/17/bin and …/postgresql@17/bin.
func folderVersion(bin string) int {
	name := filepath.Base(filepath.Dir(bin))
	n, err := strconv.Atoi(name[strings.LastIndexAny(name, "@-")+1:])
	if err != nil {
		return 0
	}
	return n
}

func complete(dir string) bool {
	for _, name := range []string{"postgres", "initdb"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

// fits asks the program for its version where a cluster demands one.
func fits(dir, major string) (string, error) {
	if major == "" {
		return dir, nil
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output() // "postgres (PostgreSQL) 15.14 (Debian …)"
	if err != nil {
		return "", err
	}
	version := ""
	if words := strings.Fields(string(out)); len(words) > 2 {
		version, _, _ = strings.Cut(words[2], ".")
	}
	if version != major {
		return "", fault.New(fault.Conflict, "这里的数据是 PostgreSQL %s 版存的，而机器上装的是 %s 版，打不开。请装上 %s 版（数据不会丢），或者用 %s 指明它在哪里", major, version, major, setting)
	}
	return dir, nil
}

// clusterVersion is the major version that made a cluster, "" where there is none yet.
func clusterVersion(data string) string {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
