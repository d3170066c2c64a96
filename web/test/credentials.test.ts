// Where the token comes from, and when it is renewed.
import { describe, expect, it } from 'vitest';
import { Credentials, TokenRefused } from '../client/credentials';
import { SseParser } from '../client/sse_parser';
import { covers } from './covers';
import { testEnvironment } from './samples';

const NOW = 1_000_000_000_000;

function tokenThatEndsIn(seconds: number): string {
  const claims = Buffer.from(JSON.stringify({ sub: 'ana', exp: NOW / 1000 + seconds })).toString('base64url');
  return `head.${claims}.signature`;
}

function credentials(answers: (string | number)[]) {
  const asked: string[] = [];
  const environment = {
    ...testEnvironment(),
    now: () => NOW,
    fetch: ((url: string) => {
      asked.push(url);
      const answer = answers.shift() ?? 500;
      return Promise.resolve(
        typeof answer === 'number' ? new Response('', { status: answer }) : new Response(answer),
      );
    }) as typeof fetch,
  };
  return { asked, credentials: new Credentials({ tokenUrl: '/token' }, environment) };
}

describe('credentials', () => {
  it('fetch a token once and keep it while it is good', async () => {
    const token = tokenThatEndsIn(3_600);
    const { asked, credentials: it } = credentials([JSON.stringify({ token })]);
    expect([await it.current(), await it.current()]).toEqual([token, token]);
    expect(asked).toEqual(['/token']);
    expect(it.renewInMs()).toBe(3_540_000);
  });

  it('renew before the end, and after a refusal', async () => {
    const [soon, late] = [tokenThatEndsIn(30), tokenThatEndsIn(600)];
    const { credentials: it } = credentials([soon, late, tokenThatEndsIn(900)]);
    expect(await it.current()).toBe(soon);
    expect(await it.current()).toBe(late);
    it.forget();
    expect(await it.current()).toBe(tokenThatEndsIn(900));
  });

  it('tell a sign-out of the helpdesk from an outage', async () => {
    covers('R-172');
    const { credentials: it } = credentials([401, 503]);
    await expect(it.current()).rejects.toMatchObject({ status: 401 });
    await expect(it.current()).rejects.toBeInstanceOf(TokenRefused);
  });
});

describe('an event stream', () => {
  it('is cut into frames however it arrives', () => {
    const stream = 'id: 4\ndata: {"a":1}\n\n: ping\n\ndata: x\r\ndata: y\r\n\r\ndata:z\n\n';
    for (const size of [1, 2, 3, 7, 100]) {
      const heard: string[] = [];
      const parser = new SseParser(
        (data) => heard.push(data),
        () => heard.push(':'),
      );
      for (let at = 0; at < stream.length; at += size) parser.push(stream.slice(at, at + size));
      expect(heard).toEqual(['{"a":1}', ':', 'x\ny', 'z']);
    }
  });
});
