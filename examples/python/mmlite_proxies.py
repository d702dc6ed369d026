"""What a program has of the peer's objects: references, and promises of what calls will return (docs/protocol.md, section 8)."""
from mmlite_wire import *


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
        return lambda timeout=usual, **values: self._peer.call(self, self._interface, method, timeout, values)

    def begin(self, method, timeout=None, **values):
        """The same without waiting: a Pending, whose results can be called before they are there."""
        usual = self._interface.timeouts.get(method, 5.0)
        return Pending(self._peer, self, self._interface, method, usual if timeout is None else timeout, values)

    def address(self, message):
        """Says in a Call what it is for. May wait."""
        message.target = self._export

    def resolve(self):
        """What it is as a parameter. May wait."""
        return self

    def cast(self, interface):
        """The same reference, seen as another interface (QueryInterface)."""
        self._peer.query(self._export, self._class, interface)
        return Proxy(self._peer, self._export, interface, kind=self._class)

    def keep(self):
        """What was lent with a call stays ours when our method returns."""
        self._kept = self._lent

    def close(self):
        self._peer.release(self._export)


class Pending:
    """A call that was sent, and that nobody waits for yet; `promise` is what it will return."""

    def __init__(self, peer, target, interface, method, timeout, values):
        if method in interface.oneway:
            raise ValueError('%s returns nothing' % method)
        self.peer, self.interface, self.method = peer, interface, method
        self.fields = self.failure = None
        self.out = peer.begin_method(target, interface, method, timeout, values, keeps=True)

    def is_out(self):
        """Whether the peer has to be asked for its results."""
        if self.fields is None and self.failure is None and self.peer.has_returned(self.out):
            self.settle()
        return self.fields is None and self.failure is None

    def settle(self):
        try:
            self.fields = self.peer.finish_method(self.interface, self.method, self.out)
        except CallFailed as failure:
            self.failure = failure

    def result(self):
        """The reply's fields; waits for them."""
        if self.is_out():
            self.settle()
        if self.failure:
            raise self.failure
        return self.fields

    def promise(self, field, interface):
        """A reference to what the reply will have in that field, as that interface; calls of it are sent at once."""
        return Promise(self, field, interface)

    def cancel(self):
        """Nobody wants its results any more; calls of them fail, unless they have begun."""
        if self.is_out():
            self.peer.forget(self.out)
            self.failure = CallFailed(RPC_E_CALL_CANCELED, 'the call was given up')


class Promise(Proxy):
    """A reference to what a call will return. If that fails, so do the calls of it, unexecuted."""

    def __init__(self, pending, field, interface):
        super().__init__(pending.peer, None, interface)
        if field not in pending.interface.references:
            raise ValueError('%s.%s has no reference %s' % (pending.interface.name, pending.method, field))
        reply = pending.interface.message(pending.peer.messages, pending.method, 'Reply')
        self._pending, self._field, self._number = pending, field, reply.DESCRIPTOR.fields_by_name[field].number

    def address(self, message):
        if self._peer.features & PIPELINE and self._pending.is_out():
            message.promise, message.target = self._pending.out.call_id, self._number
        else:
            message.target = self.resolve()._export

    def resolve(self):
        try:
            found = getattr(self._pending.result(), self._field)
        except CallFailed as failure:
            raise CallFailed(failure.hr, failure.detail, 'no') from None
        if found is None:
            raise CallFailed(RPC_E_INVALID_OBJECT, 'the call returned no such object', 'no')
        if not isinstance(found, Proxy):
            raise CallFailed(CO_E_OBJNOTCONNECTED, 'the object is our own', 'no')
        return found

    def cast(self, interface):
        return self.resolve().cast(interface)

    def close(self):
        """Gives the reference back; of a call that is out, gives that up."""
        self._pending.cancel()
        if not self._pending.failure and isinstance(getattr(self._pending.fields, self._field), Proxy):
            self.resolve().close()
