import { PUSH_CLIENT_ID } from "../../proxy/client-options.ts";
import type { ShellCommand } from "../shell-command.ts";

export const useProxy: ShellCommand = {
  names: ["stt"],
  usage: "[url]",
  summary: "Act through a proxy: this one, or that of --proxyclient. What is listened to goes on.",
  async run(args, { node, print }) {
    const url = args.word();
    if (url !== undefined) await node.setProxyServer(url);
    await node.enableProxy(true);
    print("Acting through the proxy.");
  },
};

export const useNode: ShellCommand = {
  names: ["stp"],
  usage: "",
  summary: "Act as a node of the network again.",
  async run(_args, { node, print }) {
    await node.enableProxy(false);
    print("Acting as a node.");
  },
};

export const receivePush: ShellCommand = {
  names: ["rp"],
  usage: "<token>",
  summary: "Take a push notification with this token.",
  async run(args, { node }) {
    await node.pushNotificationReceived({ to: PUSH_CLIENT_ID, token: args.word() ?? "" });
  },
};
