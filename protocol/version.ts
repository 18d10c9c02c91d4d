/**
 * The version of the wire. Both sides name it in the handshake; when they differ the server refuses with
 * `version_mismatch` and the widget says so instead of falling silent. Raise it with every change that an
 * older browser or server would misread.
 */
export const protocolVersion = 1;
