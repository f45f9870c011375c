"""Prints one page, fetched through the proxy that HTTPS_PROXY names."""

import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=30) as page:
    print(page.read().decode())
