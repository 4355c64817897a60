package parsers

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/serverlens/serverlens/parsers/terraform"
)

// stat is os.Stat of what may be read: a pipe would be waited for.
func stat(p string) (os.FileInfo, error) {
	info, err := os.Stat(p)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: neither a file nor a folder; - reads standard input", p)
	}
	return info, err
}

// Root is the folder that the files of a scan are named relative to, and outside
// of which nothing is read: the top of the git work tree that encloses all paths,
// so that a file has the same name wherever in it the scan is started. Where there
// is none it is the deepest folder that encloses all paths; for templates that
// mention files by "../" it is one or two folders up, as far as they mention. It is
// "" where there is only "-".
func Root(paths []string) (string, error) {
	var narrow, wide string
	for _, p := range paths {
		if p == "-" {
			continue
		}
		info, err := stat(p)
		if err != nil {
			return "", err
		}
		dir, err := resolve(p)
		if err != nil {
			return "", err
		}
		n := 0
		if info.IsDir() {
			n = configurationAbove(dir)
		} else {
			n = mentionedAbove(dir)
			dir = filepath.Dir(dir)
		}
		up := dir
		for ; n > 0; n-- {
			up = above(up)
		}
		if narrow == "" {
			narrow, wide = dir, up
		}
		narrow, wide = enclosing(narrow, dir), enclosing(wide, up)
	}
	if narrow == "" {
		return "", nil
	}
	for dir := narrow; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return wide, nil
		}
	}
}

// above is the folder that holds dir, dir itself where that is the top.
func above(dir string) string {
	if up := filepath.Dir(dir); up != filepath.Dir(up) {
		return up
	}
	return dir
}

// enclosing is the deepest folder that encloses both.
func enclosing(a, b string) string {
	for a != b && !strings.HasPrefix(b, strings.TrimSuffix(a, string(filepath.Separator))+string(filepath.Separator)) {
		a = filepath.Dir(a)
	}
	return a
}

const maxSniffed = 1 << 20

// configurationAbove is how many folders up the Terraform configuration of a
// folder mentions files.
func configurationAbove(dir string) (n int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if e.Type().IsRegular() && terraform.IsConfig(e.Name()) {
			n = max(n, mentionedAbove(filepath.Join(dir, e.Name())))
		}
	}
	return n
}

// mentionedAbove is how many folders up a text mentions files, at most two.
func mentionedAbove(file string) int {
	f, err := os.Open(file)
	if err != nil {
		return 0
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSniffed))
	switch {
	case err != nil:
		return 0
	case bytes.Contains(text, []byte("../../")):
		return 2
	case bytes.Contains(text, []byte("../")):
		return 1
	}
	return 0
}
