// Prints the one row of a query, fetched with tedious.
// usage: query.js HOST PORT AUTHORITY.pem encrypt|strict [PROXY_HOST:PORT]
const fs = require('fs');
const net = require('net');
const { Connection, Request } = require('tedious');

const [host, port, authority, encryption, proxy] = process.argv.slice(2);

function fail(error) {
  console.error(error.message, error.cause ? error.cause.message : '');
  process.exit(1);
}

// A socket through the proxy's CONNECT, for options.connector.
function connectThroughProxy() {
  return new Promise((resolve, reject) => {
    const [proxyHost, proxyPort] = proxy.split(':');
    const target = `${host}:${port}`;
    const socket = net.connect(Number(proxyPort), proxyHost, () =>
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`));
    let head = '';
    const read = (bytes) => {
      head += bytes.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.removeListener('data', read);
      socket.pause();
      if (head.startsWith('HTTP/1.1 200')) resolve(socket);
      else reject(new Error(head.split('\r\n')[0]));
    };
    socket.on('data', read);
    socket.on('error', reject);
  });
}

const options = {
  port: Number(port),
  encrypt: encryption === 'strict' ? 'strict' : true,
  cryptoCredentialsDetails: { ca: fs.readFileSync(authority) },
  connectTimeout: 30000,
  rowCollectionOnRequestCompletion: true,
};
if (proxy) {
  delete options.port;
  options.connector = connectThroughProxy;
}

const authentication = { type: 'default', options: { userName: 'shir', password: 'secret' } };
const connection = new Connection({ server: host, authentication, options });
connection.on('connect', (error) => {
  if (error) fail(error);
  connection.execSqlBatch(new Request('select n, s from t', (failure, count, rows) => {
    if (failure) fail(failure);
    console.log(rows[0].map((column) => column.value).join(' '));
    connection.close();
  }));
});
connection.connect();
