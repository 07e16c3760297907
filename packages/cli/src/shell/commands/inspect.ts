import { formatNodeStats, formatRelativeTime } from "@hashmere/dht";
import { describeNode } from "../../dhtnode/node-info.ts";
import type { ShellCommand } from "../shell-command.ts";

export const nodeInformation: ShellCommand = {
  names: ["ll"],
  usage: "",
  summary: "Print basic information and stats about the current node.",
  run(_args, { node, proxies, print }) {
    print(describeNode(node));
    for (const family of [4, 6] as const) {
      print(`IPv${family} stats:\n${formatNodeStats(node.getNodesStats(family))}\n`);
    }
    for (const proxy of proxies.describe()) print(`${proxy}\n`);
  },
};

export const searches: ShellCommand = {
  names: ["ls"],
  usage: "[key]",
  summary: "Print basic information about current search(es).",
  run(args, { node, print }) {
    const key = args.hexKey();
    print(key ? node.getSearchLog(key) : node.getSearchesLog());
  },
};

export const storage: ShellCommand = {
  names: ["ld"],
  usage: "[key]",
  summary: "Print basic information about currently stored values on this node (or key).",
  run(args, { node, print }) {
    print(node.getStorageLog(args.hexKey()));
  },
};

export const routingTables: ShellCommand = {
  names: ["lr"],
  usage: "",
  summary: "Print the full current routing table of this node.",
  run(_args, { node, print }) {
    for (const family of [4, 6] as const) {
      print(`IPv${family} routing table:\n${node.getRoutingTablesLog(family)}\n`);
    }
  },
};

export const blacklist: ShellCommand = {
  names: ["lb"],
  usage: "",
  summary: "Print the addresses to which this node doesn't listen, since when and why.",
  run(_args, { node, print }) {
    const entries = node.getBlacklist();
    if (entries.length === 0) {
      print("Nobody is blacklisted.");
      return;
    }
    const rows = entries.map(({ address, since, reason }) => {
      const moment = `${new Date(since).toISOString().slice(0, 19).replace("T", " ")} UTC`;
      return `\t${address}, since ${moment} (${formatRelativeTime(since, Date.now())}): ${reason}`;
    });
    print(["Not listened to until this node ends:", ...rows].join("\n"));
  },
};

export const publicAddresses: ShellCommand = {
  names: ["la"],
  usage: "",
  summary: "Print the addresses under which other nodes see this one.",
  run(_args, { node, print }) {
    print(["Reported public addresses:", ...node.getPublicAddress().map(String)].join("\n"));
  },
};
