package objectstest

import "syscall"

// endWithTest makes the kernel end the child when the test process dies, even by a timeout that runs no cleanup.
func endWithTest() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
