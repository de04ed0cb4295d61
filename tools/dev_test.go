// Package tools_test tries ./dev where things are missing.
package tools_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a copy of ./dev with a PATH of its own: what dev itself needs, and nothing else but what the test adds.
type machine struct {
	t         *testing.T
	dir, path string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	m := machine{t: t, dir: t.TempDir(), path: t.TempDir()}
	for _, file := range []string{"dev", "go.mod"} {
		text, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(m.dir, file), text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"bash", "env", "cat", "dirname", "find", "mkdir", "sed", "tr", "uname"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(m.path, name)); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// has adds a program to the machine.
func (m machine) has(name, script string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.path, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// dev runs it and tells its first line, everything it said, and its exit status.
func (m machine) dev(args ...string) (first, all string, status int) {
	m.t.Helper()
	cmd := exec.Command(filepath.Join(m.dir, "dev"), args...)
	cmd.Env = []string{"PATH=" + m.path, "HOME=" + m.dir, "SEEDBED_PG_BIN=/given"}
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status = exit.ExitCode()
	} else if err != nil {
		m.t.Fatal(err)
	}
	line, _, _ := bytes.Cut(out, []byte("\n"))
	return string(line), string(out), status
}

func (m machine) says(first, word string) {
	m.t.Helper()
	if !strings.Contains(first, word) {
		m.t.Errorf("the first line does not say %q: %s", word, first)
	}
}

func TestBareListsTheVerbs(t *testing.T) {
	m := newMachine(t)
	_, all, status := m.dev()
	for _, verb := range []string{"run", "test", "lint", "generate", "golden", "bench", "screens", "fmt", "help"} {
		if !strings.Contains(all, "\n  "+verb+" ") {
			t.Errorf("%s is not listed", verb)
		}
	}
	if status != 0 {
		t.Errorf("exit %d", status)
	}
	if first, _, status := m.dev("fly"); status != 2 || !strings.Contains(first, "fly") {
		t.Errorf("an unknown verb: %q, exit %d", first, status)
	}
}

func TestAdministratorIsAsked(t *testing.T) {
	m := newMachine(t)
	m.has("go", "exit 0")
	m.has("apt-get", "echo apt-get must not be run; exit 9")
	m.has("id", "echo 1000")
	m.has("chromium", "")
	first, all, status := m.dev("test")
	m.says(first, "apt-get update && apt-get install -y --no-install-recommends redis-server")
	if status != 3 || strings.Contains(all, "must not be run") || strings.Contains(all, "chromium") {
		t.Errorf("exit %d:\n%s", status, all)
	}
}

func TestOtherSystemsAreToldTheNames(t *testing.T) {
	m := newMachine(t)
	m.has("go", "exit 0")
	m.has("id", "echo 0")
	m.has("chromium", "")
	first, _, status := m.dev("test")
	m.says(first, "redis-server")
	m.says(first, "brew install")
	if status != 3 {
		t.Errorf("exit %d", status)
	}
}

func TestFailedInstallIsTold(t *testing.T) {
	m := newMachine(t)
	for _, name := range []string{"tail", "rm", "chmod", "tee"} {
		m.has(name, "exit 0") // nothing of this machine is touched
	}
	m.has("tail", `echo "E: Unable to fetch some archives"`)
	m.has("go", "exit 0")
	m.has("id", "echo 0")
	m.has("chromium", "")
	m.has("apt-get", "exit 100")
	_, all, status := m.dev("test")
	if status == 0 || !strings.Contains(all, "没有装成 redis-server") || !strings.Contains(all, "Unable to fetch") {
		t.Errorf("exit %d:\n%s", status, all)
	}
}
