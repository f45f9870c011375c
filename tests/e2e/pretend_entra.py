"""A pretend Entra ID: as much as Microsoft's sign-in libraries ask before they have a token, and the token.

Nobody checks the token's signature: Azurite looks at who it is for, who it is from and how long it is valid.
"""

import base64
import http.server
import json
import time
import urllib.parse

TENANT = "11111111-2222-3333-4444-555555555555"
HOST = "login.microsoftonline.com"


def token(audience):
    now = int(time.time())
    claims = {"aud": audience, "iss": f"https://sts.windows.net/{TENANT}/", "iat": now - 60, "nbf": now - 60,
              "exp": now + 3600, "tid": TENANT, "oid": TENANT, "sub": TENANT}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)] + [b"unsigned"]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


class PretendEntra(http.server.BaseHTTPRequestHandler):
    """A handler; to be served under HOST, for one tenant."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, body, status=200):
        bytes_ = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(bytes_)))
        self.end_headers()
        self.wfile.write(bytes_)

    def do_GET(self):
        path = self.path.partition("?")[0]
        of_tenant = f"https://{HOST}/{TENANT}"
        if path.endswith("/discovery/instance"):
            self.answer({"tenant_discovery_endpoint": f"{of_tenant}/v2.0/.well-known/openid-configuration",
                         "metadata": [{"preferred_network": HOST, "preferred_cache": HOST, "aliases": [HOST]}]})
        elif path.endswith("/openid-configuration"):
            self.answer({"issuer": f"{of_tenant}/v2.0", "token_endpoint": f"{of_tenant}/oauth2/v2.0/token",
                         "authorization_endpoint": f"{of_tenant}/oauth2/v2.0/authorize"})
        else:
            self.answer({"error": "not_found"}, status=404)

    def do_POST(self):
        """A token for what the scope names."""
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        audience = form["scope"][0].split(" ")[0].removesuffix("/.default")
        self.answer({"token_type": "Bearer", "expires_in": 3599, "access_token": token(audience)})
