/** Where two programs run that are to reach each other: the server's address, and what stands before their commands. */
export interface Place {
  readonly name: string;
  readonly host: string;
  readonly server: readonly string[];
  readonly client: readonly string[];
}
