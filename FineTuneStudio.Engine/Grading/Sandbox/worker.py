# Runs inside of the sandbox: loads a source from the first line, a grader's or one of tools, then answers a line for each line.
# Arguments: most bytes of memory, most bytes of a file.
import json, math, os, resource, sys

def main():
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    source = os.fdopen(os.dup(0), "rb")

    # What the source prints goes nowhere; the way back is for answers alone.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    memory, disk = int(sys.argv[1]), int(sys.argv[2])
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, disk), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_NPROC, 256)):
        resource.setrlimit(limit, (value, value))

    def answer(**fields):
        out.write(json.dumps(fields).encode() + b"\n")

    first = source.readline()
    if not first:
        return
    begun = json.loads(first)
    kind = begun["kind"]
    file = "grader.py" if kind == "grade" else "tools.py"

    def describe(error):
        place = ""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == file:
                place = " (line %d)" % trace.tb_lineno
            trace = trace.tb_next
        return ("%s: %s" % (type(error).__name__, error))[:500] + place

    names = {"__name__": file[:-3]}
    try:
        exec(compile(begun["source"], file, "exec"), names)
        if kind == "grade":
            grade = names.get("grade")
            if not callable(grade):
                raise TypeError("the source defines no function 'grade'; expected def grade(sample, item)")
            ask = lambda request: {"score": score_of(grade(request["sample"], request["item"]))}
            answer(ready=True)
        else:
            tools = tools_of(names, file)
            ask = lambda request: {"result": result_of(tools[request["call"]][1], request["arguments"], request["item"])}
            answer(ready=True, tools=[tool for tool, _ in tools.values()])
    except BaseException as error:
        answer(ready=False, error=describe(error))
        return
    for line in source:
        request = json.loads(line)
        try:
            answer(id=request["id"], **ask(request))
        except BaseException as error:
            answer(id=request["id"], error=describe(error))

def score_of(score):
    if isinstance(score, (str, bytes)) or score is None:
        raise TypeError("grade returned %s; expected a number" % type(score).__name__)
    score = float(score)
    if not math.isfinite(score):
        raise ValueError("grade returned %r; expected a finite number" % score)
    return score

# The functions that the source itself defines, by name: each as OpenAI's form describes it, and itself.
def tools_of(names, file):
    import inspect
    tools = {}
    for name, function in list(names.items()):
        if name.startswith("_") or not inspect.isfunction(function) or function.__code__.co_filename != file:
            continue
        parameters = inspect.signature(function, eval_str=True).parameters.values()
        properties, required = {}, []
        for parameter in parameters:
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
                raise TypeError("%s takes %s by its place; a model gives arguments by name" % (name, parameter.name))
            if parameter.kind == parameter.VAR_KEYWORD or parameter.name == "item":
                continue
            properties[parameter.name] = schema_of(parameter.annotation)
            if parameter.default is parameter.empty:
                required.append(parameter.name)
        schema = {"type": "object", "properties": properties, "required": required}
        tools[name] = ({"type": "function", "function": {"name": name, "description": inspect.getdoc(function) or "", "parameters": schema}}, function)
    if not tools:
        raise TypeError("the source defines no function; expected one for each tool, as in def add(a: int, b: int)")
    return tools

def schema_of(annotation):
    import types, typing
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return {"enum": list(inside)}
    if origin in (typing.Union, types.UnionType):
        known = [one for one in inside if one is not type(None)]
        return schema_of(known[0]) if len(known) == 1 else {}
    if (origin or annotation) in (list, tuple, set):
        items = schema_of(inside[0]) if inside else {}
        return {"type": "array", "items": items} if items else {"type": "array"}
    kinds = {int: "integer", float: "number", str: "string", bool: "boolean", dict: "object"}
    kind = kinds.get(origin or annotation)
    return {"type": kind} if kind else {}

def result_of(function, arguments, item):
    import inspect
    parameters = inspect.signature(function).parameters.values()
    arguments.pop("item", None)
    if any(parameter.name == "item" or parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):
        arguments["item"] = item
    result = function(**arguments)
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "replace").decode()
    if len(json.dumps(text)) > MOST_RESULT:
        cut = text[:MOST_RESULT // 2]
        while len(json.dumps(cut)) > MOST_RESULT:
            cut = cut[:len(cut) // 2]
        text = cut + CUT
    return text

# A reply of 64 KiB is the longest that is read.
MOST_RESULT = 60000
CUT = " \u2026"

main()
