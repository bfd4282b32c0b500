"""How LLM services are spoken to, for llm.py: what is read of a request, and an answer as a whole or
as a stream of events. All of them differ in names only."""

import itertools
import json
import time

numbers = itertools.count(1)


class Chat:
    """OpenAI chat completions."""

    @staticmethod
    def turns(body):
        for message in body.get("messages") or []:
            if message["role"] == "tool":
                yield "result", json.dumps(message.get("content"))
            elif message["role"] == "user":
                yield "user", flat(message.get("content"))

    @staticmethod
    def tools(body):
        return [(one["function"]["name"], one["function"].get("parameters") or {})
                for one in body.get("tools") or [] if "function" in one]

    @staticmethod
    def message(answer):
        if "call" not in answer:
            return {"role": "assistant", "content": "".join(answer["pieces"])}, "stop"
        name, arguments = answer["call"]
        function = {"name": name, "arguments": json.dumps(arguments)}
        one = {"index": 0, "id": f"call-{next(numbers)}", "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [one]}, "tool_calls"

    @classmethod
    def whole(cls, answer):
        message, reason = cls.message(answer)
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return cls.about("chat.completion", [choice])

    @staticmethod
    def about(kind, choices):
        usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
        return {"id": "chat", "object": kind, "created": int(time.time()), "model": "mock",
                "choices": choices, "usage": usage}

    @classmethod
    def events(cls, answer):
        def chunk(delta, reason=None):
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            return data({**cls.about("chat.completion.chunk", [choice]), "usage": None})

        message, reason = cls.message(answer)
        yield chunk({"role": "assistant", "content": ""})
        for piece in paced(answer):
            yield chunk({"content": piece})
        if reason == "tool_calls":
            yield chunk({"tool_calls": message["tool_calls"]})
        yield chunk({}, reason)
        yield data(cls.about("chat.completion.chunk", []))
        yield "data: [DONE]\n\n"


class Responses:
    """OpenAI responses."""

    @staticmethod
    def turns(body):
        given = body.get("input") or []
        for item in [{"role": "user", "content": given}] if isinstance(given, str) else given:
            if item.get("type", "").endswith("call_output"):
                yield "result", json.dumps(item.get("output"))
            elif item.get("role") == "user":
                yield "user", flat(item.get("content"))

    @staticmethod
    def tools(body):
        return [(one["name"], one.get("parameters") or {}) for one in body.get("tools") or []
                if one.get("type") == "function"]

    @staticmethod
    def item(answer):
        if "call" in answer:
            name, arguments = answer["call"]
            number = next(numbers)
            return {"type": "function_call", "id": f"fc-{number}", "call_id": f"call-{number}",
                    "name": name, "arguments": json.dumps(arguments), "status": "completed"}
        content = {"type": "output_text", "text": "".join(answer["pieces"]), "annotations": []}
        return {"type": "message", "id": f"msg-{next(numbers)}", "role": "assistant",
                "content": [content], "status": "completed"}

    @staticmethod
    def response(items, status="completed"):
        usage = {"input_tokens": 9, "output_tokens": 9, "total_tokens": 18,
                 "input_tokens_details": {"cached_tokens": 0},
                 "output_tokens_details": {"reasoning_tokens": 0}}
        return {"id": "response", "object": "response", "created_at": int(time.time()),
                "model": "mock", "status": status, "output": items, "usage": usage}

    @classmethod
    def whole(cls, answer):
        return cls.response([cls.item(answer)])

    @classmethod
    def events(cls, answer):
        item = cls.item(answer)
        place = {"output_index": 0, "item_id": item["id"], "content_index": 0}
        yield named("response.created", response=cls.response([], "in_progress"))
        begun = item if "call" in answer else {**item, "content": []}
        yield named("response.output_item.added", output_index=0, item=begun)
        for piece in paced(answer):
            yield named("response.output_text.delta", delta=piece, **place)
        yield named("response.output_item.done", output_index=0, item=item)
        yield named("response.completed", response=cls.response([item]))


class Messages:
    """Anthropic messages."""

    @staticmethod
    def turns(body):
        for message in body.get("messages") or []:
            content = message.get("content")
            if message["role"] == "user":
                parts = [{"text": content}] if isinstance(content, str) else content
                for part in parts:
                    result = part.get("type") == "tool_result"
                    yield ("result", json.dumps(part.get("content"))) if result else ("user", part.get("text") or "")

    @staticmethod
    def tools(body):
        return [(one["name"], one.get("input_schema") or {}) for one in body.get("tools") or []]

    @staticmethod
    def whole(answer):
        block, reason = {"type": "text", "text": "".join(answer["pieces"])}, "end_turn"
        if "call" in answer:
            name, arguments = answer["call"]
            block = {"type": "tool_use", "id": f"toolu_{next(numbers)}", "name": name,
                     "input": arguments}
            reason = "tool_use"
        return {"id": f"msg_{next(numbers)}", "type": "message", "role": "assistant",
                "model": "mock", "content": [block], "stop_reason": reason, "stop_sequence": None,
                "usage": {"input_tokens": 9, "output_tokens": 9}}

    @classmethod
    def events(cls, answer):
        message = cls.whole(answer)
        block, reason = message["content"][0], message["stop_reason"]
        yield named("message_start", message={**message, "content": [], "stop_reason": None})
        empty = {"input": {}} if "call" in answer else {"text": ""}
        yield named("content_block_start", index=0, content_block={**block, **empty})
        for piece in paced(answer):
            delta = {"type": "text_delta", "text": piece}
            yield named("content_block_delta", index=0, delta=delta)
        if "call" in answer:
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            yield named("content_block_delta", index=0, delta=delta)
        yield named("content_block_stop", index=0)
        yield named("message_delta", delta={"stop_reason": reason}, usage=message["usage"])
        yield named("message_stop")


class Gemini:
    """Gemini generateContent."""

    @staticmethod
    def turns(body):
        for content in body.get("contents") or []:
            if content.get("role", "user") in ("user", "function"):
                for part in content.get("parts") or []:
                    result = part.get("functionResponse")
                    yield ("result", json.dumps(result)) if result else ("user", part.get("text") or "")

    @staticmethod
    def tools(body):
        return [(one["name"], one.get("parametersJsonSchema") or one.get("parameters") or {})
                for group in body.get("tools") or []
                for one in group.get("functionDeclarations") or []]

    @staticmethod
    def part(part, reason=None):
        candidate = {"index": 0, "content": {"role": "model", "parts": [part]}}
        if reason:
            candidate["finishReason"] = reason
        usage = {"promptTokenCount": 9, "candidatesTokenCount": 9, "totalTokenCount": 18}
        return {"candidates": [candidate], "usageMetadata": usage}

    @classmethod
    def whole(cls, answer):
        if "call" in answer:
            name, arguments = answer["call"]
            return cls.part({"functionCall": {"name": name, "args": arguments}}, "STOP")
        return cls.part({"text": "".join(answer["pieces"])}, "STOP")

    @classmethod
    def events(cls, answer):
        for piece in paced(answer):
            yield data(cls.part({"text": piece}))
        yield data(cls.whole(answer) if "call" in answer else cls.part({"text": ""}, "STOP"))


SPEAKS = [("/chat/completions", Chat), ("/responses", Responses), ("/messages", Messages),
          ("eneratecontent", Gemini)]


def flat(content):
    """The text of a message's content, which may be a list of parts."""
    if isinstance(content, list):
        return "\n".join(part.get("text") or "" for part in content)
    return content or ""


def paced(answer):
    for piece in answer["pieces"]:
        time.sleep(answer["pace"])
        yield piece


def data(value):
    return f"data: {json.dumps(value)}\n\n"


def named(kind, **fields):
    return f"event: {kind}\n{data({'type': kind, **fields})}"
