"""What is on the wire: numbers of the protocol, its messages and those of all interfaces (idl/wire/rpc.proto, and what idlc
writes of interfaces), and how calls fail."""
import re
import struct
import uuid

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

HELLO, WELCOME, CALL, RETURN, RELEASE, CANCEL, PING, PONG, WINDOW, GOAWAY, ABORT = range(11)
CLASS = 13
OPTIONAL = 1
HEADER = struct.Struct('<BBHII')
MAGIC, VERSION = 0x314C4D4D, 1
CREDIT, DRAIN, PIPELINE, CLASSES = 1, 2, 4, 8
FEATURES = CREDIT | DRAIN | PIPELINE | CLASSES
NIL, SENDER, RECEIVER = range(3)

# idl/errors.def
E_NOINTERFACE, NS_E_NOT_FOUND, CO_E_OBJNOTCONNECTED = 0x80004002, 0x80041201, 0x800401FD
RPC_E_CLIENT_CANTUNMARSHAL_DATA, RPC_E_SERVER_CANTUNMARSHAL_DATA, RPC_E_INVALID_DATA = 0x8001000C, 0x8001000E, 0x8001000F
RPC_E_CALL_CANCELED, RPC_E_INVALIDMETHOD, RPC_E_DISCONNECTED = 0x80010002, 0x80010107, 0x80010108
RPC_E_SERVERCALL_RETRYLATER, RPC_E_SERVERCALL_REJECTED = 0x8001010A, 0x8001010B
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


def signed(hr):
    return hr - (1 << 32) if hr & 0x80000000 else hr
