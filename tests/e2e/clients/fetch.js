// Prints one page, fetched through the proxy that HTTPS_PROXY names. Node 18 and 20 know no proxy, so this agent does.
"use strict";
const http = require("node:http");
const https = require("node:https");
const tls = require("node:tls");

const proxy = new URL(process.env.HTTPS_PROXY);

class Tunnels extends https.Agent {
  createConnection(options, done) {
    const authority = `${options.host}:${options.port}`;
    const connect = http.request({
      host: proxy.hostname, port: proxy.port, method: "CONNECT", path: authority, headers: { host: authority },
    });
    connect.on("connect", (answer, socket) => {
      if (answer.statusCode !== 200) return done(new Error(`CONNECT: ${answer.statusCode}`));
      done(null, tls.connect({ ...options, socket, servername: options.host }));
    });
    connect.on("error", done);
    connect.end();
  }
}

https.get(process.argv[2], { agent: new Tunnels() }, (page) => page.pipe(process.stdout));
