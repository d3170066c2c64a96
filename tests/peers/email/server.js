// A mail server that behaves as the recipient's name asks. Prints a line of JSON for its port, for each connection and for
// each message that it took.
//
//   node server.js [greeting-421] [greeting-554] [auth] [tls KEY CERT] [starttls KEY CERT]
//
// The password that `auth` takes is "right". What a name does:
//   busy      450 at RCPT         nobody    550 5.1.1 at RCPT     policy    550 5.7.1 at RCPT
//   bare      550 without a code  refused   554 at DATA           later     451 after the dot
//   closing   421 at RCPT         silent    no answer after the dot
//   stalled   stops reading       cut       hangs up within the message
//   lost      hangs up after the dot, without an answer
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const options = process.argv.slice(2);
const has = (word) => options.includes(word);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const after = (word) => {
  const at = options.indexOf(word);
  return { key: readFileSync(options[at + 1]), cert: readFileSync(options[at + 2]) };
};

const refusal = (code, words) => Object.assign(new Error(words), { responseCode: code });
const atRecipient = {
  busy: refusal(450, '4.2.0 Mailbox busy, try again later'),
  nobody: refusal(550, '5.1.1 <nobody@example.org>: Recipient address rejected: User unknown'),
  policy: refusal(550, '5.7.1 Message refused by policy'),
  bare: refusal(550, 'No such user here'),
  closing: refusal(421, '4.3.2 Shutting down'),
};

const name = (session) => session.envelope.rcptTo[0].address.split('@')[0];
const socketOf = (session) => [...server.connections].find((connection) => connection.id === session.id)?._socket;

const server = new SMTPServer({
  banner: 'Test',
  size: 50 * 1024 * 1024,
  logger: false,
  secure: has('tls'),
  ...(has('tls') ? after('tls') : {}),
  ...(has('starttls') ? after('starttls') : {}),
  authOptional: !has('auth'),
  allowInsecureAuth: true,
  disabledCommands: [...(has('auth') ? [] : ['AUTH']), ...(has('starttls') ? [] : ['STARTTLS'])],
  disableReverseLookup: true,
  onConnect(session, callback) {
    say({ connected: true });
    if (has('greeting-421')) return callback(refusal(421, '4.3.2 Too many connections'));
    if (has('greeting-554')) return callback(refusal(554, '5.7.1 Your address is on a list'));
    return callback();
  },
  onAuth(auth, session, callback) {
    say({ auth: auth.username, encrypted: session.secure });
    if (auth.password === 'right') return callback(null, { user: auth.username });
    return callback(refusal(535, '5.7.8 Authentication credentials invalid'));
  },
  onRcptTo(address, session, callback) {
    return callback(atRecipient[address.address.split('@')[0]] ?? null);
  },
  onData(stream, session, callback) {
    const who = name(session);
    if (who === 'stalled') {
      stream.pause();
      socketOf(session)?.pause();
      return;
    }
    const pieces = [];
    stream.on('data', (piece) => {
      pieces.push(piece);
      if (who === 'cut') socketOf(session)?.resetAndDestroy();
    });
    stream.on('end', () => {
      const raw = Buffer.concat(pieces).toString('base64');
      const to = session.envelope.rcptTo.map((one) => one.address);
      if (who === 'lost') {
        say({ raw, to, answered: false });
        socketOf(session)?.destroy();
        return;
      }
      if (who === 'silent') return;
      if (who === 'refused') return void callback(refusal(554, '5.6.0 Message content rejected'));
      if (who === 'later') return void callback(refusal(451, '4.7.1 Greylisted'));
      say({ raw, to, from: session.envelope.mailFrom.address, encrypted: session.secure });
      callback(null, '2.0.0 Ok: queued as TEST1234');
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
// Ends with the test that started it.
process.stdin.on('end', () => process.exit(0)).resume();
