# Runs inside of the sandbox: loads a grader's source from the first line, then answers a line for each line.
# Arguments: most bytes of memory, most bytes of a file.
import json, math, os, resource, sys

def main():
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    source = os.fdopen(os.dup(0), "rb")

    # What the grader prints goes nowhere; the way back is for its scores alone.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    memory, disk = int(sys.argv[1]), int(sys.argv[2])
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, disk), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_NPROC, 256)):
        resource.setrlimit(limit, (value, value))

    def answer(**fields):
        out.write(json.dumps(fields).encode() + b"\n")

    def describe(error):
        place = ""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "grader.py":
                place = " (line %d)" % trace.tb_lineno
            trace = trace.tb_next
        return ("%s: %s" % (type(error).__name__, error))[:500] + place

    names = {"__name__": "grader"}
    try:
        exec(compile(json.loads(source.readline())["source"], "grader.py", "exec"), names)
        grade = names.get("grade")
        if not callable(grade):
            raise TypeError("the source defines no function 'grade'; expected def grade(sample, item)")
    except BaseException as error:
        answer(ready=False, error=describe(error))
        return
    answer(ready=True)
    for line in source:
        request = json.loads(line)
        try:
            score = grade(request["sample"], request["item"])
            if isinstance(score, (str, bytes)) or score is None:
                raise TypeError("grade returned %s; expected a number" % type(score).__name__)
            score = float(score)
            if not math.isfinite(score):
                raise ValueError("grade returned %r; expected a finite number" % score)
            answer(id=request["id"], score=score)
        except BaseException as error:
            answer(id=request["id"], error=describe(error))

main()
