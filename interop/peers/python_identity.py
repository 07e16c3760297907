"""Runs one node of the `opendht` module with an identity of its own: `python_identity.py PORT NETWORK BOOTSTRAP_PORT`.

Prints the short id of its key. Each input line is a key; the answer is one line of JSON with the values found there.
"""

import json
import os
import sys
import threading

import opendht

port, network, bootstrap_port = sys.argv[1:]
identity = opendht.Identity.generate("python", opendht.Identity(), 2048)
config = opendht.DhtConfig()
config.setNetwork(int(network))
config.setRateLimit(-1, -1)
config.setIdentity(identity)
node = opendht.DhtRunner()
node.run(port=int(port), ipv4="127.0.0.1", ipv6="", config=config)
node.bootstrap("127.0.0.1", bootstrap_port)
print(identity.publickey.getId().toString().decode(), flush=True)


def picture(value):
    return {"id": str(value.id), "text": value.data.decode()}


for line in sys.stdin:
    ended = threading.Event()
    found = []

    def on_value(value):
        found.append(picture(value))
        return True

    node.get(opendht.InfoHash.get(line.strip()), on_value, lambda ok, nodes: ended.set())
    ended.wait(30)
    print(json.dumps(found), flush=True)
os._exit(0)
