package markup_test

import (
	"fmt"

	"github.com/lince-ml/lince/internal/markup"
)

func ExampleElement() {
	class := `cats"><script>alert(1)</script>`
	fmt.Print(markup.Element("p", markup.Class("path"), markup.Text(class)))
	// Output: <p class="path">cats&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>
}

func ExampleNode() {
	var nothing markup.Node
	fmt.Print(markup.Join(markup.Text("a < b"), nothing, markup.Element("strong", markup.Text("!"))))
	// Output: a &lt; b<strong>!</strong>
}

func ExampleAttribute() {
	fmt.Println(markup.Element("td", markup.Named("aria-label", `6" × 4"`), markup.Named("onclick", "alert(1)")))
	// Output: <td aria-label="6&#34; × 4&#34;"></td>
}

func ExamplePart() {
	cell := []markup.Part{markup.Class("right"), markup.Text("12")}
	fmt.Println(markup.Element("td", cell...))
	// Output: <td class="right">12</td>
}

func ExamplePicture() {
	dot := markup.NewPicture("image/svg+xml", []byte("<svg/>"))
	fmt.Print(markup.Element("img", markup.Source(dot), markup.Named("alt", "a dot")))
	// Output: <img src="data:image/svg+xml;base64,PHN2Zy8+" alt="a dot">
}
