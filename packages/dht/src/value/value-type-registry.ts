import { equalBytes } from "./bytes.ts";
import { STANDARD_TYPES } from "./types/index.ts";
import type { Value } from "./value.ts";
import { type EditContext, MAX_VALUE_BYTES, type StoreContext, type ValueType } from "./value-type.ts";

/** What unregistered types live by (type 0, user data). */
const DEFAULT_EXPIRATION_MS = 600_000;

/** A type whose policies are all there. */
export type CompleteValueType = Required<ValueType>;

/** Tells whether a value's signature is its owner's. */
export type Verify = (value: Value) => boolean;

/**
 * The rules for every type of value.
 *
 * A registered type is secure: a signed value is stored only if its signature is right, and may be replaced by its owner.
 * A type registered as insecure has its own rules alone. Types that nobody registered live ten minutes, are stored
 * whatever their signature, and can't be edited. In every type, nothing but a signed value replaces a signed one.
 */
export class ValueTypeRegistry {
  readonly #types = new Map<number, CompleteValueType>();
  readonly #verify: Verify;

  /** @param options.verify checks signatures; without it every signature is believed */
  constructor(options: { readonly verify?: Verify } = {}) {
    this.#verify = options.verify ?? (() => true);
    for (const { type, isSecure } of STANDARD_TYPES) {
      if (isSecure) this.register(type);
      else this.registerInsecure(type);
    }
  }

  register(type: ValueType): void {
    this.#types.set(type.id, secure(type, this.#verify));
  }

  registerInsecure(type: ValueType): void {
    this.#types.set(type.id, complete(type));
  }

  get(id: number): CompleteValueType {
    return this.#types.get(id) ?? complete({ id, name: "", expirationMs: DEFAULT_EXPIRATION_MS });
  }
}

function complete(type: ValueType): CompleteValueType {
  return {
    id: type.id,
    name: type.name,
    expirationMs: type.expirationMs,
    storePolicy: (context) => (type.storePolicy ?? storeUpToLimit)(context),
    editPolicy: (context) => mayReplaceSigned(context) && (type.editPolicy?.(context) ?? false),
  };
}

function secure(type: ValueType, verify: Verify): CompleteValueType {
  const own = complete(type);
  return {
    ...own,
    storePolicy: (context) => (context.value.isSigned() ? verify(context.value) : own.storePolicy(context)),
    editPolicy: (context) => (context.oldValue.isSigned() ? isUpdate(context, verify) : own.editPolicy(context)),
  };
}

function storeUpToLimit({ value }: StoreContext): boolean {
  return value.size <= MAX_VALUE_BYTES;
}

function mayReplaceSigned({ oldValue, newValue }: EditContext): boolean {
  return !oldValue.isSigned() || newValue.isSigned();
}

/** The same owner's next version, or the same signed bytes again. */
function isUpdate({ oldValue, newValue }: EditContext, verify: Verify): boolean {
  if (!newValue.isSigned() || newValue.isEncrypted() || !equalBytes(oldValue.owner, newValue.owner)) return false;
  const isNewer = newValue.seq > oldValue.seq;
  const isSame = newValue.seq === oldValue.seq && equalBytes(newValue.getToSign(), oldValue.getToSign());
  return (isNewer || isSame) && verify(newValue);
}
