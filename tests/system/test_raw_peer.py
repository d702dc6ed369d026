#!/usr/bin/python3
"""The peer that other tests say anything with: what it takes from a node, however that comes. The node here is a list of frames."""
import contextlib
import socket
import tempfile
import threading
from unittest import mock

import raw_peer
from raw_peer import *
from system import expect, main


@contextlib.contextmanager
def peer_of(answer):
    """A peer whose node calls `answer` with each frame that it sends after the greeting, and sends what that returns."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.join(folder, "node"))
        listener.listen()

        def serve():
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
                while header := stream.read(HEADER.size):
                    kind, _, _, call_id, size = HEADER.unpack(header)
                    stream.read(size)
                    connection.sendall(frame(WELCOME, hello()) if kind == HELLO else answer(kind, call_id))

        node = threading.Thread(target=serve, daemon=True)
        node.start()
        with RawPeer("unix:" + listener.getsockname()) as peer:
            yield peer
        node.join()


def test_calls_that_return_in_another_order_than_they_were_made_are_all_finished():
    held = []

    def answer(kind, call_id):
        held.append(frame(RETURN, reply(hr=call_id), call_id))
        return b"".join(reversed(held)) if len(held) == 5 else b""

    with peer_of(answer) as peer:
        calls = [peer.begin(NULL) for _ in range(5)]
        expect([peer.finish(call_id).hr for call_id in calls] == calls, "each has its own")


def test_what_comes_before_the_answer_to_a_ping_is_kept():
    def answer(kind, call_id):
        if kind == CALL:
            return b""
        return frame(CALL, call(NULL), 9) + frame(RETURN, reply(), 1) + frame(PONG, key(1, FIXED64) + struct.pack("<Q", 77))

    with peer_of(answer) as peer:
        call_id = peer.begin(NULL)
        expect(peer.alive() and peer.next_call().call_id == 9 and peer.finish(call_id).hr == S_OK, "both are there")


def test_a_call_that_never_returns_fails_although_the_link_goes_on():
    def answer(kind, call_id):
        return frame(PING, key(1, FIXED64) + struct.pack("<Q", 1))  # to each PONG as well

    with mock.patch.object(raw_peer, "PINGS_MAX_S", 0.2), peer_of(answer) as peer:
        call_id = peer.begin(NULL)
        for wait in (peer.finish, lambda call_id: peer.serve(call_id, lambda got: None)):
            try:
                got = wait(call_id)
                raise AssertionError(f"it has returned: {got}")
            except TimeoutError as failure:
                expect("PINGs" in str(failure), str(failure))


if __name__ == "__main__":
    main(globals())
