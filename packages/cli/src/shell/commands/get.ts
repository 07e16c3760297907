import { type FieldValues, Where } from "@hashmere/dht";
import { stopwatch } from "../../output/duration.ts";
import { printable } from "../../output/printable.ts";
import { parseQuery } from "../../parse-query.ts";
import { inBatches } from "../in-batches.ts";
import type { ShellCommand } from "../shell-command.ts";

export const get: ShellCommand = {
  names: ["g"],
  usage: "<key> [where]",
  summary: "Get values at <key>, as in: g <key> WHERE user_type=text/plain",
  async run(args, { node, print }) {
    const key = args.key();
    const where = Where.parse(args.rest());
    const elapsed = stopwatch();
    const found = node.get(key, { where });
    let total = 0;
    for await (const values of inBatches(found)) {
      total += values.length;
      const lines = values.map((value) => `\n\t${printable(String(value))}`).join("");
      print(`Get: found ${values.length} value(s) after ${elapsed()} (total ${total})${lines}`);
    }
    const { ok } = await found.done;
    print(`Get: ${ok ? "completed" : "failure"}, took ${elapsed()} (total ${total})`);
  },
};

export const query: ShellCommand = {
  names: ["q"],
  usage: "<key> [query]",
  summary: "Get fields of the values at <key>, as in: q <key> SELECT id,seq WHERE value_type=0",
  async run(args, { node, print }) {
    const key = args.key();
    const wanted = parseQuery(args.rest());
    const elapsed = stopwatch();
    const found = node.query(key, wanted);
    for await (const batch of inBatches(found)) {
      print(
        `Query: found field value index after ${elapsed()}${batch.map((fields) => `\n\t${printable(describe(fields))}`).join("")}`,
      );
    }
    const { ok } = await found.done;
    print(`Query: ${ok ? "completed" : "failure"}, took ${elapsed()}`);
  },
};

function describe({ id, valueType, owner, seq, userType }: FieldValues): string {
  const fields = [
    id !== undefined && `Id:${id.toString(16)}`,
    valueType !== undefined && `ValueType:${valueType}`,
    owner !== undefined && `Owner:${owner}`,
    seq !== undefined && `Seq:${seq}`,
    userType !== undefined && `UserType:${userType}`,
  ];
  return `Index[${fields.filter((field) => field !== false).join(",")}]`;
}
