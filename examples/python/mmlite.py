"""A peer of MMLite nodes in Python, built from the protocol's description alone (idl/wire/rpc.proto, docs/protocol.md, and
the .proto files that idlc writes of interfaces). It shares no code with the project: what other languages need is what is
in this file and its three neighbours.

One thread: while a call waits for its return, calls that arrive are run, so a callback needs no thread of its own.
"""
import collections
import itertools
import os
import socket
import time

from google.protobuf.message import DecodeError

from mmlite_answers import Answers, Waiting
from mmlite_proxies import Object, Pending, Promise, Proxy
from mmlite_wire import *


class Out:
    """A call that was sent."""

    def __init__(self, call_id, lent, deadline):
        self.call_id, self.lent, self.deadline = call_id, lent, deadline


class Export:
    def __init__(self, object_):
        self.object, self.count, self.kind = object_, 0, 0


class Peer:
    """One link to a node. `root` is the object that the node finds here at export 0, if any. `endpoint` may also be a stream that
    a listening socket accepted: then the node has come to us."""

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
        self.kept = set()                   # ids of calls that others may name
        self.answers = Answers(self)        # those of the peer
        self.forgotten = {}                 # call id: exports lent to a call whose caller gave up
        self.taken = {}                     # call id: bytes of the peer's credit; 0: of all [oneway] calls
        self.oneway_calls = 0               # how many those are
        self.classes = []                   # of the peer's objects: (interfaces, whether they have no others)
        self.told = []                      # of ours: interfaces
        self.leaving = False                # a Goaway came
        self.depth = 0                      # of the call that runs here
        self.causality = None               # its logical thread
        self.thread = int.from_bytes(os.urandom(8), 'little')
        comes = isinstance(endpoint, socket.socket)
        self.socket = endpoint if comes else connect(endpoint)
        self.dead = None
        self.greet(name, comes)

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

    def greet(self, name, comes):
        hello = self.wire['Hello'](magic=MAGIC, version_min=VERSION, version_max=VERSION, node_id=os.urandom(16), name=name,
                                   features=FEATURES)
        hello.limits.max_message_bytes, hello.limits.window_bytes = BODY_MAX, WINDOW_BYTES
        hello.limits.max_calls = CALLS_MAX
        hello.limits.max_exports, hello.limits.max_depth, hello.limits.max_classes = EXPORTS_MAX, DEPTH_MAX, CLASSES_MAX
        if not comes:
            self.send(HELLO, hello)
        kind, _, _, body = self.receive(time.monotonic() + HOLD_S)
        if kind == ABORT:
            self.die(self.parse('Abort', body).detail)
        if kind != (HELLO if comes else WELCOME):
            self.abort(RPC_E_INVALID_DATA, 'the first frame is no greeting')
        theirs = self.parse('Hello', body)
        self.limits, self.features = theirs.limits, theirs.features & FEATURES
        if comes:
            self.send(WELCOME, hello)

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
        elif kind == CANCEL:
            self.answers.cancel(call_id)  # methods are not told
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
        if call_id in self.kept:
            self.kept.discard(call_id)
            self.send(CANCEL, call_id=call_id, flags=OPTIONAL)  # from here on nothing names it
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
            cap.where, cap.id = RECEIVER, value.resolve()._export
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

    def begin(self, target, iid, method, params, caps_of, timeout, oneway=False, keeps=False):
        """Sends a call of a proxy. `keeps`: others may be for what it returns. Returns what finish wants; None: [oneway]"""
        if self.dead:
            raise Disconnected(self.dead)
        deadline = time.monotonic() + timeout
        nested = self.depth > 0 and not oneway
        if not nested:
            self.await_credit(deadline)
            if self.leaving:
                raise CallFailed(RPC_E_SERVER_DIED_DNE, 'the node goes away', 'no')
        call_id = 0 if oneway else next(self.call_ids)
        message = self.wire['Call'](iid=iid, method=method, timeout_us=int(timeout * 1e6))
        if not oneway:
            message.causality, message.depth = self.causality or self.thread, self.depth
        lent = caps_of(params, message.caps)
        message.params = params.SerializeToString()
        try:
            target.address(message)  # last, as it changes with what arrives
        except CallFailed:
            self.take_lent(lent, ())
            raise
        if not oneway:
            self.returns[call_id] = None
        if keeps and self.features & PIPELINE:
            message.keeps = True
            self.kept.add(call_id)
        size = self.send(CALL, message, call_id)
        if not nested and self.features & CREDIT:
            self.taken[call_id] = self.taken.get(call_id, 0) + size
            self.oneway_calls += oneway
        return None if oneway else Out(call_id, lent, deadline)

    def has_returned(self, out):
        return self.returns.get(out.call_id) is not None

    def finish(self, out):
        """The Return of a call, once it is in. It is a success."""
        heard = time.monotonic()
        while self.returns[out.call_id] is None:
            try:
                self.handle(*self.receive(min(out.deadline, heard + HOLD_S / 3)))
                heard = time.monotonic()
            except TimeoutError:
                now = time.monotonic()
                if now >= out.deadline:
                    self.forget(out)
                    raise CallFailed(RPC_E_TIMEOUT, 'the deadline passed') from None
                if now >= heard + HOLD_S:
                    self.abort(RPC_E_DISCONNECTED, 'the peer is silent')
                self.send(PING, self.wire['Ping'](token=out.call_id))
                heard = max(heard, now - HOLD_S * 2 / 3)
        reply = self.returns.pop(out.call_id)
        self.take_lent(out.lent, reply.kept)
        if reply.hr < 0:
            for cap in reply.caps:
                self.give_back(cap)
            raise CallFailed(reply.hr & 0xFFFFFFFF, reply.detail, EXECUTED[min(reply.executed, 2)])
        return reply

    def forget(self, out):
        """Nobody waits for its Return any more."""
        self.forgotten[out.call_id] = out.lent
        self.kept.discard(out.call_id)
        del self.returns[out.call_id]
        self.send(CANCEL, call_id=out.call_id, flags=OPTIONAL)

    def begin_method(self, target, interface, method, timeout, values, keeps=False):
        request = interface.message(self.messages, method, 'Request')()

        def fill(params, caps):
            lent = []
            for name, value in values.items():
                if name in interface.references:
                    value, counted = self.put_reference(value, caps)
                    lent += [counted] if value else []
                setattr(params, name, value)
            return lent

        return self.begin(target, interface.iid, interface.methods[method], request, fill, timeout, method in interface.oneway,
                          keeps)

    def finish_method(self, interface, method, out):
        reply = self.finish(out)
        result = interface.message(self.messages, method, 'Reply')()
        try:
            result.ParseFromString(reply.results)
        except DecodeError:
            raise CallFailed(RPC_E_CLIENT_CANTUNMARSHAL_DATA, 'the results are malformed', 'yes') from None
        return self.with_references(result, reply.caps, interface)

    def call(self, target, interface, method, timeout, values):
        out = self.begin_method(target, interface, method, timeout, values)
        return out and self.finish_method(interface, method, out)

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
        self.finish(self.begin(Proxy(self, export, None), iid, 0, request, lambda params, caps: [], 5.0))

    def bind(self, path, interface):
        """The object of a path in what this link shows, as that interface."""
        root = Proxy(self, 0, 'INamespace')
        found = root.Bind(path=path).out_object
        if not isinstance(found, Proxy):
            raise CallFailed(E_NOINTERFACE, path + ' is an object of ours', 'yes')
        return found.cast(interface)

    def bind_pipelined(self, path, interface):
        """The same together with the first calls of the object, which fail if there is none."""
        return Proxy(self, 0, 'INamespace').begin('Bind', path=path).promise('out_object', interface)

    # ---- calls that we run ----

    def run(self, call_id, message, size):
        if message.promise and not self.features & PIPELINE:
            self.abort(RPC_E_INVALID_DATA, 'a Call is malformed')
        if message.keeps and call_id and self.features & PIPELINE and not self.answers.keep(call_id):
            self.run_now(call_id, message, size, failure=CallFailed(RPC_E_SERVERCALL_RETRYLATER, executed='no'))
        elif message.promise:
            self.answers.take(Waiting(call_id, message, size))
        else:
            self.run_now(call_id, message, size)

    def run_now(self, call_id, message, size, entry=None, failure=None):
        """Runs it, for the export that is known already if it named another call, or answers with why it is not run."""
        if not call_id:
            self.run_oneway(message, size, entry, failure)
            return
        reply = self.wire['Return']()
        lent, named = {}, {}
        try:
            if failure:
                raise failure
            named = self.dispatch(message, reply, lent, entry)
        except CallFailed as failed:
            if self.dead:
                raise
            reply.Clear()
            reply.hr, reply.detail = signed(failed.hr), failed.detail[:100]
            reply.executed = EXECUTED.index(failed.executed)
            failure = failed
        for index, proxy in lent.items():
            if proxy._kept and proxy._export:
                self.arrived[proxy._export] += 1
                reply.kept.append(index)
        waiting = self.answers.settle(call_id, named, failure)
        self.send(RETURN, reply, call_id)
        for one in waiting:
            self.answers.run(one)

    def run_oneway(self, message, size, entry, failure):
        """Nothing is returned. What came with the call is ours, so what its method does not keep goes back."""
        lent = {}
        try:
            if not failure:
                self.dispatch(message, self.wire['Return'](), lent, entry)
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

    def dispatch(self, message, reply, lent, entry):
        """Returns the references of the reply by the numbers of their fields."""
        entry = entry or self.exports.get(message.target)
        if not entry or entry.object is None:
            raise CallFailed(RPC_E_INVALID_OBJECT if message.target else NS_E_NOT_FOUND, executed='no')
        interface = self.interface_of(entry.object, bytes(message.iid))
        if message.method == 0:
            wanted = self.parse('QueryInterface_Request', message.params).iid
            if not self.interface_of(entry.object, wanted):
                raise CallFailed(E_NOINTERFACE, executed='yes')
            reply.executed = 1
            return {}
        if not interface:
            raise CallFailed(E_NOINTERFACE, executed='no')
        if message.depth >= DEPTH_MAX:
            raise CallFailed(RPC_E_SERVERCALL_REJECTED, executed='no')
        method = next((name for name, number in interface.methods.items() if number == message.method), None)
        if not method:
            raise CallFailed(RPC_E_INVALIDMETHOD, executed='no')
        return self.run_method(entry.object, interface, method, message, reply, lent)

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
        named = {}
        for name, value in (results or {}).items():
            if name in interface.references:
                value, _ = self.put_reference(value, reply.caps)
                if value:
                    named[answer.DESCRIPTOR.fields_by_name[name].number] = reply.caps[value - 1]
            setattr(answer, name, value)
        reply.results = answer.SerializeToString()
        return named

    def close(self):
        """Ends the link; the node gives back what it held."""
        self.socket.close()
        self.dead = self.dead or 'closed'


def connect(endpoint):
    """A stream to tcp:ADDRESS:PORT or unix:PATH."""
    scheme, _, rest = endpoint.partition(':')
    address, _, port = rest.rpartition(':')
    if scheme not in ('tcp', 'unix') or scheme == 'tcp' and not port.isdecimal():
        raise ValueError('%s: endpoints are tcp:ADDRESS:PORT or unix:PATH here' % endpoint)
    try:
        if scheme == 'unix':
            stream = socket.socket(socket.AF_UNIX)
            stream.connect(rest)
        else:
            stream = socket.create_connection((address, int(port)), timeout=HOLD_S)
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise OSError('%s: nobody answers: %s' % (endpoint, error.strerror or error)) from error
    return stream
