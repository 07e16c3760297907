import { Where } from "@hashmere/dht";

/** Help text of `--where`. */
export const WHERE_HELP = 'only values that fit, such as "id=5" or "user_type=text/plain,value_type=0"';

/** A where clause with or without its keyword. @throws QueryParseError */
export function parseWhere(clause: string | undefined): Where | undefined {
  if (clause === undefined || clause.trim() === "") return undefined;
  return Where.parse(/^\s*where\s/i.test(clause) ? clause : `WHERE ${clause}`);
}
