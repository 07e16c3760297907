import type { Command } from "commander";
import type { CommandContext } from "../../command-context.ts";
import { addInspect } from "./inspect.ts";
import { addNew } from "./new.ts";
import { addRequest } from "./request.ts";
import { addRevoke } from "./revoke.ts";
import { addSign } from "./sign.ts";

export function addCertCommand(program: Command, context: CommandContext): void {
  const cert = program.command("cert").description("make, look at, sign and revoke certificates");
  addNew(cert, context);
  addInspect(cert, context);
  addRequest(cert, context);
  addSign(cert, context);
  addRevoke(cert, context);
}
