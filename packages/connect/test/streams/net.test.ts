import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { ChannelListener, connectChannel } from "../../src/streams/index.ts";
import { settle } from "../support/virtual-time.ts";
import { DEVICE, TwoDevices } from "./two-devices.ts";

describe("a listener", () => {
  test("hands out the channels of its name, and declines others", async () => {
    const { opener, acceptor } = new TwoDevices();
    new ChannelListener(acceptor, "echo").on("connection", (socket) => socket.pipe(socket));
    const channel = await opener.connect(DEVICE, "echo", {});
    channel.end("and back");
    expect(await text(channel)).toBe("and back");
    await expect(opener.connect(DEVICE, "other", {})).rejects.toMatchObject({ code: "ERR_DECLINED" });
  });

  test("declines more than it may have, and all when it is closed", async () => {
    const { opener, acceptor } = new TwoDevices();
    const listener = new ChannelListener(acceptor, "echo");
    listener.on("connection", (socket) => socket.resume()).maxConnections = 1;
    const channel = await opener.connect(DEVICE, "echo", {});
    await settle();
    await expect(opener.connect(DEVICE, "echo", {})).rejects.toMatchObject({ code: "ERR_DECLINED" });
    const closing = listener.close();
    await expect(opener.connect(DEVICE, "echo", {})).rejects.toMatchObject({ code: "ERR_DECLINED" });
    channel.destroy();
    await closing;
    expect(listener.listening).toBe(false);
  });

  test("feeds a server of another make", async () => {
    const { opener, acceptor } = new TwoDevices();
    new ChannelListener(acceptor, "net").serve(createServer((socket) => socket.end("from a net.Server")));
    expect(await text(await opener.connect(DEVICE, "net", {}))).toBe("from a net.Server");
  });

  test("gives its sockets a timeout that traffic puts off", async () => {
    const { opener, acceptor } = new TwoDevices();
    const listener = new ChannelListener(acceptor, "idle");
    const connected = once(listener, "connection");
    await opener.connect(DEVICE, "idle", {});
    const [socket] = await connected;
    await once(socket.setTimeout(1).setNoDelay().setKeepAlive().ref().unref(), "timeout");
    socket.setTimeout(0);
  });
});

describe("a channel that is there at once", () => {
  test("takes what is written before it is open, and says when it is", async () => {
    const { opener, acceptor } = new TwoDevices();
    new ChannelListener(acceptor, "echo").on("connection", (socket) => socket.pipe(socket));
    const socket = connectChannel(opener, DEVICE, "echo");
    const connected = once(socket, "connect");
    socket.write("early ");
    await connected;
    socket.end("late");
    expect(await text(socket)).toBe("early late");
  });

  test("carries megabytes at the pace of the slower side", async () => {
    const { opener, acceptor } = new TwoDevices();
    new ChannelListener(acceptor, "echo").on("connection", (socket) => socket.pipe(socket));
    const socket = connectChannel(opener, DEVICE, "echo");
    socket.end(Buffer.alloc(5_000_000, "x"));
    expect((await text(socket)).length).toBe(5_000_000);
  });

  test("fails with the reason when it can't be opened", async () => {
    const { opener } = new TwoDevices();
    const [error] = await once(connectChannel(opener, "nobody", "echo"), "error").catch((reason) => [reason]);
    expect(error).toMatchObject({ code: "ERR_NO_CERTIFICATE" });
  });

  test("can be given up before it is open", async () => {
    const { opener, acceptor, pair } = new TwoDevices();
    new ChannelListener(acceptor, "echo").on("connection", (socket) => socket.resume());
    const socket = connectChannel(opener, DEVICE, "echo");
    socket.destroy();
    await once(socket, "close");
    await settle();
    expect(pair.a.channels.size).toBe(0);
  });

  test("ends with an error when the link breaks", async () => {
    const { opener, acceptor, pair } = new TwoDevices();
    new ChannelListener(acceptor, "echo").on("connection", (socket) => socket.resume());
    const socket = connectChannel(opener, DEVICE, "echo");
    await once(socket, "connect");
    pair.streams[0].destroy(new Error("reset"));
    const [error] = await once(socket, "error").catch((reason) => [reason]);
    expect(error).toMatchObject({ code: "ERR_LINK_LOST" });
  });
});
