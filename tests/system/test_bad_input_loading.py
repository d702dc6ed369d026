#!/usr/bin/python3
"""Peers that have a node load more than it can: each is held to its own share, and others go on loading. The list behind it:
README.md."""
import itertools
import shutil

from bad_input import *
from system import LINUX, main

# PORT_MAX_ACTIVATIONS and PORT_ACTIVATIONS_PER_SECOND of a node's kind
AT_ONCE = {True: 2, False: 8}
PER_SECOND = {True: 16, False: 32}
IMAGES = 48
INDICES = {target.lane: itertools.count() for target in TARGETS}
SECOND_S = 1.1


def provide_images():
    """A folder of components whose constructors take their time, so many that no peer may have all of them at once."""
    NODES.components = os.path.join(NODES.place.folder, "slow")
    os.mkdir(NODES.components)
    for system in (LINUX, I386, ARMV7M):
        for index in range(IMAGES):
            shutil.copy(system.test_component("slow"), os.path.join(NODES.components, f"{system.name}_slow{index}.{system.suffix}"))


def slow(target):
    """The name of one that was not asked for before: failures are remembered for a second."""
    return data(1, f"{target.name if target.is_kernel else 'linux'}_slow{next(INDICES[target.lane])}".encode())


@on_each_node
def test_a_peer_has_few_components_loaded_at_once_whoever_waits_for_them(target, endpoint):
    limit = AT_ONCE[target.is_kernel]
    with RawPeer(endpoint) as greedy, RawPeer(endpoint) as modest:
        time.sleep(SECOND_S)  # until what others asked for in this second is over
        codes = [greedy.call(BIND, slow(target), timeout_us=20_000).hr for _ in range(limit)]
        expect(codes == [TIMEOUT] * limit, [hex(code) for code in codes])
        for _ in range(3):
            got = greedy.call(BIND, slow(target), timeout_us=20_000)
            expect(got.hr == TOO_MANY_ACTIVATIONS and "try again later" in got.detail, f"{got}")
        other = modest.call(BIND, slow(target), timeout_us=30_000_000)
        expect(other.hr == NOT_PRESENT, f"another peer has a share of its own: {other}")
        expect(greedy.alive(), "the link goes on")
        got = greedy.call(BIND, slow(target), timeout_us=30_000_000)  # those before had begun earlier than that of `modest`
        expect(got.hr == NOT_PRESENT, f"and has its share again when they have ended: {got}")


@on_each_node
def test_a_storm_of_names_is_looked_for_so_many_times_a_second(target, endpoint):
    limit = PER_SECOND[target.is_kernel]
    with RawPeer(endpoint) as peer:
        names = (data(1, b"before_the_storm%d" % index) for index in itertools.count())  # failures are remembered

        def finds_another_name():
            return peer.call(BIND, next(names)).hr == NOT_FOUND

        wait_until(finds_another_name, SETTLE_S, "the next second of the node")  # a machine's may take longer than ours
        begin = time.monotonic()
        calls = [peer.call(BIND, data(1, b"storm%d" % index)) for index in range(3 * limit)]
        seconds = 2 + int(time.monotonic() - begin)  # that it can have touched
        found = 1 + [got.hr for got in calls].count(NOT_FOUND)  # with the one before
        expect({got.hr for got in calls} == {NOT_FOUND, TOO_MANY_ACTIVATIONS} or seconds > 3, f"{found} of {len(calls)}")
        expect(calls[0].hr == NOT_FOUND and limit <= found <= seconds * limit, f"{found} in {seconds} s")
        wait_until(finds_another_name, SETTLE_S, "the next second of the node")


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    provide_images()
    main(globals())
