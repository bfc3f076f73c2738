package watch

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// admit lets those in who may see the page: everybody on the loopback interface
// who calls it by a loopback name (a foreign page whose name was made to lead
// here does not), and whoever has the token elsewhere. The token of the printed
// address becomes a cookie, so that it stands in the address once.
func (s *Server) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token == "" {
			if !loopbackHost(r.Host) {
				http.Error(w, fmt.Sprintf("this page answers to localhost alone, not to %q", r.Host), http.StatusMisdirectedRequest)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodGet && r.URL.Query().Has("token") && s.knows(r.URL.Query().Get("token")) {
			http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: s.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			http.Redirect(w, r, (&url.URL{Path: r.URL.Path}).String(), http.StatusSeeOther)
			return
		}
		if cookie, err := r.Cookie(s.cookie()); err == nil && s.knows(cookie.Value) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, "this page is shown to those alone who open the whole address that lince printed, with its token", http.StatusUnauthorized)
	})
}

// knows compares in a time that tells nothing of the token.
func (s *Server) knows(token string) bool {
	given, kept := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.token))
	return subtle.ConstantTimeCompare(given[:], kept[:]) == 1
}

// cookie differs between servers of one machine, whose cookies ports do not
// keep apart.
func (s *Server) cookie() string {
	sum := sha256.Sum256([]byte("the name of the cookie of " + s.token))
	return fmt.Sprintf("lince-watch-%x", sum[:4])
}

func loopbackHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if len(name) > 2 && name[0] == '[' && name[len(name)-1] == ']' {
		name = name[1 : len(name)-1]
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
