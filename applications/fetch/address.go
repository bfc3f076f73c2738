package fetch

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"time"
)

func parseAddress(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	if address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return nil, fmt.Errorf("the address %q, expected one that begins with https:// or http://", text)
	}
	return address, nil
}

// lastPart is the name that an address ends with.
func lastPart(address *url.URL) string { return path.Base(address.Path) }

// How long a server may take before it sends anything.
const (
	dialTime      = 15 * time.Second
	handshakeTime = 15 * time.Second
	maxRedirects  = 10
)

// NewHTTP returns the client that is used where Client.HTTP is nil, for callers
// that change a part of it.
func NewHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: dialTime}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext,
			TLSHandshakeTimeout: handshakeTime, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		},
		CheckRedirect: checkRedirect,
	}
}

func checkRedirect(next *http.Request, before []*http.Request) error {
	if len(before) >= maxRedirects {
		return permanent{fmt.Errorf("more than %d redirections", maxRedirects)}
	}
	if before[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return permanent{fmt.Errorf("a redirection from https to %s, which is not followed", next.URL.Redacted())}
	}
	return nil
}
