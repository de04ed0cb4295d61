package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seedbed/domain/fault"
)

// pretend lays out a PostgreSQL of a version in a folder.
func pretend(t *testing.T, bin string, version string) string {
	t.Helper()
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "initdb"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %s (Debian)'\n", name, version)
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

// only leaves Find nothing but the given patterns.
func only(t *testing.T, patterns ...string) {
	t.Helper()
	t.Setenv("PATH", "/nowhere")
	t.Setenv(setting, "")
	before := places
	places = patterns
	t.Cleanup(func() { places = before })
}

func TestFindTakesTheNewest(t *testing.T) {
	root := t.TempDir()
	only(t, root+"/*/bin")
	pretend(t, root+"/9/bin", "9.6")
	pretend(t, root+"/17/bin", "17.2")
	old := pretend(t, root+"/15/bin", "15.14")
	if got, err := Find(); err != nil || got != root+"/17/bin" {
		t.Errorf("Find() = %s, %v", got, err)
	}
	if got, err := find("15"); err != nil || got != old {
		t.Errorf("for a cluster of 15: %s, %v", got, err)
	}
	_, err := find("16")
	refused(t, err, fault.Conflict, "16", "17", setting)
}

func TestFindPrefersSettingThenPath(t *testing.T) {
	root := t.TempDir()
	only(t, root+"/*/bin")
	pretend(t, root+"/17/bin", "17.2")
	path := pretend(t, root+"/path", "16.1")
	link := filepath.Join(root, "links")
	if err := os.Mkdir(link, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path+"/postgres", link+"/postgres"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", link)
	if got, err := Find(); err != nil || got != path {
		t.Errorf("by PATH: %s, %v", got, err)
	}
	set := pretend(t, root+"/set", "18.0")
	t.Setenv(setting, set)
	if got, err := Find(); err != nil || got != set {
		t.Errorf("by setting: %s, %v", got, err)
	}
	t.Setenv(setting, root)
	_, err := Find()
	refused(t, err, fault.Internal, setting, root)
}

func TestNoneSaysHowToGetOne(t *testing.T) {
	only(t)
	_, err := Find()
	refused(t, err, fault.Internal, "apt-get install --no-install-recommends postgresql", "brew install", "SEEDBED_DATABASE_URL")
	_, err = Start(t.Context(), Options{Fast: true})
	refused(t, err, fault.Internal, "apt-get install")
}
