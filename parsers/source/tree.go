package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// DefaultMaxFileSize is how many bytes a file may have unless more is asked for.
// CloudFormation's own limit for a template in Amazon S3 is 1 MB (AWS
// CloudFormation User Guide, CloudFormation quotas).
const DefaultMaxFileSize = 4 << 20

// Limits of the files of one scan.
const (
	maxFiles     = 100_000
	maxTotalSize = 1 << 30
	maxWalkDepth = 64
)

// Tree reads files below one folder and none outside it, whatever the path or
// the symbolic links on the way; regular files only, each up to a size. It keeps
// what it has read. It is safe for concurrent use.
type Tree struct {
	root  *os.Root
	max   int64
	mu    sync.Mutex
	files map[string][]byte
	total int64
}

// OpenTree opens the folder dir. maxFileSize is in bytes, 0 means
// DefaultMaxFileSize.
func OpenTree(dir string, maxFileSize int64) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if maxFileSize <= 0 {
		maxFileSize = DefaultMaxFileSize
	}
	return &Tree{root: root, max: maxFileSize, files: map[string][]byte{}}, nil
}

// MemoryTree is a tree of the given files, by slash-separated path.
func MemoryTree(files map[string][]byte) *Tree {
	return &Tree{max: DefaultMaxFileSize, files: files}
}

// Close lets go of the folder.
func (t *Tree) Close() error {
	if t.root == nil {
		return nil
	}
	return t.root.Close()
}

// Read is the content of a file, named by its slash-separated path relative to
// the tree's folder. The error says why there is none: fs.ErrNotExist, outside
// the folder, not a regular file, too large.
func (t *Tree) Read(name string) ([]byte, error) {
	name = path.Clean(name)
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("%s: outside the folder that is scanned", name)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if b, ok := t.files[name]; ok {
		return b, nil
	}
	if t.root == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	b, err := t.read(name)
	if err != nil {
		return nil, err
	}
	t.total += int64(len(b))
	t.files[name] = b
	return b, nil
}

func (t *Tree) read(name string) ([]byte, error) {
	info, err := t.root.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", name)
	case info.Size() > t.max:
		return nil, fmt.Errorf("%s: %d bytes, more than the limit of %d (--max-file-size)", name, info.Size(), t.max)
	case t.total+info.Size() > maxTotalSize:
		return nil, fmt.Errorf("%s: the files of this scan have more than %d bytes together", name, maxTotalSize)
	}
	f, err := t.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(info.Size()) + bytes.MinRead) // all of it in one piece
	if _, err = b.ReadFrom(io.LimitReader(f, t.max+1)); err == nil && int64(b.Len()) > t.max {
		err = fmt.Errorf("%s: more than %d bytes (--max-file-size)", name, t.max)
	}
	return b.Bytes(), err
}

// Names lists the regular files of the folder dir, symbolic links to one
// included, by their names in it, sorted.
func (t *Tree) Names(dir string) ([]string, error) {
	dir = path.Clean(dir)
	if !filepath.IsLocal(filepath.FromSlash(dir)) {
		return nil, fmt.Errorf("%s: outside the folder that is scanned", dir)
	}
	var names []string
	if t.root == nil {
		for name := range t.files {
			if path.Dir(name) == dir {
				names = append(names, path.Base(name))
			}
		}
		slices.Sort(names)
		return names, nil
	}
	f, err := t.root.Open(filepath.FromSlash(dir))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(maxFiles)
	if err != nil && err != io.EOF {
		return nil, err
	}
	for _, e := range entries {
		regular := e.Type().IsRegular()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := t.root.Stat(filepath.FromSlash(path.Join(dir, e.Name())))
			regular = err == nil && info.Mode().IsRegular()
		}
		if regular {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// ErrTooManyFiles is what Walk returns beyond its limit.
var ErrTooManyFiles = fmt.Errorf("more than %d files", maxFiles)

// Walk calls visit for every regular file below dir, in lexical order. It does
// not follow symbolic links. skip is asked for the name of each folder below dir;
// closed is told of each that cannot be read.
func (t *Tree) Walk(dir string, skip func(name string) bool, closed func(name string, err error) error, visit func(name string, size int64) error) error {
	if t.root == nil {
		return t.walkMemory(dir, visit)
	}
	n := 0
	return fs.WalkDir(t.root.FS(), path.Clean(dir), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return closed(name, err)
		case d.IsDir():
			if name != path.Clean(dir) && (skip(d.Name()) || strings.Count(name, "/") > maxWalkDepth) {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		if n++; n > maxFiles {
			return ErrTooManyFiles
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return visit(name, info.Size())
	})
}

func (t *Tree) walkMemory(dir string, visit func(string, int64) error) error {
	dir = path.Clean(dir)
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if dir == "." || name == dir || strings.HasPrefix(name, dir+"/") {
			if err := visit(name, int64(len(t.files[name]))); err != nil {
				return err
			}
		}
	}
	return nil
}

// Forget lets go of a file that was read and turned out to be of no use.
func (t *Tree) Forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.root == nil {
		return
	}
	t.total -= int64(len(t.files[path.Clean(name)]))
	delete(t.files, path.Clean(name))
}

// Files is what was read so far: the content by path.
func (t *Tree) Files() map[string][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.files)
}

// Has reports whether Read reads a file of that name.
func (t *Tree) Has(name string) bool {
	_, err := t.Read(name)
	return err == nil
}
