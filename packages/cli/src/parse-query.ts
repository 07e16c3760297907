import { Field, Query, Select } from "@hashmere/dht";

/** A query as people write it. Where it selects nothing it means every field. @throws QueryParseError */
export function parseQuery(text: string): Query {
  const query = Query.parse(text);
  return query.select.isEmpty ? new Query(new Select(Object.values(Field)), query.where) : query;
}
