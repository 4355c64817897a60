package source

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestNames(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.tf")
	for _, f := range []string{outside, filepath.Join(dir, "b.tf"), filepath.Join(dir, "a.tf")} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.tf"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"in.tf": "a.tf", "out.tf": outside} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	tree, err := OpenTree(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	got, err := tree.Names(".")
	if want := []string{"a.tf", "b.tf", "in.tf"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Names = %v, %v; want %v", got, err, want)
	}
	if got, err := tree.Names(".."); err == nil {
		t.Errorf("Names(..) = %v; want an error", got)
	}
	memory := MemoryTree(map[string][]byte{"x/a.tf": nil, "x/y/b.tf": nil})
	if got, _ := memory.Names("x"); !reflect.DeepEqual(got, []string{"a.tf"}) {
		t.Errorf("Names(x) of a memory tree = %v", got)
	}
}
