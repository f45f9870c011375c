// Answers what comes over Azure Relay with the SHA-256 of its body, until standard input ends.
// usage: relay_listener.js NAMESPACE PATH
'use strict';
const crypto = require('crypto');
const relay = require('hyco-https');

const [namespace, path] = process.argv.slice(2);
const uri = relay.createRelayListenUri(namespace, path);
const token = () => relay.createRelayToken(uri, 'Root', 'c2hpcmdhdGU=');

const listener = relay.createRelayedServer({ server: uri, token }, (request, answer) => {
  const digest = crypto.createHash('sha256');
  request.on('data', (piece) => digest.update(piece));
  request.on('end', () => answer.end(digest.digest('hex')));
});
listener.on('listening', () => console.log('listening'));
listener.on('error', ({ message }) => console.log(`error: ${message}`));
listener.listen();
process.stdin.resume().on('end', () => listener.close());
