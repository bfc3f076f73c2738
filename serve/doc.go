// Package serve answers predictions over HTTP: TensorFlow Serving's REST, the
// Open Inference Protocol (V2), and plain pictures. A server holds several
// models, runs what many clients send together (dynamic batching), refuses what
// it has no room for, and takes a new model file without missing a request.
//
// # What a page needs
//
// A page in a browser, such as the one given as Options.Page, works with three
// addresses of the same server. All answer JSON; a failure is {"error": "why"}
// with a status of 400 or more, and 503 carries Retry-After in seconds.
//
// GET /v1/models lists the models:
//
//	{"models": [{
//	  "name": "pets", "version": "1", "state": "AVAILABLE",
//	  "input": {"height": 150, "width": 150, "channels": 3},
//	  "classes": ["cats", "dogs"],
//	  "explain": true
//	}]}
//
// input is missing where the model takes no pictures, classes where it has no
// names for them; explain says whether the third address works.
//
// POST /v1/models/NAME/classify?top=5 takes a picture as the body, of any
// Content-Type but multipart/form-data, or any number of pictures as the files of a
// multipart/form-data body (the names of the fields do not matter). Without top,
// or with top=0, all classes are told, the likeliest first:
//
//	{"model": "pets", "version": "1", "predictions": [
//	  {"file": "cat.jpg", "classes": [
//	    {"class": "cats", "index": 0, "probability": 0.97},
//	    {"class": "dogs", "index": 1, "probability": 0.03}]},
//	  {"file": "torn.jpg", "error": "the file ends too early"}
//	]}
//
// file is the name that the multipart body gives, and "" for a plain one. Some
// of many pictures may fail, each with its error in place of classes; where all
// do, the status is 400 with the first one's error.
//
// POST /v1/models/NAME/explain takes a picture as the body or as the only file
// of a multipart body, and answers image/png: the picture with what spoke for
// the likeliest class (Grad-CAM). ?class=INDEX asks for another class.
//
// Where the server asks for a token, all addresses below /v1, /v2 (but the health
// checks), /classify and /metrics need the header "Authorization: Bearer TOKEN";
// without it they answer 401. Every other address is the page's, sets its own
// headers, and is open, so that the page can ask for the token.
package serve
