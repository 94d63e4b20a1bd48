#!/usr/bin/env python3
"""Runs a program on a terminal of its own and types at it.

terminal.py COLUMNS PROGRAM ARGUMENT...

Reads steps from standard input, a JSON list: {"wait": TEXT}, {"type": TEXT}, {"columns": N}, {"end": true}. Prints all that
the program wrote, and ends with its exit code. A wait has no limit of its own: whoever starts this has one.
"""
import fcntl, json, os, pty, struct, sys, termios

columns, program = int(sys.argv[1]), sys.argv[2:]
steps = json.load(sys.stdin)


def resize(descriptor, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


child, terminal = pty.fork()
if child == 0:
    resize(0, columns)
    os.execvp(program[0], program)
written, seen = b"", 0


def read():
    global written
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return False
    written += data
    return bool(data)


for step in steps:
    if "wait" in step:
        text = step["wait"].encode()
        while text not in written[seen:] and read():
            pass
        place = written.find(text, seen)
        seen = len(written) if place < 0 else place + len(text)
    elif "type" in step:
        os.write(terminal, step["type"].encode())
    elif "columns" in step:
        resize(terminal, step["columns"])
while read():
    pass
sys.stdout.buffer.write(written)
status = os.waitpid(child, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status) & 255)
