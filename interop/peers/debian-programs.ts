// By full path: in an npm script the name `dhtnode` is our own program.

/** The real dhtnode, of the Debian package of that name. */
export const REAL_DHTNODE = "/usr/bin/dhtnode";

/** Debian's Python, the only one that finds the module of the package python3-opendht. */
export const DEBIAN_PYTHON = "/usr/bin/python3";

/** The browser, of the package chromium. */
export const CHROMIUM = "/usr/bin/chromium";

/** Both sides of TLS as GnuTLS does it, of the package gnutls-bin. */
export const GNUTLS_SERVER = "/usr/bin/gnutls-serv";
export const GNUTLS_CLIENT = "/usr/bin/gnutls-cli";
