"""Calls of results that are still to come, as the callee sees them (docs/protocol.md, section 8): what a call with `keeps`
returned is known until its CANCEL, and calls that name it before it has returned wait here."""
import time

from mmlite_wire import *

USUAL_US, NO_TIMEOUT = 5000000, 0xFFFFFFFF


class Waiting:
    """A call whose turn comes when the one that it names returns."""

    def __init__(self, call_id, message, size):
        self.call_id, self.message, self.size = call_id, message, size
        self.entry = self.failure = None
        timeout_us = message.timeout_us or USUAL_US
        self.deadline = None if timeout_us == NO_TIMEOUT else time.monotonic() + timeout_us / 1e6


class Answer:
    """What is known of one call."""

    def __init__(self):
        self.has_returned = self.is_forgotten = False
        self.failure, self.named, self.waiting = None, {}, []


class Answers:
    def __init__(self, peer):
        self.peer, self.known = peer, {}

    def keep(self, call_id):
        """From here on calls may name it. False: there is no room."""
        if len(self.known) >= CALLS_MAX:
            return False
        self.known[call_id] = Answer()
        return True

    def take(self, waiting):
        """A call that names another one came: it is run now, or when that returns."""
        answer = self.known.get(waiting.message.promise)
        if answer and not answer.is_forgotten and not answer.has_returned:
            answer.waiting.append(waiting)
            return
        self.decide(waiting, None if not answer or answer.is_forgotten else answer)
        self.run(waiting)

    def decide(self, waiting, answer):
        """What it is for. From here on no Release takes that away."""
        cap = answer and answer.named.get(waiting.message.target)
        if answer and answer.failure:
            waiting.failure = CallFailed(answer.failure.hr, answer.failure.detail, 'no')
        elif cap and cap.where == RECEIVER:
            waiting.failure = CallFailed(CO_E_OBJNOTCONNECTED, 'the object is the caller\'s', 'no')
        else:
            waiting.entry = cap and self.peer.exports.get(cap.id)
            waiting.failure = None if waiting.entry else CallFailed(RPC_E_INVALID_OBJECT, executed='no')

    def run(self, waiting):
        if not waiting.failure and waiting.deadline and time.monotonic() >= waiting.deadline:
            waiting.failure = CallFailed(RPC_E_TIMEOUT, executed='no')
        self.peer.run_now(waiting.call_id, waiting.message, waiting.size, waiting.entry, waiting.failure)

    def settle(self, call_id, named, failure):
        """The call is about to return. Those that wait for it are returned: they are run when it has."""
        answer = self.known.get(call_id)
        if not answer:
            return []
        answer.has_returned, answer.named, answer.failure = True, named, failure
        waiting, answer.waiting = answer.waiting, []
        for one in waiting:
            self.decide(one, answer)
        if answer.is_forgotten:
            del self.known[call_id]
        return waiting

    def cancel(self, call_id):
        """Nothing will name the call any more; if it waits, it ends."""
        answer = self.known.get(call_id)
        if answer:
            answer.is_forgotten = True
            if answer.has_returned:
                del self.known[call_id]
        for other in list(self.known.values()):
            for waiting in other.waiting:
                if waiting.call_id == call_id:
                    other.waiting.remove(waiting)
                    waiting.failure = CallFailed(RPC_E_CALL_CANCELED, executed='no')
                    self.run(waiting)
                    return
