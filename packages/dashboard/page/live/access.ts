const STORED_AS = "hashmere-access-token";

/** What the reader has given to get in, if the server asks; kept until the tab is closed. */
export function accessToken(): string | undefined {
  try {
    return sessionStorage.getItem(STORED_AS) ?? undefined;
  } catch {
    return undefined; // a browser that lets pages keep nothing
  }
}

/** Begins anew as somebody who knows the token. */
export function enterWith(token: string): void {
  sessionStorage.setItem(STORED_AS, token);
  location.reload();
}
