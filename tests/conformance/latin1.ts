/**
 * Bytes stand in scenarios as strings of one character per byte. (`TextDecoder("latin1")` is windows-1252.)
 */

/** Turns each byte into the character of that number. */
export function decodeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Turns each character into the byte of that number. */
export function encodeBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
