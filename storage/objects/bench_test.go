package objects_test

import (
	"bytes"
	"testing"

	"seedbed/storage/objects"
	"seedbed/storage/objects/objectstest"
)

// A phone's photo as the browser sends it: 200 KB, durable when acknowledged.
func benchmarkPut(b *testing.B, store objects.Store) {
	photo := content(200 << 10)
	b.SetBytes(int64(len(photo)))
	for n := range b.N {
		photo[n%len(photo)]++
		if _, err := store.Put(b.Context(), bytes.NewReader(photo), roomy); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutDisk(b *testing.B) {
	store, err := objects.NewDisk(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	benchmarkPut(b, store)
}

func BenchmarkPutS3(b *testing.B) { benchmarkPut(b, objectstest.StartS3(b).Store(b)) }
