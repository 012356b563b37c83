"""Readers over a slow line: `slow_reader.py host port path readers` says how many bytes each got, and their digest.

A receive buffer of fixed size, which Node cannot ask for, makes whoever sends 8 MB wait on any machine: one that grows
would take all of it."""

import concurrent.futures
import hashlib
import json
import socket
import sys
import time

RECEIVE_BUFFER = 16384
PAUSE_SECONDS = 0.002
LONGEST_SECONDS = 60


def read(host, port, path):
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        line.settimeout(LONGEST_SECONDS)
        line.connect((host, port))
        line.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        digest, received, head = hashlib.sha256(), 0, b""
        try:
            while b"\r\n\r\n" not in head:
                head += line.recv(RECEIVE_BUFFER) or b"\r\n\r\n"
            chunk = head.split(b"\r\n\r\n", 1)[1]
            while True:
                digest.update(chunk)
                received += len(chunk)
                time.sleep(PAUSE_SECONDS)
                chunk = line.recv(RECEIVE_BUFFER)
                if not chunk:
                    break
        except OSError:
            pass
        return {"bytes": received, "sha256": digest.hexdigest()}


host, port, path, readers = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
with concurrent.futures.ThreadPoolExecutor(readers) as pool:
    print(json.dumps(list(pool.map(lambda _: read(host, port, path), range(readers)))))
