// A push service of another make on a free port of this machine: it subscribes, decrypts, checks the signature and
// expires. Prints its port, and ends when its standard input does.
import { createRequire } from 'node:module';
import { createServer } from 'node:net';

const require = createRequire(import.meta.url);
const WebPushTestingServer = require('web-push-testing/src/server.js');
const { PushApiModel } = require('web-push-testing/src/PushApiModel.js');

const port = await new Promise((resolve, reject) => {
  const probe = createServer();
  probe.on('error', reject);
  probe.listen(0, () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
new WebPushTestingServer(new PushApiModel(), port).startServer();
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
