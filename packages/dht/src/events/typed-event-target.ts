type ListenerParameters = Parameters<EventTarget["addEventListener"]>;

/**
 * An EventTarget whose listeners get the event that belongs to the name.
 *
 * ```ts
 * class Door extends TypedEventTarget<{ readonly opened: OpenedEvent }> {}
 * new Door().addEventListener("opened", ({ by }) => {});   // `by` is known from OpenedEvent
 * ```
 *
 * @typeParam Events the class of each event by its name
 */
export class TypedEventTarget<Events extends object> extends EventTarget {
  override addEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: ListenerParameters[2],
  ): void;
  override addEventListener(...parameters: ListenerParameters): void;
  override addEventListener(type: string, listener: unknown, options?: ListenerParameters[2]): void {
    // EventTarget calls it with the event of this type, which the overloads above tie to the listener's parameter.
    super.addEventListener(type, listener as ListenerParameters[1], options);
  }

  override removeEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: ListenerParameters[2],
  ): void;
  override removeEventListener(...parameters: ListenerParameters): void;
  override removeEventListener(type: string, listener: unknown, options?: ListenerParameters[2]): void {
    super.removeEventListener(type, listener as ListenerParameters[1], options);
  }
}
