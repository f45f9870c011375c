// Prints one page, fetched through the proxy that HTTPS_PROXY names.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	page, err := http.Get(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer page.Body.Close()
	if _, err := io.Copy(os.Stdout, page.Body); err != nil {
		log.Fatal(err)
	}
}
