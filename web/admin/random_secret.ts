// A secret as the hub makes them: 24 random bytes, in hexadecimal digits.
export function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
