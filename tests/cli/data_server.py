#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A web server with every fault that a download may meet, for tests: data_server.py FOLDER [CERTIFICATE].

Makes archives in FOLDER, writes its port to FOLDER/port and each request to FOLDER/log. The first part of an address
says how the server behaves, the last which archive it sends:

    /good/     as servers do, ranges included       /whole/    without ranges: always all of it
    /pieces/   breaks off after each 3000 bytes     /cut/      breaks off at 3000 bytes, whatever is asked
    /silent/   says nothing for a long time         /redirect/ to /good/
    /loop/     to itself, for ever                  /tofile/   to a file of this machine
    /busy/     answers 503 twice, then is /good/    /slow/     takes 3 seconds
    /beside/   with NAME.md5 beside it              /belied/   with a wrong one
    /KIND/     the archive KIND.zip instead: see KINDS
"""

import hashlib
import http.server
import pathlib
import random
import ssl
import sys
import time
import zipfile

PIECE = 3000
folder = pathlib.Path(sys.argv[1])
rng = random.Random(7)
RATINGS = "".join(f"{u}\t{i}\t{rng.randint(1, 5)}\t{880000000 + rng.randint(0, 9999999)}\n"
                  for u in range(1, 41) for i in rng.sample(range(1, 61), 25))
ITEMS = "".join(f"{i}|Film {i} (1999)|01-Jan-1999||http://x|{'|'.join('0' * 18)}|1\n" for i in range(1, 61))
JESTER = "".join(f"{u}\t\t{i}\t\t{rng.uniform(-10, 10):.3f}\n" for u in range(1, 41) for i in range(1, 21))
SET = {"ml-100k/u.data": RATINGS, "ml-100k/u.item": ITEMS, "__MACOSX/._u.data": "litter"}


def link(name):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (0o120777 << 16)
    return entry


KINDS = {
    "ml-100k": SET,
    "jester_dataset_2": {"jester_ratings.dat": JESTER},
    "empty": {"README": "nothing else"},
    "upwards": {**SET, "../evil": "x"},
    "inside-upwards": {**SET, "ml-100k/../../evil": "x"},
    "absolute": {**SET, "/tmp/evil": "x"},
    "backslash": {**SET, "..\\evil": "x"},
    "link": {**SET, link("ml-100k/evil"): "/etc/passwd"},
    "bomb": {**SET, "ml-100k/zeros": "\0" * (80 << 20)},
    "bombs": {**SET, **{f"ml-100k/zeros{n}": "\0" * (20 << 20) for n in range(4)}},
}


def make_archives():
    for kind, files in KINDS.items():
        with zipfile.ZipFile(folder / f"{kind}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text)
    whole = (folder / "ml-100k.zip").read_bytes()
    (folder / "damaged.zip").write_bytes(whole[:2000] + bytes(b ^ 0x55 for b in whole[2000:2100]) + whole[2100:])
    (folder / "cut-off.zip").write_bytes(whole[: len(whole) // 2])
    (folder / "page.zip").write_text("<html>Please log in to this network</html>")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        with open(folder / "log", "a") as log:
            log.write(f"{self.path} {self.headers.get('Range', '')}\n")

    def nothing(self, code, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def write_slowly(self, content, pieces=6, seconds=3):
        step = len(content) // pieces + 1
        for begin in range(0, len(content), step):
            self.wfile.write(content[begin : begin + step])
            self.wfile.flush()
            time.sleep(seconds / pieces)

    def send(self, content, ranges=True, most=None, slowly=False):
        first = int(self.headers["Range"][6:].split("-")[0]) if ranges and "Range" in self.headers else 0
        if first >= len(content) > 0:
            self.nothing(416)
            return
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        if slowly:
            self.write_slowly(content[first:])
        else:
            self.wfile.write(content[first:][:most])
        if most is not None:
            self.close_connection = True

    def do_GET(self):
        how, _, name = self.path[1:].rpartition("/")
        path = folder / (f"{how}.zip" if how in KINDS or (folder / f"{how}.zip").exists() else name)
        if how == "silent":
            time.sleep(20)
        elif how in ("redirect", "loop", "tofile"):
            to = {"redirect": f"/good/{name}", "loop": f"/loop/{name}", "tofile": "file:///etc/passwd"}[how]
            self.nothing(302, Location=to)
        elif name.endswith(".md5") and how in ("beside", "belied"):
            digest = hashlib.md5((folder / name[:-4]).read_bytes()).hexdigest()
            self.send((f"MD5 ({name[:-4]}) = {digest if how == 'beside' else digest[::-1]}\n").encode())
        elif how == "busy" and self.server.turned_away < 2:
            self.server.turned_away += 1
            self.nothing(503)
        elif not path.exists() or how == "missing":
            self.nothing(404)
        elif how == "pieces":
            self.send(path.read_bytes(), most=PIECE)
        elif how == "cut":
            self.send(path.read_bytes(), ranges=False, most=PIECE)
        else:
            self.send(path.read_bytes(), ranges=how != "whole", slowly=how == "slow")


make_archives()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.turned_away = 0
if len(sys.argv) > 2:
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.load_cert_chain(sys.argv[2])
    server.socket = certificate.wrap_socket(server.socket, server_side=True)
(folder / "port.new").write_text(str(server.server_address[1]))
(folder / "port.new").rename(folder / "port")
server.serve_forever()
