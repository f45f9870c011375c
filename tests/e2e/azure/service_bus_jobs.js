// Sends a message to the queue "jobs" and takes it out again, whenever standard input has a line with its id.
// usage: service_bus_jobs.js NAMESPACE. Goes through HTTPS_PROXY by CONNECT, as AMQP within a WebSocket.
'use strict';
const readline = require('readline');
const { ServiceBusClient } = require('@azure/service-bus');
const { HttpsProxyAgent } = require('https-proxy-agent');
const WebSocket = require('ws');

const SECONDS = 1000;

async function main([namespace]) {
  const connection = `Endpoint=sb://${namespace}/;SharedAccessKeyName=Root;SharedAccessKey=c2hpcmdhdGU=`;
  const client = new ServiceBusClient(connection, {
    webSocketOptions: {
      webSocket: WebSocket,
      webSocketConstructorOptions: { agent: new HttpsProxyAgent(process.env.HTTPS_PROXY) },
    },
    retryOptions: { maxRetries: 3, retryDelayInMs: 100, timeoutInMs: 20 * SECONDS },
  });
  const sender = client.createSender('jobs');
  const receiver = client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
  console.log('ready');
  for await (const id of readline.createInterface({ input: process.stdin })) {
    await sender.sendMessages({ messageId: id, body: { job: id } });
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 20 * SECONDS });
    console.log(`did ${message.body.job}`);
  }
  await client.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`${error.code} ${error.message}`);
  process.exit(1);
});
