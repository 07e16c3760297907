/** A command's arguments make no sense; the message tells the right form. */
export class ShellError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ShellError";
  }
}
