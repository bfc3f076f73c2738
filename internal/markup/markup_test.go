package markup_test

import (
	"strings"
	"testing"

	"github.com/lince-ml/lince/internal/markup"
)

// hostile are names that folders, files and layers may have.
var hostile = map[string]struct{ name, shown string }{
	"element":        {`<script>alert(1)</script>`, `&lt;script&gt;alert(1)&lt;/script&gt;`},
	"quotes":         {`" onerror="alert(1)`, `&#34; onerror=&#34;alert(1)`},
	"single quotes":  {`' autofocus onfocus='alert(1)`, `&#39; autofocus onfocus=&#39;alert(1)`},
	"reference":      {`&lt;b&gt; &#60;`, `&amp;lt;b&amp;gt; &amp;#60;`},
	"comment":        {`--><img src=x>`, `--&gt;&lt;img src=x&gt;`},
	"end of section": {`</title></style></pre>]]>`, `&lt;/title&gt;&lt;/style&gt;&lt;/pre&gt;]]&gt;`},
	"terminal":       {"\x1b[2J\a\x00", "␛[2J␇␀"},
	"return":         {"a\rb\vc\fd", "a␍b␋c␌d"},
	"deleted":        {"a\x7fb", "a␡b"},
	"C1":             {"a\u0085\u009b1m", "a\ufffd\ufffd1m"},
	"direction":      {"a\u202egpj.exe \u2066b\u2069", "a\ufffdgpj.exe \ufffdb\ufffd"},
	"no text":        {"a\xff\xfeb", "a\ufffd\ufffdb"},
	"innocent":       {"Äpfel\t日本\n👩‍🔬 שלום", "Äpfel\t日本\n👩‍🔬 שלום"},
}

func TestTextStaysText(t *testing.T) {
	for what, c := range hostile {
		if got := markup.Text(c.name).String(); got != c.shown {
			t.Errorf("%s: %q, expected %q", what, got, c.shown)
		}
		if got := markup.Textf("%s", c.name).String(); got != c.shown {
			t.Errorf("%s, formatted: %q, expected %q", what, got, c.shown)
		}
		got := markup.Element("img", markup.Named("alt", c.name)).String()
		if want := `<img alt="` + c.shown + "\">\n"; got != want {
			t.Errorf("%s, as an attribute: %q, expected %q", what, got, want)
		}
	}
}

// FuzzText looks for text that ends an attribute or opens an element.
func FuzzText(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		page := markup.Element("b", markup.Named("alt", text), markup.Text(text)).String()
		if strings.Count(page, "<") != 2 || strings.Count(page, ">") != 2 || strings.Count(page, `"`) != 2 || strings.Contains(page, "'") {
			t.Errorf("%q breaks out: %q", text, page)
		}
		for _, r := range page {
			if r < ' ' && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 {
				t.Errorf("%q leaves the control character %U", text, r)
			}
		}
	})
}

// TestAttributesThatAct: nothing that runs or fetches is made from a string.
func TestAttributesThatAct(t *testing.T) {
	const script = "javascript:alert(1)"
	for _, a := range []markup.Attribute{
		markup.Named("href", script), markup.Named("src", script), markup.Named("srcdoc", script), markup.Named("srcset", script),
		markup.Named("action", script), markup.Named("formaction", script), markup.Named("style", script), markup.Named("onclick", script),
		markup.Named("ONLOAD", script), markup.Named("href ", script), markup.Named("alt href", script), markup.Named("", script), {},
	} {
		if got := markup.Element("a", a).String(); got != "<a></a>" {
			t.Errorf("there is an attribute: %s", got)
		}
	}
}

func TestElements(t *testing.T) {
	picture := markup.NewPicture("image/png", []byte{0xfb, 0xff})
	for want, got := range map[string]markup.Node{
		"<p class=\"path\" id=\"a\">b<i></i>c</p>\n": markup.Element("p", markup.Text("b"), markup.Class("path"), markup.Element("i"), markup.ID("a"), markup.Text("c")),
		`<a href="#top">up</a>`:                      markup.Element("a", markup.To("top"), markup.Text("up")),
		"<img src=\"data:image/png;base64,+/8=\">\n": markup.Element("img", markup.Source(picture), markup.Text("left out")),
		"<link rel=\"icon\" href=\"data:,\">\n":      markup.Icon(markup.Picture{}),
		`<script></script>`:                          markup.Element("script", markup.Text("alert(1)")),
		"<style>a{}<\\/style><script></style>\n":     markup.Style("a{}</style><script>"),
		"<i></i><b></b>":                             markup.Join(markup.Element("i"), markup.Node{}, markup.Element("b")),
		"0a1b":                                       markup.Each([]string{"a", "b"}, func(i int, s string) markup.Node { return markup.Textf("%d%s", i, s) }),
	} {
		if got.String() != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
	if picture.Empty() || !(markup.Picture{}).Empty() {
		t.Error("an empty picture is none, another is one")
	}
}
