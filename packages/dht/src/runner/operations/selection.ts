import { type Filter, Filters, type TypedValue, Value, type Where } from "../../value/index.ts";

/** Which values of a key are of interest. `where` is evaluated by the nodes that hold them, `filter` here. */
export interface Selection<T> {
  /** Evaluated on the value as it travels: an encrypted one shows its id alone. Default: all. */
  readonly where?: Where | undefined;
  /** Evaluated on the value as it is read, so decrypted where we can. Default: all. */
  readonly filter?: Filter | undefined;
  /** Give values decoded as this type; values of another type or layout are passed over. Default: the values themselves. */
  readonly type?: TypedValue<T> | undefined;
}

/** The engine's part of a selection. */
export function toEngineSelection<T>({ where, filter, type }: Selection<T>): { where?: Where; filter?: Filter } {
  const filters = [filter, type && Filters.type(type.type.id), type?.filter].filter((part) => part !== undefined);
  return { ...(where && { where }), ...(filters.length > 0 && { filter: Filters.and(...filters) }) };
}

/** Hands each value on as the type asked for. */
export function decodeEach<T>(values: readonly Value[], { type }: Selection<T>, emit: (result: T) => void): void {
  for (const value of values) {
    if (!type) {
      emit(value as T); // T is Value where no type is given
      continue;
    }
    let result: T;
    try {
      result = type.decode(value);
    } catch {
      continue; // another layout: not one of those asked for
    }
    emit(result);
  }
}

/** Whether two results stand for the same value, as far as that can be told of decoded ones. */
export function isSameResult(a: unknown, b: unknown): boolean {
  return a === b || (a instanceof Value && b instanceof Value && a.equals(b));
}
