// A pretend Service Bus: AMQP 1.0 over WebSockets, any SAS token accepted, queues in memory.
// usage: pretend_service_bus.js CERTIFICATE.pem KEY.pem. Says its port, each WebSocket and each message.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const https = require('https');
const rhea = require('rhea');
const { WebSocketServer } = require('ws');

const CBS = '$cbs'; // where clients show their token
const queues = new Map(); // address -> { messages, consumers }

function queueOf(address) {
  if (!queues.has(address)) queues.set(address, { messages: [], consumers: [] });
  return queues.get(address);
}

function deliver({ messages, consumers }) {
  for (const consumer of consumers) {
    while (messages.length > 0 && consumer.is_open() && consumer.sendable()) {
      consumer.send(messages.shift(), crypto.randomBytes(16)); // the tag is the lock token, a GUID
    }
  }
}

function acceptToken(connection, request) {
  connection.each_sender((sender) => {
    if (sender.source.address !== CBS) return;
    sender.send({
      to: request.reply_to,
      correlation_id: request.message_id,
      application_properties: { 'status-code': 202, 'status-description': 'Accepted' },
      body: '',
    });
  });
}

const container = rhea.create_container({ id: 'pretend-service-bus' });

// The other end's receiver is our sender. Both ends are named as the client names them.
container.on('sender_open', ({ sender }) => {
  sender.set_source(sender.remote.attach.source);
  const { address } = sender.remote.attach.source;
  if (address !== CBS) queueOf(address).consumers.push(sender);
});
container.on('receiver_open', ({ receiver }) => receiver.set_target(receiver.remote.attach.target));
container.on('sendable', ({ sender }) => deliver(queueOf(sender.remote.attach.source.address)));
container.on('message', ({ receiver, connection, message }) => {
  const { address } = receiver.remote.attach.target;
  if (address === CBS) {
    acceptToken(connection, message);
    return;
  }
  console.log(`message ${message.message_id} to ${address}`);
  queueOf(address).messages.push(message);
  deliver(queueOf(address));
});
// A connection that is cut is what the test is about.
container.on('disconnected', () => console.log('disconnected'));

const [certificate, key] = process.argv.slice(2);
const server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
const sockets = new WebSocketServer({ server, handleProtocols: (offered) => offered.has('AMQPWSB10') && 'AMQPWSB10' });
sockets.on('connection', (socket, request) => {
  console.log(`websocket ${request.url} for ${request.socket.servername}`);
  container.websocket_accept(socket, { container_id: 'pretend-service-bus', max_frame_size: 65536 });
});
server.listen(0, '127.0.0.1', () => console.log(`listens on ${server.address().port}`));
