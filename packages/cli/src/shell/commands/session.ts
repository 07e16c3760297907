import type { ShellCommand } from "../shell-command.ts";

export const help: ShellCommand = {
  names: ["h", "help"],
  usage: "",
  summary: "Print this help message.",
  run(_args, { commands, print }) {
    const sections = commands.map(({ title, commands }) => {
      const rows = commands.map(({ names, usage, summary }) => {
        const form = [names.join(", "), usage].filter((part) => part !== "").join(" ");
        return `  ${form.padEnd(20)} ${summary}`;
      });
      return [title, ...rows].join("\n");
    });
    print(`OpenDHT command line interface (CLI)\n${sections.join("\n\n")}\n`);
  },
};

export const leave: ShellCommand = {
  names: ["x", "quit", "exit"],
  usage: "",
  summary: "Quit the program.",
  run: (_args, session) => session.leave(),
};

export const log: ShellCommand = {
  names: ["log"],
  usage: "[key]",
  summary: "Start/stop printing DHT logs, with [key]: of this one only.",
  run(args, session) {
    const filter = args.hexKey();
    session.setLog(filter === undefined && session.isLogging ? undefined : { filter });
  },
};
