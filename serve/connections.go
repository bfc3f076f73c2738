package serve

import (
	"net"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// limited is a listener with a limit of open connections. The system keeps
// those beyond it waiting.
type limited struct {
	net.Listener
	places chan struct{}
	open   prometheus.Gauge
	closed chan struct{}
	once   sync.Once
}

func limitConnections(l net.Listener, most int, open prometheus.Gauge) net.Listener {
	return &limited{Listener: l, places: make(chan struct{}, most), open: open, closed: make(chan struct{})}
}

// Accept waits for a connection, and for a place.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	l.open.Inc()
	return &connection{Conn: conn, listener: l}, nil
}

// Close closes the listener, also for an Accept that waits for a place.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type connection struct {
	net.Conn
	listener *limited
	once     sync.Once
}

func (c *connection) Close() error {
	c.once.Do(func() {
		<-c.listener.places
		c.listener.open.Dec()
	})
	return c.Conn.Close()
}

// CloseWrite ends the answers and not the requests, so that net/http can take
// what a client is still sending.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// isLoopback reports whether only this machine can reach an address.
func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
