"""A peer of MMLite nodes in Python, built from the protocol's description alone (idl/wire/rpc.proto, docs/protocol.md, and
the .proto files that idlc writes of interfaces). It shares no code with the project: what other languages need is what is
in this file.

One thread: while a call waits for its return, calls that arrive are run, so a callback needs no thread of its own.
"""
import collections
import itertools
import os
import re
import socket
import struct
import time
import uuid

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

HELLO, WELCOME, CALL, RETURN, RELEASE, CANCEL, PING, PONG, WINDOW, GOAWAY, ABORT = range(11)
CLASS = 13
OPTIONAL = 1
HEADER = struct.Struct('<BBHII')
MAGIC, VERSION = 0x314C4D4D, 1
CREDIT, DRAIN, CLASSES = 1, 2, 8
FEATURES = CREDIT | DRAIN | CLASSES
NIL, SENDER, RECEIVER = range(3)

# idl/errors.def
E_NOINTERFACE, NS_E_NOT_FOUND = 0x80004002, 0x80041201
RPC_E_CLIENT_CANTUNMARSHAL_DATA, RPC_E_SERVER_CANTUNMARSHAL_DATA, RPC_E_INVALID_DATA = 0x8001000C, 0x8001000E, 0x8001000F
RPC_E_INVALIDMETHOD, RPC_E_DISCONNECTED, RPC_E_SERVERCALL_REJECTED = 0x80010107, 0x80010108, 0x8001010B
RPC_E_INVALID_OBJECT, RPC_E_TIMEOUT, RPC_E_SERVER_DIED_DNE = 0x80010114, 0x8001011F, 0x80010012

BODY_MAX, WINDOW_BYTES, CALLS_MAX, EXPORTS_MAX, DEPTH_MAX, CLASSES_MAX, CLASS_IIDS_MAX = 65536, 262144, 16, 256, 8, 32, 12
HOLD_S = 3.0  # silence after which a peer that owes a return is dead
EXECUTED = ('no', 'yes', 'unknown')

# What the .proto files say of interfaces, docs/protocol.md.
INTERFACE = re.compile(r'^ Interface (\w+)[^\n]*\n IID ([0-9a-f-]{36})$', re.M)
METHOD = re.compile(r' Method (\d+) of \w+\.[^\n]*\n(?: Time-out (\d+) ms\.\n)?( Oneway: )?')
REFERENCE = "index into the message's references"


class CallFailed(Exception):
    """A call that ended with a failure: the code, what the other side said, and whether the call was executed."""

    def __init__(self, hr, detail='', executed='unknown'):
        super().__init__('0x%08x%s' % (hr, ': ' + detail if detail else ''))
        self.hr, self.detail, self.executed = hr, detail, executed


class Disconnected(CallFailed):
    """The link is dead, and with it every reference that came through it."""

    def __init__(self, detail):
        super().__init__(RPC_E_DISCONNECTED, detail)


class Messages:
    """What `protoc --include_source_info --descriptor_set_out` wrote: the message classes by their full names, and the
    interfaces by theirs. What a call needs beside its messages idlc writes as comments, in a fixed form."""

    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, 'rb') as file:
            files.ParseFromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)
        self.interfaces = {}
        for file in files.file:
            self.read_interfaces(file)

    def __getitem__(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def read_interfaces(self, file):
        interface = None
        places = {tuple(location.path): location for location in file.source_code_info.location}
        for number, message in enumerate(file.message_type):
            place = places[4, number]
            head = INTERFACE.search('\n\n'.join(place.leading_detached_comments))
            if head:
                interface = self.interfaces[head[1]] = Interface(head[1], head[2], file.package)
            method = METHOD.match(place.leading_comments)
            if method:
                name = message.name[len(interface.name) + 1:-len('_Request')]
                interface.methods[name] = int(method[1])
                if method[2]:
                    interface.timeouts[name] = int(method[2]) / 1000
                if method[3]:
                    interface.oneway.add(name)
            if interface:
                interface.references.update(field.name for at, field in enumerate(message.field)
                                            if REFERENCE in places[4, number, 2, at].trailing_comments)


class Interface:
    """An interface: its identity, the package of its messages, its methods' numbers and their time-outs in seconds, if
    they have any. `references` are the parameters that are some, since a message only has a number for them; `oneway` are the
    methods whose calls nothing answers."""

    def __init__(self, name, iid, package):
        self.name, self.package = name, package
        self.iid = uuid.UUID(iid).bytes_le
        self.methods, self.timeouts, self.references, self.oneway = {}, {}, set(), set()

    def message(self, messages, method, kind):
        return messages['%s.%s_%s_%s' % (self.package, self.name, method, kind)]


class Object:
    """An object of ours: methods of a Python class are those of its interfaces, which are named."""

    interfaces = ()


class Proxy:
    """A reference to an object of the peer, as the interface of that name. `proxy.Method(name=value)` returns the reply's fields.

    One that came as the result of a call is ours: `close` gives it back. One that came with a call to us is lent until our
    method returns, unless the method says `keep`."""

    def __init__(self, peer, export, interface, lent=False, kind=0):
        self._peer, self._export, self._lent, self._class = peer, export, lent, kind
        self._interface = interface and peer.messages.interfaces[interface]
        self._kept = False

    def __getattr__(self, method):
        if method not in self._interface.methods:
            raise AttributeError('%s has no method %s' % (self._interface.name, method))
        usual = self._interface.timeouts.get(method, 5.0)
        return lambda timeout=usual, **values: self._peer.call(self._export, self._interface, method, timeout, values)

    def cast(self, interface):
        """The same reference, seen as another interface (QueryInterface)."""
        self._peer.query(self._export, self._class, interface)
        return Proxy(self._peer, self._export, interface, kind=self._class)

    def keep(self):
        """What was lent with a call stays ours when our method returns."""
        self._kept = self._lent

    def close(self):
        self._peer.release(self._export)


class Export:
    def __init__(self, object_):
        self.object, self.count, self.kind = object_, 0, 0


class Peer:
    """One link to a node. `root` is the object that the node finds here at export 0, if any."""

    def __init__(self, endpoint, messages, name='', root=None):
        self.messages = messages
        self.wire = {name: messages['mmlite.wire.' + name]
                     for name in ('Hello', 'Call', 'Return', 'Release', 'Ping', 'Window', 'Class', 'Goaway', 'Abort',
                                  'QueryInterface_Request')}
        self.exports = {0: Export(root)}    # by id; 0 is never counted
        self.generations = itertools.count(1)
        self.arrived = collections.Counter()  # by the peer's export: how often it came
        self.call_ids = itertools.count(1)
        self.returns = {}                   # call id: Return, or None while it is out
        self.forgotten = {}                 # call id: exports lent to a call whose caller gave up
        self.taken = {}                     # call id: bytes of the peer's credit; 0: of all [oneway] calls
        self.oneway_calls = 0               # how many those are
        self.classes = []                   # of the peer's objects: (interfaces, whether they have no others)
        self.told = []                      # of ours: interfaces
        self.leaving = False                # a Goaway came
        self.depth = 0                      # of the call that runs here
        self.causality = None               # its logical thread
        self.thread = int.from_bytes(os.urandom(8), 'little')
        self.socket = connect(endpoint)
        self.dead = None
        self.greet(name)

    # ---- frames ----

    def send(self, kind, message=None, call_id=0, flags=0):
        body = message.SerializeToString() if message else b''
        try:
            self.socket.sendall(HEADER.pack(kind, flags, 0, call_id, len(body)) + body)
        except OSError as error:
            self.die(str(error))
        return HEADER.size + len(body)

    def receive_exactly(self, count, deadline):
        data = b''
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            try:
                part = self.socket.recv(count - len(data))
            except socket.timeout:
                part = None
            except OSError as error:
                self.die(str(error))
            if part == b'':
                self.die('the peer closed the link')
            data += part or b''
        return data

    def receive(self, deadline):
        """The next frame. A link on which a frame was cut in the middle would be dead, so the rest has time of its own."""
        head = self.receive_exactly(1, deadline)
        head += self.receive_exactly(HEADER.size - 1, time.monotonic() + HOLD_S)
        kind, flags, zero, call_id, size = HEADER.unpack(head)
        if zero or flags & ~OPTIONAL or size > BODY_MAX:
            self.abort(RPC_E_INVALID_DATA, 'a frame header is malformed')
        return kind, flags, call_id, self.receive_exactly(size, time.monotonic() + HOLD_S)

    def die(self, detail):
        self.dead = self.dead or detail
        self.socket.close()
        for export in [id_ for id_ in self.exports if id_]:
            del self.exports[export]
        raise Disconnected(self.dead)

    def abort(self, hr, detail):
        message = self.wire['Abort'](hr=signed(hr), detail=detail)
        self.send(ABORT, message)
        self.die(detail)

    def parse(self, name, body):
        message = self.wire[name]()
        try:
            message.ParseFromString(body)
        except DecodeError:
            self.abort(RPC_E_INVALID_DATA, 'a %s is malformed' % name)
        return message

    def greet(self, name):
        hello = self.wire['Hello'](magic=MAGIC, version_min=VERSION, version_max=VERSION, node_id=os.urandom(16), name=name,
                                   features=FEATURES)
        hello.limits.max_message_bytes, hello.limits.window_bytes = BODY_MAX, WINDOW_BYTES
        hello.limits.max_calls = CALLS_MAX
        hello.limits.max_exports, hello.limits.max_depth, hello.limits.max_classes = EXPORTS_MAX, DEPTH_MAX, CLASSES_MAX
        self.send(HELLO, hello)
        kind, _, _, body = self.receive(time.monotonic() + HOLD_S)
        if kind == ABORT:
            self.die(self.parse('Abort', body).detail)
        if kind != WELCOME:
            self.abort(RPC_E_INVALID_DATA, 'the first frame is no Welcome')
        welcome = self.parse('Hello', body)
        self.limits, self.features = welcome.limits, welcome.features & FEATURES

    # ---- what arrives ----

    def serve_until(self, deadline):
        """Handles what arrives until then."""
        try:
            while True:
                self.handle(*self.receive(deadline))
        except TimeoutError:
            pass

    def handle(self, kind, flags, call_id, body):
        if kind == CALL:
            self.run(call_id, self.with_known_classes(self.parse('Call', body)), HEADER.size + len(body))
        elif kind == RETURN:
            self.take_return(call_id, self.with_known_classes(self.parse('Return', body)))
        elif kind == RELEASE:
            for one in self.parse('Release', body).one:
                self.take_back(one.id, one.count)
        elif kind == WINDOW:
            self.take_window(self.parse('Window', body))
        elif kind == CLASS and self.features & CLASSES:
            self.take_class(self.parse('Class', body))
        elif kind == GOAWAY:
            self.parse('Goaway', body)
            self.leaving = True
            self.send(GOAWAY, self.wire['Goaway']())  # the node closes the link when nothing runs any more
        elif kind == PING:
            self.send(PONG, self.parse('Ping', body))
        elif kind == ABORT:
            self.die(self.parse('Abort', body).detail)
        elif kind != PONG and not flags & OPTIONAL:
            self.abort(RPC_E_INVALID_DATA, 'a frame of an unknown type')

    def take_window(self, window):
        if window.calls > self.oneway_calls or window.bytes > self.taken.get(0, 0):
            self.abort(RPC_E_INVALID_DATA, 'a Window gives back what was not taken')
        self.oneway_calls -= window.calls
        self.taken[0] -= window.bytes

    def take_class(self, message):
        sizes = [len(iid) for iid in message.iid]
        if message.index != len(self.classes) or message.index == CLASSES_MAX or sizes != [16] * min(len(sizes), CLASS_IIDS_MAX):
            self.abort(RPC_E_INVALID_DATA, 'a Class is malformed, not the next, or too much')
        self.classes.append((set(message.iid), message.closed))

    def with_known_classes(self, message):
        if any(getattr(cap, 'class') > len(self.classes) for cap in message.caps):  # a word of Python
            self.abort(RPC_E_INVALID_DATA, 'a reference has a class that was not announced')
        return message

    def tell_class(self, object_):
        """The number of what an object of ours has, announced if it was not yet; 0: there is no room."""
        if object_.interfaces not in self.told:
            if not self.features & CLASSES or len(self.told) >= self.limits.max_classes or len(object_.interfaces) > CLASS_IIDS_MAX:
                return 0
            iids = [self.messages.interfaces[name].iid for name in object_.interfaces]
            self.send(CLASS, self.wire['Class'](index=len(self.told), closed=True, iid=iids), flags=OPTIONAL)
            self.told.append(object_.interfaces)
        return self.told.index(object_.interfaces) + 1

    def take_return(self, call_id, message):
        self.taken.pop(call_id, None)
        if call_id in self.forgotten:  # late: nobody waits, but what came with it is given back
            self.take_lent(self.forgotten.pop(call_id), message.kept)
            for cap in message.caps:
                self.give_back(cap)
            return
        if self.returns.get(call_id, message) is not None:
            self.abort(RPC_E_INVALID_DATA, 'a Return is for no call')
        self.returns[call_id] = message

    def take_lent(self, lent, kept):
        for index, export in enumerate(lent):
            if export and index not in kept:
                self.take_back(export, 1)

    def take_back(self, export, count):
        entry = self.exports.get(export)
        if not export or not entry or count > entry.count:
            self.abort(RPC_E_INVALID_DATA, 'a Release gives back what was not given')
        entry.count -= count
        if not entry.count:
            del self.exports[export]

    def give_back(self, cap):
        if cap.where == SENDER and cap.id:
            self.arrived[cap.id] += 1
            self.release(cap.id)

    # ---- references ----

    def put_reference(self, value, caps):
        """Adds a reference to a message's list. Returns what the parameter says, and the export that was counted."""
        if value is None:
            return 0, 0
        cap, export = caps.add(), 0
        if isinstance(value, Proxy):
            cap.where, cap.id = RECEIVER, value._export
        else:
            export = next((id_ for id_, entry in self.exports.items() if id_ and entry.object is value), 0)
            if not export:
                number = next(self.generations)
                export = number % EXPORTS_MAX + 1 | (number // EXPORTS_MAX % 0xFFFF + 1) << 16
                self.exports[export] = Export(value)
                self.exports[export].kind = self.tell_class(value)
            self.exports[export].count += 1
            cap.where, cap.id = SENDER, export
            setattr(cap, 'class', self.exports[export].kind)
        return len(caps), export

    def take_reference(self, index, caps, lent=None):
        """What a parameter of a message refers to: a proxy without an interface yet, an object of ours, or None. `lent`:
        the message is a call, whose references are noted there by their place."""
        if not index:
            return None
        if index > len(caps):
            self.abort(RPC_E_INVALID_DATA, 'a parameter refers to no reference')
        cap = caps[index - 1]
        if cap.where == RECEIVER:
            entry = self.exports.get(cap.id)
            if not entry:
                self.abort(RPC_E_INVALID_DATA, 'a reference to nothing of ours')
            return entry.object
        if cap.where == SENDER:
            proxy = Proxy(self, cap.id, None, lent is not None, getattr(cap, 'class'))
            if lent is None:
                self.arrived[cap.id] += bool(cap.id)
            else:
                lent[index - 1] = proxy
            return proxy
        return None

    def release(self, export):
        count = self.arrived.pop(export, 0)
        if count:
            message = self.wire['Release']()
            message.one.add(id=export, count=count)
            self.send(RELEASE, message)

    # ---- calls that we make ----

    def has_credit(self):
        calls = len([call_id for call_id in self.taken if call_id]) + self.oneway_calls
        return calls < self.limits.max_calls and sum(self.taken.values()) < self.limits.window_bytes

    def await_credit(self, deadline):
        """Until the node takes one more call; those that wait for a return here are part of calls that it made."""
        try:
            while self.features & CREDIT and not self.has_credit():
                self.handle(*self.receive(deadline))
        except TimeoutError:
            raise CallFailed(RPC_E_TIMEOUT, 'the node takes no more calls', 'no') from None

    def exchange(self, export, iid, method, params, caps_of, timeout, oneway=False):
        if self.dead:
            raise Disconnected(self.dead)
        deadline = time.monotonic() + timeout
        nested = self.depth > 0 and not oneway
        if not nested:
            self.await_credit(deadline)
            if self.leaving:
                raise CallFailed(RPC_E_SERVER_DIED_DNE, 'the node goes away', 'no')
        call_id = 0 if oneway else next(self.call_ids)
        message = self.wire['Call'](target=export, iid=iid, method=method, timeout_us=int(timeout * 1e6))
        if not oneway:
            message.causality, message.depth = self.causality or self.thread, self.depth
        lent = caps_of(params, message.caps)
        message.params = params.SerializeToString()
        if not oneway:
            self.returns[call_id] = None
        size = self.send(CALL, message, call_id)
        if not nested and self.features & CREDIT:
            self.taken[call_id] = self.taken.get(call_id, 0) + size
            self.oneway_calls += oneway
        if oneway:
            return None
        heard = time.monotonic()
        while self.returns[call_id] is None:
            try:
                self.handle(*self.receive(min(deadline, heard + HOLD_S / 3)))
                heard = time.monotonic()
            except TimeoutError:
                now = time.monotonic()
                if now >= deadline:
                    self.forgotten[call_id] = lent
                    del self.returns[call_id]
                    self.send(CANCEL, call_id=call_id, flags=OPTIONAL)
                    raise CallFailed(RPC_E_TIMEOUT, 'the deadline passed') from None
                if now >= heard + HOLD_S:
                    self.abort(RPC_E_DISCONNECTED, 'the peer is silent')
                self.send(PING, self.wire['Ping'](token=call_id))
                heard = max(heard, now - HOLD_S * 2 / 3)
        reply = self.returns.pop(call_id)
        self.take_lent(lent, reply.kept)
        if reply.hr < 0:
            for cap in reply.caps:
                self.give_back(cap)
            raise CallFailed(reply.hr & 0xFFFFFFFF, reply.detail, EXECUTED[min(reply.executed, 2)])
        return reply

    def call(self, export, interface, method, timeout, values):
        request = interface.message(self.messages, method, 'Request')()

        def fill(params, caps):
            lent = []
            for name, value in values.items():
                if name in interface.references:
                    value, counted = self.put_reference(value, caps)
                    lent += [counted] if value else []
                setattr(params, name, value)
            return lent

        reply = self.exchange(export, interface.iid, interface.methods[method], request, fill, timeout, method in interface.oneway)
        if not reply:
            return None
        result = interface.message(self.messages, method, 'Reply')()
        try:
            result.ParseFromString(reply.results)
        except DecodeError:
            raise CallFailed(RPC_E_CLIENT_CANTUNMARSHAL_DATA, 'the results are malformed', 'yes') from None
        return self.with_references(result, reply.caps, interface)

    def with_references(self, message, caps, interface, lent=None):
        """A message whose references are objects: a small name space, so that callers see no indices."""
        fields = {field.name: getattr(message, field.name) for field in message.DESCRIPTOR.fields}
        for name in fields:
            if name in interface.references:
                fields[name] = self.take_reference(fields[name], caps, lent)
        return type('Fields', (), fields)()

    def query(self, export, kind, interface):
        iid = self.messages.interfaces[interface].iid
        iids, closed = self.classes[kind - 1] if kind else ((), False)
        if iid in iids:
            return
        if closed:
            raise CallFailed(E_NOINTERFACE, executed='yes')
        request = self.wire['QueryInterface_Request'](iid=iid)
        self.exchange(export, iid, 0, request, lambda params, caps: [], 5.0)

    def bind(self, path, interface):
        """The object of a path in what this link shows, as that interface."""
        root = Proxy(self, 0, 'INamespace')
        found = root.Bind(path=path).out_object
        if not isinstance(found, Proxy):
            raise CallFailed(E_NOINTERFACE, path + ' is an object of ours', 'yes')
        return found.cast(interface)

    # ---- calls that we run ----

    def run(self, call_id, message, size):
        if not call_id:
            self.run_oneway(message, size)
            return
        reply = self.wire['Return']()
        lent = {}
        try:
            self.dispatch(message, reply, lent)
        except CallFailed as failure:
            if self.dead:
                raise
            reply.Clear()
            reply.hr, reply.detail = signed(failure.hr), failure.detail[:100]
            reply.executed = EXECUTED.index(failure.executed)
        for index, proxy in lent.items():
            if proxy._kept and proxy._export:
                self.arrived[proxy._export] += 1
                reply.kept.append(index)
        self.send(RETURN, reply, call_id)

    def run_oneway(self, message, size):
        """Nothing is returned. What came with the call is ours, so what its method does not keep goes back."""
        lent = {}
        try:
            self.dispatch(message, self.wire['Return'](), lent)
        except CallFailed:
            if self.dead:
                raise
        if self.features & CREDIT:
            self.send(WINDOW, self.wire['Window'](calls=1, bytes=size))
        for index, cap in enumerate(message.caps):
            if index in lent and lent[index]._kept:
                self.arrived[cap.id] += 1
            else:
                self.give_back(cap)

    def dispatch(self, message, reply, lent):
        entry = self.exports.get(message.target)
        if not entry or entry.object is None:
            raise CallFailed(RPC_E_INVALID_OBJECT if message.target else NS_E_NOT_FOUND, executed='no')
        interface = self.interface_of(entry.object, bytes(message.iid))
        if message.method == 0:
            wanted = self.parse('QueryInterface_Request', message.params).iid
            if not self.interface_of(entry.object, wanted):
                raise CallFailed(E_NOINTERFACE, executed='yes')
            reply.executed = 1
            return
        if not interface:
            raise CallFailed(E_NOINTERFACE, executed='no')
        if message.depth >= DEPTH_MAX:
            raise CallFailed(RPC_E_SERVERCALL_REJECTED, executed='no')
        method = next((name for name, number in interface.methods.items() if number == message.method), None)
        if not method:
            raise CallFailed(RPC_E_INVALIDMETHOD, executed='no')
        self.run_method(entry.object, interface, method, message, reply, lent)

    def interface_of(self, object_, iid):
        interfaces = (self.messages.interfaces[name] for name in object_.interfaces)
        return next((interface for interface in interfaces if interface.iid == iid), None)

    def run_method(self, object_, interface, method, message, reply, lent):
        request = interface.message(self.messages, method, 'Request')()
        try:
            request.ParseFromString(message.params)
        except DecodeError:
            raise CallFailed(RPC_E_SERVER_CANTUNMARSHAL_DATA, executed='no') from None
        arguments = self.with_references(request, message.caps, interface, lent)
        before = self.causality, self.depth
        self.causality, self.depth = message.causality, message.depth + 1
        try:
            results = getattr(object_, method)(arguments)
        finally:
            self.causality, self.depth = before
        reply.executed = 1
        answer = interface.message(self.messages, method, 'Reply')()
        for name, value in (results or {}).items():
            if name in interface.references:
                value, _ = self.put_reference(value, reply.caps)
            setattr(answer, name, value)
        reply.results = answer.SerializeToString()

    def close(self):
        """Ends the link; the node gives back what it held."""
        self.socket.close()
        self.dead = self.dead or 'closed'


def signed(hr):
    return hr - (1 << 32) if hr & 0x80000000 else hr


def connect(endpoint):
    """A stream to tcp:ADDRESS:PORT or unix:PATH."""
    scheme, _, rest = endpoint.partition(':')
    if scheme == 'unix':
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(rest)
        return stream
    if scheme != 'tcp':
        raise ValueError('%s: endpoints are tcp:ADDRESS:PORT or unix:PATH' % endpoint)
    address, _, port = rest.rpartition(':')
    stream = socket.create_connection((address, int(port)), timeout=HOLD_S)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream
