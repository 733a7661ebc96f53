// Opens a connection, see `tests/web/support.rs`.
export const opened = true;
