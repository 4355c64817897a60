package source

import (
	"runtime"
	"sync"
)

// Parallel calls f for every number below n, on all cores, and returns when all
// calls have.
func Parallel(n int, f func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}
