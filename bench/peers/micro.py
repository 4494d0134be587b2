"""CPython's share of the micro benches: micro.py WORK SECONDS prints {"figure": ...}, in the unit of the work.

Names and shapes are those of bench/micro/*.ts: a batch is sized to a fifth of the time, and the fastest of five counts.
"""
import asyncio
import json
import os
import random
import sys
import time

BATCHES = 5
WORKS = {}


def work(name, multiple=1):
    """Registers a coroutine function of the number of operations as a timed work."""

    def register(operations):
        WORKS[name] = lambda seconds: timed(operations, multiple, seconds)
        return operations

    return register


def measured(name):
    """Registers a function that measures by itself."""

    def register(function):
        WORKS[name] = lambda seconds: function()
        return function

    return register


def timed(operations, multiple, seconds):
    def nanoseconds(count):
        started = time.perf_counter_ns()
        asyncio.run(operations(count))
        return time.perf_counter_ns() - started

    def round_up(count):
        return -int(-count // multiple) * multiple

    wanted = seconds * 1e9 / BATCHES
    count = round_up(100)
    while (taken := nanoseconds(count)) < wanted / 2:
        count = round_up(count * min(8, max(1.5, wanted / taken)))
    return min(nanoseconds(count) / count for _ in range(BATCHES))


async def sleep_zero(times):
    for _ in range(times):
        await asyncio.sleep(0)


@work("sleep0-1")
async def _(operations):
    await asyncio.create_task(sleep_zero(operations))


@work("sleep0-100", 100)
async def _(operations):
    for task in [asyncio.create_task(sleep_zero(operations // 100)) for _ in range(100)]:
        await task


async def nothing():
    pass


@work("create-task")
async def _(operations):
    for _ in range(operations):
        await asyncio.create_task(nothing())


@work("ping-pong")
async def _(operations):
    new_future = asyncio.get_running_loop().create_future
    ball, back = new_future(), new_future()

    async def ping():
        for _ in range(operations):
            waiting = back
            ball.set_result(None)
            await waiting

    async def pong():
        nonlocal ball, back
        for _ in range(operations):
            await ball
            waiting = back
            ball, back = new_future(), new_future()
            waiting.set_result(None)

    other = asyncio.create_task(pong())
    await asyncio.create_task(ping())
    await other


@work("call-soon", 1000)
async def _(operations):
    loop = asyncio.get_running_loop()
    finished = loop.create_future()
    left = operations

    def ignore():
        pass

    def following():
        nonlocal left
        if left <= 0:
            finished.set_result(None)
            return
        left -= 1000
        for _ in range(999):
            loop.call_soon(ignore)
        loop.call_soon(following)

    following()
    await finished


def timers(count):
    delays = random.Random(1)

    async def fire_half():
        loop = asyncio.get_running_loop()
        finished = loop.create_future()
        left = count // 2

        def fired():
            nonlocal left
            left -= 1
            if not left:
                finished.set_result(None)

        handles = [loop.call_later(delays.random() * 0.5, fired) for _ in range(count)]
        for handle in handles[::2]:
            handle.cancel()
        time.sleep(0.5)
        await finished

    started = time.process_time_ns()
    asyncio.run(fire_half())
    return (time.process_time_ns() - started) / count


@measured("timers-1e5")
def _():
    return timers(100_000)


@measured("timers-1e6")
def _():
    return timers(1_000_000)


async def queue_pairs(pairs, maxsize, times):
    queue = asyncio.Queue(maxsize)

    async def produce():
        for index in range(times):
            await queue.put(index)

    async def consume():
        for _ in range(times):
            await queue.get()

    tasks = []
    for _ in range(pairs):
        tasks += asyncio.create_task(produce()), asyncio.create_task(consume())
    for task in tasks:
        await task


@work("queue-2")
async def _(operations):
    await queue_pairs(1, 1, operations)


@work("queue-100", 50)
async def _(operations):
    await queue_pairs(50, 10, operations // 50)


@work("jobs")
async def _(operations):
    queue = asyncio.Queue()

    async def worker():
        while True:
            await queue.get()
            await nothing()
            queue.task_done()

    workers = [asyncio.create_task(worker()) for _ in range(100)]
    for index in range(operations):
        queue.put_nowait(index)
    await queue.join()
    for task in workers:
        task.cancel()


@work("lock-free")
async def _(operations):
    lock = asyncio.Lock()
    for _ in range(operations):
        await lock.acquire()
        lock.release()


async def contend(permits, tasks, operations):
    async def body():
        for _ in range(operations // tasks):
            await permits.acquire()
            await asyncio.sleep(0)
            permits.release()

    for task in [asyncio.create_task(body()) for _ in range(tasks)]:
        await task


@work("lock-10", 10)
async def _(operations):
    await contend(asyncio.Lock(), 10, operations)


@work("semaphore", 100)
async def _(operations):
    await contend(asyncio.Semaphore(10), 100, operations)


@work("condition", 2)
async def _(operations):
    condition = asyncio.Condition()
    owner = 0

    async def take(player):
        nonlocal owner
        for _ in range(operations // 2):
            await condition.acquire()
            while owner != player:
                await condition.wait()
            owner = 1 - player
            condition.notify()
            condition.release()

    other = asyncio.create_task(take(1))
    await take(0)
    await other


@work("task-group", 10_000)
async def _(operations):
    for _ in range(operations // 10_000):
        async with asyncio.TaskGroup() as group:
            for _ in range(10_000):
                group.create_task(sleep_zero(1))


@work("timeout", 2)
async def _(operations):
    for _ in range(operations // 2):
        async with asyncio.timeout(10):
            async with asyncio.timeout(10):
                await asyncio.sleep(0)


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(make_body):
    """Resident memory per waiting task: CPython has no other figure that is as cheap to get."""

    async def main():
        body = make_body()
        before = resident_bytes()
        tasks = [asyncio.create_task(body()) for _ in range(50_000)]
        await asyncio.sleep(0)
        after = resident_bytes()
        for task in tasks:
            task.cancel()
        return (after - before) / len(tasks)

    return asyncio.run(main())


@measured("idle-task")
def _():
    def make_body():
        async def body():
            await asyncio.get_running_loop().create_future()

        return body

    return memory(make_body)


@measured("queue-task")
def _():
    def make_body():
        queue = asyncio.Queue()

        async def body():
            await queue.get()

        return body

    return memory(make_body)


@measured("lines")
def _():
    """Nanoseconds per line of 64 bytes that arrive over TCP in blocks of 64 KiB."""
    block = (b"x" * 63 + b"\n") * 1024
    blocks = 256

    async def send(reader, writer):
        for _ in range(blocks):
            writer.write(block)
            await writer.drain()
        writer.close()

    async def main():
        async with await asyncio.start_server(send, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            started = time.perf_counter_ns()
            lines = 0
            while await reader.readline():
                lines += 1
            taken = time.perf_counter_ns() - started
            writer.close()
        return taken / lines

    return min(asyncio.run(main()) for _ in range(3))


@measured("versions")
def _():
    versions = {"python": sys.version.split()[0], "uvloop": None}
    try:
        import uvloop

        versions["uvloop"] = uvloop.__version__
    except ImportError:
        pass
    return versions


print(json.dumps({"figure": WORKS[sys.argv[1]](float((sys.argv + ["1"])[2]))}))
