import { ExitStatus } from "./exit-status.ts";

export interface CommandErrorInit {
  readonly status: ExitStatus;
  /** Stable, for programs. */
  readonly code: string;
  /** What happened, in the user's terms. */
  readonly message: string;
  /** What it probably means. */
  readonly reason?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** A command ends with this when it can't do what it was asked to; the user sees its three sentences, never a stack. */
export class CommandError extends Error {
  readonly status: ExitStatus;
  readonly code: string;
  /** What it probably means and what to do about it. */
  readonly hint: string | undefined;

  constructor({ status, code, message, reason, hint, cause }: CommandErrorInit) {
    super(message, { cause });
    this.name = "CommandError";
    this.status = status;
    this.code = code;
    this.hint = [reason, hint].filter((part) => part !== undefined).join(" ") || undefined;
  }

  toJSON(): { readonly error: { readonly code: string; readonly message: string; readonly hint?: string } } {
    const { code, message, hint } = this;
    return { error: { code, message, ...(hint !== undefined && { hint }) } };
  }
}

/** The command was called in a way that makes no sense. @param hint what would */
export function wrongUse(message: string, hint: string, cause?: unknown): CommandError {
  return new CommandError({ status: ExitStatus.wrongUse, code: "ERR_WRONG_USE", message, hint, cause });
}
