//go:build !unix

package terraform

import "errors"

func makePipe(string) error { return errors.ErrUnsupported }
