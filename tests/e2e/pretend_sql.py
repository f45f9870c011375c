"""A pretend SQL Server: as much TDS as real drivers need to log in and read one row, and no more.

TDS 7.2 to 7.4 begins in the clear with PRELOGIN, TLS follows inside of PRELOGIN packets. TDS 8.0 ("strict") begins with
TLS. Every connection leaves a Login behind that says what the server saw of it. Layouts: [MS-TDS] 2.2.6 and 2.2.7.
"""

import dataclasses
import socket
import ssl
import struct
import threading

BATCH, RESPONSE, LOGIN7, PRELOGIN = 0x01, 0x04, 0x10, 0x12
ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_REQUIRED = 0, 1, 3
PACKET_BYTES = 4096
TLS_HANDSHAKE = 0x16
LIMIT = 60

ROW = (42, "shirgate")  # what every SELECT gives


@dataclasses.dataclass
class Login:
    """What the server saw of one connection."""

    strict: bool = False  # it began with TLS
    asked_encryption: int = None  # in its PRELOGIN
    server_name: str = None  # in its TLS
    tls: str = None  # the version, once there is TLS
    login_in: str = None  # what its LOGIN7 came in: "the clear" or "TLS"
    queries: list = dataclasses.field(default_factory=list)
    error: str = None
    ended: bool = False


class Stream:
    """TDS messages over a socket: in the clear first, inside of TLS after start_tls()."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""
        self.tls = None

    def receive(self):
        bytes_ = self.connection.recv(65536)
        if not bytes_:
            raise EOFError
        return bytes_

    def read_more(self):
        if self.tls is None:
            self.buffer += self.receive()
            return
        try:
            bytes_ = self.tls.read(65536)
            if not bytes_:
                raise EOFError
            self.buffer += bytes_
        except ssl.SSLWantReadError:
            self.incoming.write(self.receive())
        except ssl.SSLZeroReturnError:
            # The goodbye of TLS. Waits for that of TCP, so that it is always the client who ends a connection.
            self.receive()

    def take(self, count):
        while len(self.buffer) < count:
            self.read_more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def read_message(self):
        """The type and the whole payload, over however many packets."""
        payload = b""
        while True:
            kind, status, length = struct.unpack(">BBH4x", self.take(8))
            payload += self.take(length - 8)
            if status & 1:
                return kind, payload

    def write_message(self, kind, payload):
        packets = wrap(kind, payload)
        if self.tls is None:
            self.connection.sendall(packets)
        else:
            self.tls.write(packets)
            self.connection.sendall(self.outgoing.read())

    def start_tls(self, context, in_packets):
        """TLS from here on. `in_packets`: its handshake travels in PRELOGIN packets, what follows it does not."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        if not in_packets:
            self.incoming.write(self.buffer)
            self.buffer = b""
        tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        try:
            while not self.shake_hands(tls, in_packets):
                self.incoming.write(self.read_message()[1] if in_packets else self.receive())
        finally:
            self.send_handshake(in_packets)
        # What came behind the last packet of the handshake is TLS already.
        self.incoming.write(self.buffer)
        self.buffer = b""
        self.tls = tls

    def shake_hands(self, tls, in_packets):
        try:
            tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            self.send_handshake(in_packets)
            return False

    def send_handshake(self, in_packets):
        records = self.outgoing.read()
        if records:
            self.connection.sendall(wrap(PRELOGIN, records) if in_packets else records)


def wrap(kind, payload):
    """The payload in packets of that kind, the last of them marked."""
    room = PACKET_BYTES - 8
    pieces = [payload[at:at + room] for at in range(0, len(payload), room)]
    return b"".join(struct.pack(">BBHHBB", kind, number == len(pieces), len(piece) + 8, 0, number & 255, 0) + piece
                    for number, piece in enumerate(pieces, 1))


def prelogin_options(payload):
    options, at = {}, 0
    while payload[at] != 0xff:
        token, offset, length = struct.unpack_from(">BHH", payload, at)
        options[token] = payload[offset:offset + length]
        at += 5
    return options


def prelogin_answer(encryption):
    options = [(0, bytes([16, 0, 0x10, 0x5b, 0, 0])), (1, bytes([encryption])), (2, b"\0"), (3, b""), (4, b"\0")]
    table, data = b"", b""
    for token, value in options:
        table += struct.pack(">BHH", token, 5 * len(options) + 1 + len(data), len(value))
        data += value
    return table + b"\xff" + data


def short_text(text):
    """B_VARCHAR"""
    return bytes([len(text)]) + text.encode("utf-16le")


def token(kind, body):
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def environment_change(kind, text):
    return token(0xe3, bytes([kind]) + short_text(text) + short_text(text))


def done(status=0, command=0, rows=0):
    return b"\xfd" + struct.pack("<HHQ", status, command, rows)


COLLATION = bytes([0x09, 0x04, 0xd0, 0x00, 0x34])  # SQL_Latin1_General_CP1_CI_AS


def login_answer(version):
    program = short_text("Microsoft SQL Server") + bytes([16, 0, 0x10, 0x5b])
    return (environment_change(1, "master") + token(0xe3, b"\x07\x05" + COLLATION + b"\0")
            + environment_change(4, str(PACKET_BYTES)) + token(0xad, b"\x01" + version + program) + done())


def row_answer():
    number, text = ROW
    text = text.encode("utf-16le")
    columns = (struct.pack("<BHIHB", 0x81, 2, 0, 8, 0x38) + short_text("n")  # int
               + struct.pack("<IHBH", 0, 8, 0xe7, 8000) + COLLATION + short_text("s"))  # nvarchar(4000)
    return columns + struct.pack("<BiH", 0xd1, number, len(text)) + text + done(0x10, 0xc1, 1)


def query_in(payload):
    """The text of a batch, behind its headers."""
    return payload[struct.unpack_from("<I", payload)[0]:].decode("utf-16le")


class PretendSql:
    """Listens from the start until stop(). `encryption` is what it answers to a PRELOGIN."""

    def __init__(self, certificate, key, encryption=ENCRYPT_ON, listener=None):
        self.certificate, self.key, self.encryption = certificate, key, encryption
        self.logins = []
        self.listener = listener or socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.1)
        self.port = self.listener.getsockname()[1]
        self.stopping = False
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopping = True
        self.thread.join(LIMIT)
        self.listener.close()

    def accept(self):
        while not self.stopping:
            try:
                connection, _ = self.listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(LIMIT)
            login = Login()
            self.logins.append(login)
            threading.Thread(target=self.serve, args=(connection, login), daemon=True).start()

    def serve(self, connection, login):
        try:
            with connection:
                self.talk(Stream(connection), login)
        except (EOFError, ConnectionError):
            pass
        except Exception as error:  # for the test to find
            login.error = repr(error)
        login.ended = True

    def talk(self, stream, login):
        stream.read_more()
        login.strict = stream.buffer[0] == TLS_HANDSHAKE
        if login.strict:
            stream.start_tls(self.context(login, "tds/8.0"), in_packets=False)
            login.tls = stream.tls.version()
        kind, payload = stream.read_message()
        if kind == PRELOGIN:
            login.asked_encryption = prelogin_options(payload)[1][0]
            stream.write_message(RESPONSE, prelogin_answer(self.encryption))
            kind, payload = self.after_prelogin(stream, login)
        if kind != LOGIN7:
            raise ValueError(f"a message of type {kind:#x} where LOGIN7 belongs")
        login.login_in = "TLS" if stream.tls else "the clear"
        stream.write_message(RESPONSE, login_answer(version=payload[7:3:-1]))
        self.answer_queries(stream, login)

    def after_prelogin(self, stream, login):
        """The message that follows, behind the TLS handshake where the client begins one."""
        if not login.strict:
            while not stream.buffer:
                stream.read_more()
            if stream.buffer[0] == PRELOGIN:
                stream.start_tls(self.context(login), in_packets=True)
                login.tls = stream.tls.version()
        return stream.read_message()

    def answer_queries(self, stream, login):
        while True:
            kind, payload = stream.read_message()
            query = query_in(payload) if kind == BATCH else f"type {kind:#x}"
            login.queries.append(query)
            is_select = query.lstrip().lower().startswith("select")
            stream.write_message(RESPONSE, row_answer() if is_select else done())

    def context(self, login, alpn=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if alpn:
            context.set_alpn_protocols([alpn])
        else:
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # inside of packets SQL Server speaks no other

        def note(_tls, name, _context):
            login.server_name = name
        context.sni_callback = note
        return context
