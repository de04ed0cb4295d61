package embedded

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// locale sorts by code point but knows Chinese letters; with plain C neither case folding nor trigrams would see them.
const locale = "C.UTF-8"

// dieWithUs has the kernel ask the child for a fast shutdown when we end, even by kill -9.
func dieWithUs(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGINT }

// serves tells whether a process is a PostgreSQL on this cluster: PostgreSQL makes the cluster its working folder.
func serves(pid int, data string) bool {
	proc := "/proc/" + strconv.Itoa(pid)
	if cwd, err := os.Readlink(proc + "/cwd"); err == nil {
		return cwd == data
	}
	name, err := os.ReadFile(proc + "/comm")
	return err == nil && strings.TrimSpace(string(name)) == "postgres"
}
