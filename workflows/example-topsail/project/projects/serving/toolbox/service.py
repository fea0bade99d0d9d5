"""The service: answers each request after a delay. Stands in for the model server of a cluster."""

import http.server
import pathlib
import sys
import time

address, delay_ms = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(float(delay_ms) / 1000)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"42\n")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
# The file appears with its whole text.
partial = pathlib.Path(f"{address}.partial")
partial.write_text(f"http://127.0.0.1:{server.server_port}/")
partial.rename(address)
server.serve_forever()
