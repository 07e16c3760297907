import type { Exchange } from "../exchange.ts";

/** Methods of the REST interface; SUBSCRIBE and UNSUBSCRIBE are registered ones. */
export type Method = "GET" | "POST" | "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE";

/** One thing that the server can be asked for. */
export interface Route {
  readonly method: Method;
  /** With `:name` for parts that vary. */
  readonly path: string;
  /** One sentence, for the description of the interface. */
  readonly summary: string;
  /** Numbers that may stand in the URL behind `?`, by name: what each is. */
  readonly query?: Readonly<Record<string, { readonly what: string; readonly from: number; readonly to: number }>>;
  /** What the body holds. */
  readonly takes?: "value" | "put" | "subscription" | "client" | "lookup" | undefined;
  /** What comes back. */
  readonly gives: "node" | "statistics" | "value" | "values" | "events" | "nothing" | "object" | "text" | "page";
  /** Also without a token, where the others need one: to all, or only to who wants a page. */
  readonly isOpen?: boolean | "to browsers" | undefined;
  /** @throws HttpError */
  handle(exchange: Exchange): void | Promise<void>;
}
