// The errors that a node may answer with (OpenDHT wire format, errors).

/** The key or value id makes no sense. */
export const ERROR_BAD_REQUEST = 203;
/** The token isn't ours, or isn't any more. */
export const ERROR_UNAUTHORIZED = 401;
/** A refresh of a key under which nothing is stored. */
export const ERROR_NOT_FOUND = 404;
