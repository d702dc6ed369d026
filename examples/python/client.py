#!/usr/bin/python3
"""Calls objects of a node from Python, hands it an object of its own and is called back, registers one and is called by
others: `client.py MESSAGES ENDPOINT`, where MESSAGES is build/gen/messages.bin."""
import select
import sys
import time

import mmlite

CALCULATOR_E_OVERFLOW, CALCULATOR_E_DIVIDE_BY_ZERO = 0x80040202, 0x80040201


class Listener(mmlite.Object):
    interfaces = ('ITickListener',)

    def __init__(self):
        self.ticks = 0

    def Tick(self, arguments):
        self.ticks += 1
        print('  tick %d %s' % (arguments.number, 'inside the call' if arguments.during_call else 'by itself'))


class Calculator(mmlite.Object):
    """A calculator that others may call, written in Python."""
    interfaces = ('ICalculator',)

    def fits(self, value):
        if not -2**31 <= value < 2**31:
            raise mmlite.CallFailed(CALCULATOR_E_OVERFLOW, executed='yes')
        return value

    def Add(self, arguments):
        return {'out_sum': self.fits(arguments.left + arguments.right)}

    def Subtract(self, arguments):
        return {'out_difference': self.fits(arguments.left - arguments.right)}

    def Multiply(self, arguments):
        return {'out_product': self.fits(arguments.left * arguments.right)}

    def Divide(self, arguments):
        if not arguments.divisor:
            raise mmlite.CallFailed(CALCULATOR_E_DIVIDE_BY_ZERO, executed='yes')
        return {'out_quotient': self.fits(int(arguments.dividend / arguments.divisor))}


def list_names(root):
    names, more = [], True
    while more:
        reply = root.List(after=names[-1].rstrip('/') if names else '', capacity=2048)
        part = reply.names.decode().split('\0')[:-1]
        names, more = names + part, len(part) > 0
    return names


def main(messages_path, endpoint):
    peer = mmlite.Peer(endpoint, mmlite.Messages(messages_path))
    root = mmlite.Proxy(peer, 0, 'INamespace')
    print('names: %s' % ' '.join(name for name in list_names(root) if name in ('probe', 'ticker')))

    calculator = peer.bind('calculator', 'ICalculator')
    print('6 * 7 = %d' % calculator.Multiply(left=6, right=7).out_product)
    try:
        calculator.Divide(dividend=1, divisor=0)
    except mmlite.CallFailed as failure:
        print('1 / 0 fails with 0x%08x, executed: %s' % (failure.hr, failure.executed))
    calculator.close()

    listener = Listener()
    ticker = peer.bind('ticker', 'ITicker')
    ticker.Start(listener=listener, during=2, after=2, interval_ms=50)
    print('Start has returned')
    give_up = time.monotonic() + 10
    while len(peer.exports) > 1 and time.monotonic() < give_up:  # until the ticker lets go of the listener
        peer.serve_until(time.monotonic() + 0.05)
    print('%d ticks; the listener is %s' % (listener.ticks, 'let go' if len(peer.exports) == 1 else 'still held'))
    ticker.close()

    root.Register(path='python', object=Calculator(), flags=0)
    print('registered as python', flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:  # until somebody has called it and says so
        peer.serve_until(time.monotonic() + 0.05)
    root.Unregister(path='python')
    peer.close()


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (mmlite.CallFailed, OSError, ValueError) as error:
        sys.exit('client.py: %s' % error)
