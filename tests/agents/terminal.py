"""What the scripted agents share: a terminal in raw mode, and the messages typed into it."""

import contextlib
import os
import re
import signal
import sys
import termios
import tty

PASTE_ON, PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
PASTE_START, PASTE_END = b"\x1b[200~", b"\x1b[201~"

# A piece can end anywhere, within one of the marks too.
TYPED = re.compile(rb"\r|\x03|\x04|\x1b\[200~|\x1b(\[(2(00?)?)?)?\Z")
PASTED = re.compile(rb"\x1b\[201~|\x1b(\[(2(01?)?)?)?\Z")

CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")

signal.signal(signal.SIGINT, signal.SIG_DFL)  # a Ctrl-C while not raw is an end, not a traceback


def show(text):
    """Writes to the screen. In raw mode a newline alone does not return the cursor."""
    data = text if isinstance(text, bytes) else text.encode()
    data = data.replace(b"\n", b"\r\n")
    while data:
        data = data[os.write(1, data):]


def title(text):
    """Sets the terminal's title, as agents say what they do."""
    show(f"\x1b]2;{text}\x07")


@contextlib.contextmanager
def raw(bracketed=True):
    """The terminal as a TUI holds it: every byte comes as it was typed, Ctrl-C too."""
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        if bracketed:
            show(PASTE_ON)
        yield
    finally:
        with contextlib.suppress(OSError, termios.error):
            if bracketed:
                show(PASTE_OFF)
            termios.tcsetattr(0, termios.TCSADRAIN, before)


def typed():
    """What is typed, in pieces of any size, until the terminal is gone."""
    while True:
        try:
            piece = os.read(0, 65536)
        except OSError:
            return
        if not piece:
            return
        yield piece


class Input:
    """Makes messages of what is typed: pasted text as it is, a line end outside it submits."""

    def __init__(self):
        self.rest, self.message, self.pasting = b"", b"", False

    def push(self, piece):
        """Yields `("text", bytes)` as it comes in, `("key", b"^C")`, `("message", bytes)`."""
        self.rest += piece
        while self.rest:
            ends = PASTED if self.pasting else TYPED
            mark = ends.search(self.rest)
            taken = self.rest[:mark.start() if mark else len(self.rest)]
            self.rest = self.rest[len(taken):]
            self.message += taken
            if taken:
                yield "text", taken
            if not mark:
                return
            if mark.group() not in (PASTE_START, PASTE_END, b"\r", b"\x03", b"\x04"):
                return  # the start of a mark, which goes on in the next piece
            self.rest = self.rest[len(mark.group()):]
            yield from self.end(mark.group())

    def end(self, mark):
        if mark in (PASTE_START, PASTE_END):
            self.pasting = mark == PASTE_START
        elif mark == b"\r":
            done, self.message = self.message, b""
            yield "message", done
        else:
            yield "key", mark


def messages(prompt, bracketed=True):
    """Shows `prompt`, yields each submitted message, ends as agents do.

    Ctrl-C empties what was typed, or on an empty line says `bye` and ends, as Ctrl-D does.
    """
    typing = Input()
    with raw(bracketed):
        show(prompt)
        for piece in typed():
            for kind, what in typing.push(piece):
                if kind == "text":
                    show(CONTROLS.sub(b"", what) if len(what) < 1000 else b"[pasted text]")
                elif kind == "message":
                    show("\n")
                    yield what.decode(errors="replace")
                    show(prompt)
                elif typing.message:
                    typing.message = b""
                    show("\n" + prompt)
                else:
                    show("\nbye\n")
                    sys.exit(0)
