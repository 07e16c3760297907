import { Where } from "@hashmere/dht";
import { printable } from "../../output/printable.ts";
import { inBatches } from "../in-batches.ts";
import type { ShellCommand } from "../shell-command.ts";
import { ShellError } from "../shell-error.ts";

export const listen: ShellCommand = {
  names: ["l"],
  usage: "<key> [where]",
  summary: "Listen for value changes at <key>.",
  async run(args, { node, listens, print }) {
    const key = args.key();
    const listener = node.listen(key, { where: Where.parse(args.rest()) });
    const token = Math.max(0, ...listens.keys()) + 1;
    listens.set(token, { key, cancel: () => listener.cancel() });
    let total = 0;
    let isAnnounced = false;
    const announce = () => {
      if (!isAnnounced) print(`Listening, token: ${token}`);
      isAnnounced = true;
    };
    const announced = listener.ready.then(() => setImmediate(announce));
    for await (const events of inBatches(listener)) {
      const appeared = events.filter(({ expired }) => !expired);
      const expired = events.filter(({ expired }) => expired);
      total += appeared.length - expired.length;
      for (const [list, what] of [
        [appeared, "values"],
        [expired, "values expired"],
      ] as const) {
        if (list.length === 0) continue;
        print(
          `Listen: found ${list.length} ${what} (total ${total})${list.map(({ value }) => `\n\t${printable(String(value))}`).join("")}`,
        );
      }
    }
    await announced;
  },
};

export const cancelListen: ShellCommand = {
  names: ["cl"],
  usage: "<key> <token>",
  summary: "Cancel listen for <token> and <key>.",
  run(args, { listens }) {
    const key = args.key();
    const token = Number(args.word());
    const listen = listens.get(token);
    if (!Number.isInteger(token)) throw new ShellError("Syntax: cl [key] [token]");
    if (!listen?.key.equals(key)) throw new ShellError(`Nothing listens at ${key} with token ${token}.`);
    listens.delete(token);
    listen.cancel();
  },
};
