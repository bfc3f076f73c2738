// Package fetch brings published files of weights to this machine, once.
//
// A file is looked for in Lince's cache and in Keras' own (which is read and
// never written), then downloaded: from mirrors, then from its official
// address. What was cut off is resumed, failures that may pass are tried again
// after a growing, random wait, and the published checksum is compared while
// the bytes come in. Only a whole and right file gets its name in the cache. A
// lock of the operating system makes other processes wait instead of fetching
// the same; it ends with the process that holds it.
package fetch
