import { useEffect } from "preact/hooks";

/** What a tab says while somebody looks at another. */
export function useTitle(text: string): void {
  useEffect(() => {
    document.title = `${text} · Hashmere`;
  }, [text]);
}
