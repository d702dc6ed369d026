"""A peer that says whatever it is told to, right or wrong, byte by byte: it keeps no tables and checks nothing. It shares no code
with the project, nor with examples/python, which only sends what is well formed."""
import collections
import itertools
import os
import socket
import struct
import time
import uuid

HELLO, WELCOME, CALL, RETURN, RELEASE, CANCEL, PING, PONG, WINDOW, GOAWAY, ABORT, DATA = range(12)
CLASS = 13
OPTIONAL = 1
NIL, SENDER, RECEIVER, THIRD = range(4)
VARINT, FIXED64, BYTES, GROUP, GROUP_END, FIXED32 = range(6)
HEADER = struct.Struct("<BBHII")
MAGIC, VERSION = 0x314C4D4D, 1
HELLO_BODY_MAX, NODE_NAME_MAX, CAPS_MAX, RELEASES_MAX, CLASS_IIDS_MAX = 512, 31, 8, 16, 12
NO_TIMEOUT = 0xFFFFFFFF
CREDIT, DRAIN, PIPELINE, CLASSES = 1, 2, 4, 8  # features

# idl/errors.def
S_OK, S_FALSE = 0, 1
E_NOINTERFACE, E_INVALIDARG, E_OUTOFMEMORY, E_FAIL = 0x80004002, 0x80070057, 0x8007000E, 0x80004005
SERVER_CANTUNMARSHAL, INVALID_DATA, OUT_OF_RESOURCES = 0x8001000E, 0x8001000F, 0x80010101
CANCELED, SERVER_DIED_DNE = 0x80010002, 0x80010012
INVALIDMETHOD, DISCONNECTED, RETRYLATER, REJECTED = 0x80010107, 0x80010108, 0x8001010A, 0x8001010B
VERSION_MISMATCH, INVALID_HEADER, INVALID_OBJECT, TIMEOUT = 0x80010110, 0x80010111, 0x80010114, 0x8001011F
NOT_FOUND, NOT_NAMESPACE, EXISTS, BAD_PATH, TOO_DEEP, TOO_MANY_ACTIVATIONS = 0x80041201, 0x80041202, 0x80041203, 0x80041204, 0x80041206, 0x80041207
NOT_PRESENT, OBJECT_NOT_CONNECTED = 0x80041401, 0x800401FD


def interface(text):
    return uuid.UUID(text).bytes_le


IUNKNOWN = interface("00000000-0000-0000-c000-000000000046")
INAMESPACE = interface("6d6d6c01-0001-4001-8001-6e616d657370")
IPROBE = interface("6d6d6c01-0004-4001-8001-000000000003")
ITICKER = interface("6d6d6c01-0100-4001-8001-000000000004")
QUERY_INTERFACE, REGISTER, UNREGISTER, BIND, LIST = 0, 3, 4, 5, 6
NULL, INCREMENT, SLEEP, ECHO, GET_COUNT, GET_FREE_BYTES = range(3, 9)
PROBE_METHODS = 9  # one more than the last
START = 3

PINGS_MAX_S = 60  # more than any call of a test takes: PINGs show that the link goes on, not that something else will come

registered = collections.defaultdict(list)  # names, by endpoint
Frame = collections.namedtuple("Frame", "kind flags call_id body")


# ---- protobuf, as small as can be ----

def varint(value):
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def key(number, kind):
    return varint(number << 3 | kind)


def number(field, value):
    return key(field, VARINT) + varint(value)


def data(field, value):
    return key(field, BYTES) + varint(len(value)) + value


def zigzag(value):
    return value << 1 if value >= 0 else (-value << 1) - 1


def read_varint(body, at):
    value = shift = 0
    while True:
        value |= (body[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if body[at - 1] < 0x80:
            return value, at


def fields(body):
    """{field: [values]} of a well-formed message."""
    found, at = collections.defaultdict(list), 0
    while at < len(body):
        tag, at = read_varint(body, at)
        if tag & 7 == VARINT:
            value, at = read_varint(body, at)
        elif tag & 7 == BYTES:
            size, at = read_varint(body, at)
            value, at = body[at:at + size], at + size
        else:
            size = {FIXED64: 8, FIXED32: 4}[tag & 7]
            value, at = int.from_bytes(body[at:at + size], "little"), at + size
        found[tag >> 3].append(value)
    return found


# ---- frames and messages ----

def frame(kind, body=b"", call_id=0, flags=0, zero=0, size=None):
    """`size`: what the header says, if not the truth."""
    return HEADER.pack(kind, flags, zero, call_id, len(body) if size is None else size) + body


def limits(message=65536, calls=64, exports=1024, depth=8, classes=0):
    return number(1, message) + number(3, calls) + number(4, exports) + number(6, depth) + number(7, classes)


def hello(magic=MAGIC, lowest=VERSION, highest=VERSION, node_id=None, name=b"", more=b"", limit=None, features=0):
    return (key(1, FIXED32) + struct.pack("<I", magic) + number(2, lowest) + number(3, highest) +
            key(4, FIXED64) + struct.pack("<Q", features) +
            data(5, os.urandom(16) if node_id is None else node_id) + data(6, name) + data(7, limit or limits()) + more)


def cap(where, id_=0, kind=0):
    """`kind`: 1 + the index of its class."""
    return number(1, where) + number(2, id_) + number(3, kind)


def announce(index, *iids, closed=1):
    """The frame of a CLASS."""
    return frame(CLASS, number(1, index) + number(2, closed) + b"".join(data(3, iid) for iid in iids), flags=OPTIONAL)


def call(method, params=b"", target=0, iid=INAMESPACE, timeout_us=0, causality=1, depth=0, caps=(), more=b""):
    """The body of a CALL."""
    return (number(1, target) + data(2, iid) + number(4, method) + number(5, timeout_us) +
            key(6, FIXED64) + struct.pack("<Q", causality) + number(7, depth) +
            b"".join(data(9, one) for one in caps) + data(10, params) + more)


KEEPS = number(13, 1)  # of a CALL: others may name it


def promise(call_id):
    """Of a CALL: its target is a result of that one."""
    return number(12, call_id)


def reply(hr=S_OK, executed=1, kept=(), caps=(), results=b"", more=b""):
    """The body of a RETURN."""
    return (key(1, FIXED32) + struct.pack("<I", hr) + number(2, executed) + b"".join(number(3, index) for index in kept) +
            b"".join(data(4, one) for one in caps) + data(5, results) + more)


def release(*ones):
    """The body of a RELEASE: (id, count)..."""
    return b"".join(data(1, number(1, id_) + number(2, count)) for id_, count in ones)


def abort_reason(body):
    """(hr, detail) of an ABORT."""
    parts = fields(body)
    return (parts[1] or [0])[0], (parts[2] or [b""])[0].decode()


class Return:
    """A RETURN that arrived."""

    def __init__(self, body):
        parts = fields(body)
        self.hr, self.executed = (parts[1] or [0])[0], (parts[2] or [0])[0]
        self.kept = [index for one in parts[3] for index in (one if isinstance(one, bytes) else [one])]
        self.caps = [((fields(one)[1] or [0])[0], (fields(one)[2] or [0])[0]) for one in parts[4]]
        self.results, self.detail = fields((parts[5] or [b""])[0]), (parts[6] or [b""])[0].decode()

    def __repr__(self):
        return f"0x{self.hr:08X}, executed {self.executed}, {dict(self.results)} {self.detail!r}"


class Ended(Exception):
    """The node ended the link; `hr` and `detail` of its ABORT, if it said one."""

    def __init__(self, hr=None, detail=""):
        super().__init__(f"0x{hr:08X}: {detail}" if hr is not None else "the end of the stream")
        self.hr, self.detail = hr, detail


class RawPeer:
    """A connection. `greeting`: the body of its HELLO; None: it says nothing yet. `port`: its own; `room`: bytes
    that it takes without being read."""

    def __init__(self, endpoint, greeting=b"", limit=20, port=0, room=0):
        scheme, _, rest = endpoint.partition(":")
        if scheme == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(rest)  # waits for a place in the queue, which one with a limit does not
            self.socket.settimeout(limit)
        else:
            self.socket = socket.socket()
            self.socket.settimeout(limit)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if room:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            if port:
                self.socket.bind(("127.0.0.1", port))
            self.socket.connect((rest.rpartition(":")[0], int(rest.rpartition(":")[2])))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.endpoint, self.received = endpoint, b""
        self.call_ids = itertools.count(1)
        self.calls = collections.deque()  # that arrived while we waited for something else
        self.returns = collections.defaultdict(collections.deque)  # by call id, likewise: calls end in any order
        self.released = set()  # ids of ours that the node gave back
        if greeting is not None:
            self.greet(greeting or hello())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def greet(self, body):
        self.send(frame(HELLO, body))
        self.limits = fields(fields(self.expect(WELCOME).body)[7][0])
        self.body_max, self.calls_max = self.limits[1][0], self.limits[3][0]
        self.exports_max, self.depth_max = self.limits[4][0], self.limits[6][0]

    def send(self, text):
        """Any bytes. That the node has closed is noticed by who receives."""
        try:
            self.socket.sendall(text)
        except OSError:
            pass

    def receive_exactly(self, count):
        while len(self.received) < count:
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                part = b""
            if not part:
                raise Ended
            self.received += part
        text, self.received = self.received[:count], self.received[count:]
        return text

    def receive(self):
        """The next frame; PINGs are answered, an ABORT ends all. TimeoutError: none came, or nothing but PINGs for long."""
        end = time.monotonic() + PINGS_MAX_S
        while True:
            kind, flags, _, call_id, size = HEADER.unpack(self.receive_exactly(HEADER.size))
            body = self.receive_exactly(size)
            if kind == ABORT:
                raise Ended(*abort_reason(body))
            if kind == RELEASE:
                self.released.update((fields(one)[1] or [0])[0] for one in fields(body)[1])
            if kind != PING:
                return Frame(kind, flags, call_id, body)
            self.send(frame(PONG, body))
            if time.monotonic() > end:
                raise TimeoutError(f"nothing but PINGs for {PINGS_MAX_S} s")

    def expect(self, *kinds):
        """The next frame, which must be of these."""
        got = self.receive()
        if got.kind not in kinds:
            raise AssertionError(f"a frame of type {got.kind} came instead of one of {kinds}")
        return got

    # ---- calls that are well formed ----

    def begin(self, method, params=b"", **options):
        call_id = next(self.call_ids)
        self.returns.pop(call_id, None)  # of a call that a test made by hand
        self.send(frame(CALL, call(method, params, **options), call_id))
        return call_id

    def keep(self, got):
        """Keeps a frame for who will ask for it."""
        if got.kind == CALL:
            self.calls.append(got)
        elif got.kind == RETURN:
            self.returns[got.call_id].append(got)

    def take_return(self, call_id):
        """The RETURN of a call, if it is here; None: it is not."""
        kept = self.returns.get(call_id)
        if not kept:
            return None
        got = kept.popleft()
        if not kept:
            del self.returns[call_id]
        return Return(got.body)

    def finish(self, call_id):
        """The RETURN of a call; what comes meanwhile is kept."""
        while (got := self.take_return(call_id)) is None:
            self.keep(self.receive())
        return got

    def call(self, method, params=b"", **options):
        return self.finish(self.begin(method, params, **options))

    def serve(self, call_id, answer):
        """As finish; each call that comes meanwhile is answered with what `answer` makes of it (arguments of reply), or not at
        all if that is None."""
        while True:
            while self.calls:
                got = self.calls.popleft()
                options = answer(got)
                if options is not None:
                    self.answer(got, **options)
            got = self.take_return(call_id)
            if got is not None:
                return got
            self.keep(self.receive())

    def next_call(self):
        """The next call of the node. That one of ours returns meanwhile is no reason to go on waiting."""
        while not self.calls:
            got = self.receive()
            if got.kind == CALL:
                self.calls.append(got)
            elif got.kind == RETURN:
                raise AssertionError(f"call {got.call_id} returned, and none came: {Return(got.body)}")
        return self.calls.popleft()

    def answer(self, got, **options):
        self.send(frame(RETURN, reply(**options), got.call_id))

    def bind(self, path):
        """The export id of an object."""
        got = self.call(BIND, data(1, path.encode()))
        if got.hr or not got.caps:
            raise AssertionError(f"{path} is not there: {got}")
        return got.caps[0][1]

    def register(self, path, reference):
        """Gives a reference a name, which stays until somebody takes it away: `registered` has them all."""
        call_id = self.begin(REGISTER, data(1, path.encode()) + number(2, 1), caps=[reference])
        got = self.serve(call_id, lambda got: {"hr": E_NOINTERFACE})
        if got.hr == S_OK:
            registered[self.endpoint].append(path)
        return got

    def unregister(self, path):
        return self.serve(self.begin(UNREGISTER, data(1, path.encode())), lambda got: {"hr": E_NOINTERFACE})

    def increment(self, probe, value, **options):
        return self.call(INCREMENT, number(1, zigzag(value)), target=probe, iid=IPROBE, **options)

    def alive(self):
        """True, when a frame has been answered that must be."""
        self.send(frame(PING, key(1, FIXED64) + struct.pack("<Q", 77)))
        while True:
            got = self.receive()
            if got.kind == PONG and fields(got.body)[1] == [77]:
                return True
            self.keep(got)
