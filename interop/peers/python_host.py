"""Runs DHT nodes of the `opendht` module for a program that speaks JSON lines.

Each input line is a request {"seq", "do", "node", …}; its answer is {"seq", "ok": true, …} or {"seq", "error"}.
Values heard by listeners arrive in between as {"listener", "value", "expired"}. The end of input ends everything.
"""

import base64
import datetime
import json
import os
import queue
import sys
import threading

import opendht

nodes = {}
listen_tokens = {}
output = queue.SimpleQueue()


def write_output():
    while True:
        sys.stdout.write(output.get() + "\n")
        sys.stdout.flush()


def send(message):
    # Never write from a callback: it holds the node's lock, and writing lets another thread run, which may hold Python's
    # own lock while it waits for the node's (the module's log functions do). Both would wait forever.
    output.put(json.dumps(message))


def picture(value):
    return {
        "id": str(value.id),
        "data": base64.b64encode(value.data).decode(),
        "userType": value.user_type,
    }


def key_of(request):
    return opendht.InfoHash.get(request["key"])


def run(request, answer):
    config = opendht.DhtConfig()
    config.setNetwork(request.get("network", 0))
    config.setRateLimit(-1, -1)
    config.setMaintainStorage(request["maintainStorage"])
    node = opendht.DhtRunner()
    node.run(port=request["port"], ipv4=request["ipv4"], ipv6=request["ipv6"], config=config)
    for number, seconds in request.get("types", []):
        node.registerType(opendht.ValueType(number, "short-lived", datetime.timedelta(seconds=seconds)))
    nodes[request["node"]] = node
    answer({"id": node.getNodeId().decode()})


def bootstrap(request, answer):
    nodes[request["node"]].bootstrap(request["host"], str(request["port"]))
    answer({})


def ping(request, answer):
    address = nodes[request["node"]].getBound()
    address.setPort(request["port"])
    nodes[request["node"]].ping(address, lambda ok: answer({"pong": ok}))


def put(request, answer):
    data = base64.b64decode(request["data"])
    # The module's second argument is the type, whatever its name says.
    value = opendht.Value(data, request["type"]) if "type" in request else opendht.Value(data)
    if "id" in request:
        value.id = int(request["id"])
    if "userType" in request:
        value.user_type = request["userType"]
    nodes[request["node"]].put(
        key_of(request), value, lambda ok, _: answer({"done": ok, "id": str(value.id)})
    )


def get(request, answer):
    values = []

    def on_value(value):
        values.append(picture(value))
        return True

    nodes[request["node"]].get(
        key_of(request),
        on_value,
        lambda ok, _: answer({"done": ok, "values": values}),
        where=opendht.Where(request.get("where", "")),
    )


def listen(request, answer):
    listener = request["listener"]

    def on_value(value, expired):
        send({"listener": listener, "value": picture(value), "expired": expired})
        return True

    listen_tokens[listener] = nodes[request["node"]].listen(key_of(request), on_value)
    answer({})


def cancel_listen(request, answer):
    nodes[request["node"]].cancelListen(listen_tokens.pop(request["listener"]))
    answer({})


def logs(request, answer):
    node = nodes[request["node"]]
    answer(
        {
            "storage": node.getStorageLog(),
            "routing4": node.getRoutingTablesLog(2),
            "routing6": node.getRoutingTablesLog(10),
        }
    )


def stop(request, answer):
    node = nodes.pop(request["node"])
    if request.get("graceful"):
        ended = threading.Event()
        node.shutdown(ended.set)
        ended.wait(10)
    node.join()
    answer({})


ACTIONS = {
    "run": run,
    "bootstrap": bootstrap,
    "ping": ping,
    "put": put,
    "get": get,
    "listen": listen,
    "cancelListen": cancel_listen,
    "logs": logs,
    "stop": stop,
}


def serve(line):
    request = json.loads(line)
    seq = request["seq"]
    try:
        ACTIONS[request["do"]](request, lambda result: send({"seq": seq, "ok": True, **result}))
    except Exception as error:
        send({"seq": seq, "error": f"{type(error).__name__}: {error}"})


threading.Thread(target=write_output, daemon=True).start()
for input_line in sys.stdin:
    # A join may block: no request waits for another one.
    threading.Thread(target=serve, args=(input_line,), daemon=True).start()
os._exit(0)
