//go:build !linux

package embedded

import "os/exec"

// locale of macOS, which has had no C.UTF-8 for most of its life.
const locale = "en_US.UTF-8"

// dieWithUs does nothing: only Linux tells a child of its parent's death. The next start stops the orphan instead.
func dieWithUs(*exec.Cmd) {}

// serves trusts the number in postmaster.pid: there is no portable way to ask more.
func serves(pid int, _ string) bool { return alive(pid) }
