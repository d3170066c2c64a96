// The session cookie of the bundled pages: made from a token, and given back.

/** Null when signed in; otherwise what went wrong, for the person. */
export async function signIn(token: string): Promise<string | null> {
  try {
    const answer = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) return null;
    return answer.status === 401 || answer.status === 403
      ? 'This token is not accepted. Perhaps it has expired.'
      : `The hub answered ${answer.status}. Try again in a moment.`;
  } catch {
    return 'The hub cannot be reached.';
  }
}

export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE' });
}
