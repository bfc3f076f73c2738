package serve_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lince-ml/lince/internal/restclient"
	"github.com/lince-ml/lince/serve"
)

// dialled returns a connection to a client's server, which everything must be
// over with in good time.
func dialled(t *testing.T, client restclient.Client) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(client.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

// TestUnfinishedBodiesHoldNothingUp: who is refused before its body has come is
// answered and left, however long a body may take to arrive.
func TestUnfinishedBodiesHoldNothingUp(t *testing.T) {
	client, stop := listening(t, serve.Options{Token: "secret", Limits: serve.Limits{Upload: time.Hour}})
	const bearer = "Authorization: Bearer secret\r\n"
	head := func(request, fields string) string {
		return request + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"
	}
	cases := []struct {
		what, begin string
		status      int
	}{
		{"no address", head("POST /v3", bearer+"Content-Length: 10\r\n"), 404},
		{"no token", head("POST /classify", "Content-Length: 10\r\n"), 401},
		{"a large body", head("POST /classify", "Content-Length: 10000000\r\n") + "abc", 401},
		{"too large a body", head("POST /classify", bearer+"Content-Length: 100000000\r\n") + "abc", 413},
		{"no model", head("POST /v1/models/absent:predict", bearer+"Content-Length: 10\r\n") + "{", 404},
		{"a strange host", "POST /classify HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\n", 421},
		{"a compressed body", head("POST /classify", bearer+"Content-Encoding: gzip\r\nContent-Length: 10\r\n"), 415},
		{"a body of a GET", head("GET /v1/models", bearer+"Content-Length: 10\r\n"), 200},
		{"a client that waits", head("POST /classify", "Expect: 100-continue\r\nContent-Length: 10\r\n"), 401},
	}
	readers := make([]*bufio.Reader, len(cases))
	for i, c := range cases {
		conn, reader := dialled(t, client)
		if _, err := io.WriteString(conn, c.begin); err != nil {
			t.Fatal(err)
		}
		readers[i] = reader
	}
	for i, c := range cases {
		answer, err := http.ReadResponse(readers[i], nil)
		if err != nil || answer.StatusCode != c.status || !answer.Close {
			t.Errorf("%s: %v %v, expected status %d and the end of the connection", c.what, answer, err, c.status)
			continue
		}
		if _, err := io.Copy(io.Discard, readers[i]); err != nil {
			t.Errorf("%s: the connection is not closed: %v", c.what, err)
		}
	}
	conn, _ := dialled(t, client)
	if _, err := io.WriteString(conn, head("POST /v3", bearer+"Content-Length: 10\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil { // which waits for requests half a minute
		t.Error(err)
	}
}

// TestRefusedConnectionsAreKept: a refusal costs no connection where the body is
// there, and the answer comes to who sends a large one first.
func TestRefusedConnectionsAreKept(t *testing.T) {
	client, _ := listening(t, serve.Options{Token: "secret"})
	conn, reader := dialled(t, client)
	for range 3 {
		if _, err := io.WriteString(conn, "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(reader, nil)
		if err != nil || answer.StatusCode != http.StatusUnauthorized || answer.Close {
			t.Fatalf("%v %v, expected status 401 and a connection that stays", answer, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(conn, "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n"+strings.Repeat("x", 20_000_000)); err != nil {
		t.Fatalf("the body is not taken: %v", err)
	}
	if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%v %v", answer, err)
	}
}

// TestCutOffBodiesAreNoBodies: what ends before its end is refused, by length and
// in chunks, even where the part is a whole picture.
func TestCutOffBodiesAreNoBodies(t *testing.T) {
	client, _ := listening(t, serve.Options{})
	content := string(drawing(t, 9, 9, 1))
	const begin = "POST /classify HTTP/1.1\r\nHost: localhost\r\n"
	chunk := strconv.FormatInt(int64(len(content)), 16) + "\r\n" + content + "\r\n"
	for _, c := range []struct {
		what, request string
		status        int
	}{
		{"whole chunks", begin + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n", 200},
		{"chunks without the last", begin + "Transfer-Encoding: chunked\r\n\r\n" + chunk, 400},
		{"a part of a chunk", begin + "Transfer-Encoding: chunked\r\n\r\n" + chunk[:len(chunk)-9], 400},
		{"less than its length", begin + "Content-Length: 100000\r\n\r\n" + content, 400},
	} {
		conn, reader := dialled(t, client)
		if _, err := io.WriteString(conn, c.request); err != nil {
			t.Fatal(err)
		}
		if c.status != http.StatusOK { // a client that ends its part is taken to be gone
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		answer, err := http.ReadResponse(reader, nil)
		if err != nil || answer.StatusCode != c.status {
			t.Errorf("%s: %v %v, expected status %d", c.what, answer, err, c.status)
			continue
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil || c.status == 400 && !strings.Contains(string(text), "cut off") {
			t.Errorf("%s: %q %v", c.what, text, err)
		}
	}
}
