// A pretend Azure Relay: a listener's control channel, and requests that senders make to it. A small one goes down the
// control channel, for a large one the listener has to come to the gateway host (rendezvous). Any token will do.
// usage: pretend_relay.js ADDRESS GATEWAY_HOST CERTIFICATE.pem KEY.pem. Says each WebSocket and the host it came to.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const https = require('https');
const { WebSocketServer } = require('ws');

const CONTROL_CHANNEL_BYTES = 64 * 1024; // what is larger needs a rendezvous
const [address, gateway, certificate, key] = process.argv.slice(2);
const listeners = new Map(); // path -> control channel
const waiting = new Map(); // request id -> { asked, body, answer }

// What the listener says, on whichever socket: its answer's head as text, then the body if it has one.
function hearAnswers(socket, done) {
  let answer;
  const finish = (body) => {
    answer.end(body);
    answer = undefined;
    done();
  };
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      finish(data);
      return;
    }
    const { response } = JSON.parse(data);
    if (!response) return;
    ({ answer } = waiting.get(response.requestId));
    waiting.delete(response.requestId);
    answer.statusCode = Number(response.statusCode);
    if (!response.body) finish();
  });
}

function pass(socket, { asked, body }) {
  socket.send(JSON.stringify({ request: { ...asked, body: body.length > 0 } }));
  if (body.length > 0) socket.send(body);
}

function accept(socket, request) {
  const url = new URL(request.url, 'https://relay');
  const action = url.searchParams.get('sb-hc-action');
  console.log(`websocket ${action} at ${request.socket.servername}`);
  if (action === 'listen') {
    listeners.set(url.pathname.replace('/$hc', ''), socket);
    hearAnswers(socket, () => {});
  } else {
    hearAnswers(socket, () => socket.close());
    pass(socket, waiting.get(url.searchParams.get('sb-hc-id')));
  }
}

function relay(request, answer, body) {
  const { pathname } = new URL(request.url, 'https://relay');
  const control = listeners.get(pathname);
  if (!control) {
    answer.writeHead(404).end();
    return;
  }
  const id = crypto.randomUUID();
  const asked = {
    address: `wss://${gateway}:443/$hc${pathname}?sb-hc-action=request&sb-hc-id=${id}`,
    id,
    requestTarget: request.url,
    method: request.method,
    requestHeaders: request.headers,
  };
  waiting.set(id, { asked, body, answer });
  if (body.length <= CONTROL_CHANNEL_BYTES) pass(control, waiting.get(id));
  else control.send(JSON.stringify({ request: { address: asked.address, id } }));
}

const server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
server.on('request', (request, answer) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece)).on('end', () => relay(request, answer, Buffer.concat(pieces)));
});
new WebSocketServer({ server }).on('connection', accept);
server.listen(443, address, () => console.log('listens'));
