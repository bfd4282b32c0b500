#!/usr/bin/env python3
"""The LLM service that `make agents` puts behind real coding agents, on 127.0.0.1.

    llm.py LOG      prints its port, and runs until it is ended

It speaks what the agents speak: OpenAI chat completions and responses, Anthropic messages, Gemini
generateContent, streamed or whole. A line of the user's message says what is answered:

    say WORDS       WORDS
    think N         a line each half second, for N seconds
    silent N        nothing for N seconds, then a line
    long N          N lines at once
    bash: COMMAND   a call of the agent's own shell tool
    ask             a call of its own question tool
    askmany         the same, where several of three answers can be chosen
    error N         HTTP status N

Each request and each end of an answer is a line of JSON in LOG, with its time: from these one knows
what an agent was doing. `result` is what it said last of a tool. Requests that an agent makes for itself, for a title say, have `own`.

Under the path /plain/ the agent (aider) has no tools: commands stand in the text.
"""

import http.server
import json
import re
import sys
import threading
import time

sys.dont_write_bytecode = True
from llm_wire import SPEAKS, numbers

WORDS = re.compile(r"^\W*(?:(say|bash:) *(.+)|(think|silent|long|error) (\d+)|(ask(?:many)?))\s*$")
TAGGED = re.compile(r"<([\w-]+)[^>]*>.*?</\1>", re.S)
# What agents put around what the user typed.
MESSAGE = re.compile(r"</?user_(?:input|message|query)[^>]*>")

# What a conversation is known by, as long as it goes on.
SECRET = re.compile(r"secret-\w+")


class Log:
    """Lines of JSON, written by several threads."""

    def __init__(self, path):
        self.file, self.lock = open(path, "a"), threading.Lock()

    def add(self, **line):
        with self.lock:
            print(json.dumps({"at": time.time(), **line}), file=self.file, flush=True)


# What an answer is: the pieces of a text, or a call of a tool. `wait` is in seconds, before the
# first piece, `pace` before each.
def text(*pieces, wait=0, pace=0):
    return {"pieces": pieces, "wait": wait, "pace": pace}


def call(name, arguments):
    return {"call": (name, arguments), "pieces": (), "wait": 0, "pace": 0}


def decide(last, answered, tools, plain):
    """The answer to the message `last`, of which a tool has been `answered`."""
    found = cues(last)
    if not found:
        return text("I have nothing to say to that.")
    said, rest, counted, count, asks = found[-1].groups()
    word, count = said or counted or asks, int(count or 0)
    if answered:
        return text("The tool has answered.")
    if word == "say":
        return text(rest)
    if word == "think":
        return text(*(f"step {step}\n\n" for step in range(1, 2 * count + 1)), pace=0.5)
    if word == "silent":
        return text("That took a while.", wait=count)
    if word == "long":
        return text("\n\n".join(f"row {row} of {count}" for row in range(1, count + 1)))
    if word == "error":
        return {"status": count}
    if plain:
        return text(f"This is to be run:\n\n```bash\n{rest}\n```\n")
    return shell_call(tools, rest) if word == "bash:" else question_call(tools, word == "askmany")


def cues(message):
    """The lines of the user's message that say what is answered."""
    return [match for match in map(WORDS.match, typed(message).splitlines()) if match]


def typed(message):
    """What the user typed of a message: agents put blocks with reminders around it."""
    return TAGGED.sub("", MESSAGE.sub("", message)).strip()


# Calls of tools. None is known by its agent's name: what it needs tells which one it is.
def shell_call(tools, command):
    for name, schema in tools:
        needs = schema.get("required") or []
        key = next((key for key in ("command", "cmd", "commands") if key in needs), None)
        if key:
            # Codex asks only for what is to leave its sandbox.
            known = {key: command, "description": "Do it", "justification": "It must",
                     "sandbox_permissions": "require_escalated"}
            return call(name, fill(schema, known))
    return text("There is no shell here.")


def question_call(tools, several):
    asks, labels = ("Which colours?", ["Red", "Blue", "Green"]) if several else ("Which colour?", ["Red", "Blue"])
    choices = [{"label": label, "description": f"It is {label.lower()}"} for label in labels]
    one = {"question": asks, "header": "Colour", "options": choices, "choices": choices, "id": "colour",
           **dict.fromkeys(("multiSelect", "multi_select", "multiple"), several)}
    field = {"type": "string", "title": "Colour", "enum": labels}
    if several:
        field = {"type": "array", "title": "Colours", "items": {"type": "string", "enum": labels}}
    form = {"type": "object", "properties": {"colour": field}}
    known = {"questions": [one], "message": asks, "requestedSchema": form, **one}
    for name, schema in tools:
        needs = set(schema.get("required") or [])
        if needs & {"questions", "requestedSchema"} or "question" in needs and "ask" in name.lower():
            return call(name, fill(schema, known))
    return text("There is nobody to ask here.")


def fill(schema, known, root=None):
    """What `known` has for a JSON schema, with something in place of what else it requires."""
    root = root or schema
    while "$ref" in schema:
        path = schema["$ref"].split("/")[1:]
        schema = root
        for part in path:
            schema = schema[part]
    for several in ("anyOf", "oneOf", "allOf"):
        real = [one for one in schema.get(several) or [] if one.get("type") != "null"]
        schema = real[0] if real else schema
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = (kind[0] if isinstance(kind, list) else kind).lower()
    if kind == "object":
        inner, needs = schema.get("properties") or {}, schema.get("required") or []
        known = known if isinstance(known, dict) else {}
        more = known if schema.get("additionalProperties", not inner) else {}
        return {**more, **{key: fill(part, known.get(key), root)
                           for key, part in inner.items()
                           if key in known or key in needs}}
    if kind == "array":
        items = known if isinstance(known, list) else [] if known is None else [known]
        return [fill(schema.get("items") or {}, item, root) for item in items]
    if isinstance(known, dict):
        known = known.get("label")
    if known is not None:
        return known
    options = schema.get("enum")
    return options[0] if options else {"boolean": False, "integer": 1, "number": 1}.get(kind, "x")


def wanted_schema(body):
    """The schema of an answer that must be JSON."""
    config = body.get("generationConfig") or {}
    form = (body.get("text") or {}).get("format") or (body.get("output_config") or {}).get("format")
    return config.get("responseJsonSchema") or config.get("responseSchema") or (form or {}).get("schema")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.reply({"object": "list", "data": [{"id": "mock", "object": "model"}], "models": []})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        path = self.path.split("?")[0]
        speaks = next((one for end, one in SPEAKS if end in path.lower()), None)
        if speaks is None or re.search("count_?tokens", path, re.I):
            return self.reply({"input_tokens": 9, "totalTokens": 9})
        plain, tools = path.startswith("/plain/"), speaks.tools(body)
        schema, last, answered, result, known = wanted_schema(body), "", 0, "", set()
        for who, said in speaks.turns(body):
            known.update(SECRET.findall(said))
            if who == "result":
                answered, result = answered + 1, said
            elif typed(said):
                last, answered = said, 0
        # Qwen Code asks for suggestions and memories after a turn, with tools.
        own = bool(schema) or not (tools or plain) or not cues(last)
        if schema:
            answer = text(json.dumps(fill(schema, {})))
        else:
            answer = text("A title") if own else decide(last, answered, tools, plain)
        number = next(numbers)
        kind = "error" if "status" in answer else "call" if "call" in answer else "text"
        self.server.log.add(event="request", id=number, own=own, answer=kind, text=typed(last)[:20_000],
                            result=result[:2000], known=sorted(known))
        try:
            self.send(speaks, answer, bool(body.get("stream")) or "stream" in path.lower())
            self.server.log.add(event="end", id=number)
        except OSError:
            self.close_connection = True
            self.server.log.add(event="dropped", id=number)

    def send(self, speaks, answer, streamed):
        if "status" in answer:
            error = {"type": "api_error", "message": f"error {answer['status']} as asked for"}
            return self.reply({"type": "error", "error": error}, answer["status"])
        time.sleep(answer["wait"])
        if not streamed:
            time.sleep(answer["pace"] * len(answer["pieces"]))
            return self.reply(speaks.whole(answer))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for event in speaks.events(answer):
            self.wfile.write(event.encode())
            self.wfile.flush()

    def reply(self, value, status=200):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    server.log = Log(sys.argv[1])
    print(server.server_port, flush=True)
    server.serve_forever()
