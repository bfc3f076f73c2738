//go:build !unix

package main

// hangups stand for a signal that there is none of here.
type hangups struct{}

func catchHangups() hangups { return hangups{} }

func (hangups) release() {}

func (hangups) each(func()) (stop func()) { return func() {} }
