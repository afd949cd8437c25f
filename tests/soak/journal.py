"""What a soaking process keeps of its writes, outside of the session: one line before a request, one after its answer. What was killed
in between is in doubt, one request at most for each process that was killed.

An item is remembered as [group, score, size, stamp]; its body follows from stamp and size."""
import json
import os


class Journal:
    """The journals of one slot: each process of it begins a file with what its forerunners knew."""

    def __init__(self, directory, slot):
        self.directory, self.slot = directory, slot
        self.items = {}  # "pk sk": [group, score, size, stamp]
        self.counters = {}  # counter: [acknowledged, in doubt]
        self.done = {}  # kind: acknowledged requests
        self.refused = 0
        self.number = 0  # the last request's
        self.doubt = None  # the request that has no answer
        self.doubts = 0
        self.file = None

    def load(self):
        """From the last whole file on; what is in doubt is in `doubt`."""
        generation = 0
        while os.path.exists(self.path(generation)):
            generation += 1
        self.generation = generation
        for number in (generation - 1, generation - 2):
            if number < 0:
                break
            with open(self.path(number), encoding="ascii") as file:
                lines = file.read().split("\n")[:-1]  # what has no end was not written before a request was sent
            if lines:
                self.take(lines)
                break

    def take(self, lines):
        self.__dict__.update(json.loads(lines[0]))
        for text in lines[1:]:
            line = json.loads(text)
            if isinstance(line, list):
                self.begun(line)
            else:
                self.ended(line.get("end", line))

    def path(self, generation):
        return os.path.join(self.directory, f"{self.slot}.{generation}")

    def start(self):
        """Begins this process's file."""
        state = ("items", "counters", "done", "refused", "number", "doubt", "doubts")
        self.file = os.open(self.path(self.generation), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.write({name: getattr(self, name) for name in state})
        old = self.path(self.generation - 2)
        if self.generation >= 2 and os.path.exists(old):
            os.truncate(old, 0)

    def write(self, line):
        os.write(self.file, json.dumps(line, separators=(",", ":")).encode() + b"\n")

    # --- requests ---

    def begun(self, line):
        self.doubt = line
        self.number = line[0]

    def begin(self, kind, changes=(), counters=()):
        """Before a request: changes [[key, item or None]], counters [[name, by]]."""
        line = [self.number + 1, kind, [[key, self.items.get(key), after] for key, after in changes], list(counters)]
        self.write(line)
        self.begun(line)

    def ended(self, outcome):
        """yes: all of it happened; no: nothing; {"happened": [...]}: these of its changes, and its counters stay in doubt."""
        _, kind, changes, counters = self.doubt
        if outcome == "no":
            self.refused += 1
        else:
            for i, (key, _, after) in enumerate(changes):
                if outcome != "yes" and i not in outcome.get("happened", ()):
                    continue
                if after is None:
                    self.items.pop(key, None)
                else:
                    self.items[key] = after
            for name, by in counters:
                count = self.counters.setdefault(name, [0, 0])
                count[0 if outcome == "yes" else 1] += by
            if outcome == "yes":
                self.done[kind] = self.done.get(kind, 0) + 1
            else:
                self.doubts += 1
        self.doubt = None

    def end(self, outcome):
        self.write({"end": outcome} if isinstance(outcome, str) else outcome)
        self.ended(outcome)
