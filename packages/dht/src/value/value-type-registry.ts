import { type Refusal, refusalOfUpdate } from "./refusal.ts";
import { STANDARD_TYPES } from "./types/index.ts";
import type { Value } from "./value.ts";
import { type EditContext, MAX_VALUE_BYTES, type StoreContext, type ValueType } from "./value-type.ts";

/** What unregistered types live by (type 0, user data). */
const DEFAULT_EXPIRATION_MS = 600_000;

/** Yes, the value to take instead, or why not. */
type Decision = true | Value | Refusal;

/** A type whose policies are all there, and tell why they refuse. */
export interface CompleteValueType extends Omit<ValueType, "storePolicy" | "editPolicy"> {
  /** Signatures of its values are checked before the policies are asked, which take them for right. */
  readonly isSecure: boolean;
  storePolicy(context: StoreContext): Decision;
  editPolicy(context: EditContext): Decision;
}

/**
 * The rules for every type of value.
 *
 * A registered type is secure: a signed value is stored only if its signature is right, and may be replaced by its owner.
 * A type registered as insecure has its own rules alone. Types that nobody registered live ten minutes, are stored
 * whatever their signature, and can't be edited. In every type, nothing but a signed value replaces a signed one.
 */
export class ValueTypeRegistry {
  readonly #types = new Map<number, CompleteValueType>();

  constructor() {
    for (const { type, isSecure } of STANDARD_TYPES) {
      if (isSecure) this.register(type);
      else this.registerInsecure(type);
    }
  }

  register(type: ValueType): void {
    this.#types.set(type.id, secure(type));
  }

  registerInsecure(type: ValueType): void {
    this.#types.set(type.id, insecure(type));
  }

  get(id: number): CompleteValueType {
    return this.#types.get(id) ?? insecure({ id, name: "", expirationMs: DEFAULT_EXPIRATION_MS });
  }
}

function insecure(type: ValueType): CompleteValueType {
  return {
    id: type.id,
    name: type.name,
    expirationMs: type.expirationMs,
    isSecure: false,
    storePolicy: (context) => (type.storePolicy ?? storeUpToLimit)(context) || "ERR_POLICY",
    editPolicy: (context) => {
      if (context.oldValue.isSigned() && !context.newValue.isSigned()) return "ERR_UNSIGNED_EDIT";
      return (type.editPolicy ?? refuseEdit)(context) || "ERR_POLICY";
    },
  };
}

function secure(type: ValueType): CompleteValueType {
  const own = insecure(type);
  return {
    ...own,
    isSecure: true,
    storePolicy: (context) => context.value.isSigned() || own.storePolicy(context),
    editPolicy: (context) =>
      context.oldValue.isSigned()
        ? (refusalOfUpdate(context.oldValue, context.newValue) ?? true)
        : own.editPolicy(context),
  };
}

function storeUpToLimit({ value }: StoreContext): boolean {
  return value.size <= MAX_VALUE_BYTES;
}

function refuseEdit({ oldValue, newValue }: EditContext): Refusal {
  if (oldValue.isEncrypted()) return "ERR_ENCRYPTED_EDIT";
  return (oldValue.isSigned() ? refusalOfUpdate(oldValue, newValue) : undefined) ?? "ERR_POLICY";
}
