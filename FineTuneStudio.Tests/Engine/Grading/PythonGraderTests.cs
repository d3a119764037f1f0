using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Sandbox;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Python graders, the well-meant and the hostile: none hurts the machine, each says what went wrong.</summary>
public sealed class PythonGraderTests
{
    private static readonly SandboxLimits Tight = new() { Time = TimeSpan.FromSeconds(5), MemoryBytes = 512L << 20, DiskBytes = 16L << 20 };

    public PythonGraderTests() => Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");

    [Fact]
    public void Evaluate_Function_SeesSampleAndItemAndGivesAnyNumber()
    {
        var grade = Evaluate(
            """
            def grade(sample, item):
                assert sample["choices"][0]["message"]["content"] == sample["output_text"]
                return item["points"] * sample["output_json"]["value"] - 10
            """,
            "{\"value\": 2}", new { points = 1.5 });

        Assert.Equal((-7.0, null), (grade.Score, grade.Error));
    }

    [Fact]
    public void Evaluate_ManyAnswers_KeepsItsWorkersWarm()
    {
        using var grader = Create("import os\ndef grade(sample, item): return os.getpid() * 0 + len(sample['output_text'])");

        var scores = Enumerable.Range(0, 300).AsParallel().AsOrdered().Select(length => grader.Evaluate(Graders.Sample(new string('x', length)), TestContext.Current.CancellationToken).Score).ToArray();

        Assert.Equal(Enumerable.Range(0, 300).Select(length => (double?)length), scores);
    }

    [Theory]
    [InlineData("fork bomb", "import os\ndef grade(s, i):\n  while True: os.fork()", "PermissionError")]
    [InlineData("a program", "import subprocess\ndef grade(s, i): return subprocess.run(['/bin/sh', '-c', 'exit 1']).returncode", "PermissionError")]
    [InlineData("10 GB", "def grade(s, i): return len(bytearray(10 << 30))", "MemoryError")]
    [InlineData("memory beside the limit", "import os\ndef grade(s, i): os.memfd_create('x')", "PermissionError")]
    [InlineData("passwords", "def grade(s, i): return len(open('/etc/shadow').read())", "FileNotFoundError")]
    [InlineData("home", "import os\ndef grade(s, i): return len(os.listdir('/home'))", "FileNotFoundError")]
    [InlineData("socket", "import socket\ndef grade(s, i): socket.create_connection(('1.1.1.1', 53))", "PermissionError")]
    [InlineData("local socket", "import socket\ndef grade(s, i): socket.socket(socket.AF_UNIX)", "PermissionError")]
    [InlineData("programs overwritten", "def grade(s, i): open('/usr/bin/python3', 'w')", "Read-only file system")]
    [InlineData("root", "def grade(s, i): open('/x', 'w')", "Read-only file system")]
    [InlineData("shared memory", "def grade(s, i): open('/dev/shm/x', 'w')", "Read-only file system")]
    [InlineData("full scratch folder", "def grade(s, i):\n  for k in range(9): open(f'/tmp/{k}', 'wb').write(bytes(15 << 20))", "No space left on device")]
    [InlineData("huge file", "def grade(s, i): open('/tmp/x', 'wb').write(bytes(50 << 20))", "File too large")]
    [InlineData("ptrace", "import ctypes, os\ndef grade(s, i):\n  c = ctypes.CDLL(None, use_errno=True)\n  if c.ptrace(16, 1, 0, 0): raise OSError(ctypes.get_errno(), 'ptrace')\n  return 1", "ptrace")]
    [InlineData("deep recursion", "def f(n): return f(n + 1)\ndef grade(s, i): return f(0)", "RecursionError")]
    [InlineData("a text", "def grade(s, i): return '1'", "TypeError: grade returned str; expected a number")]
    [InlineData("nothing", "def grade(s, i): pass", "TypeError: grade returned NoneType; expected a number")]
    [InlineData("a list", "def grade(s, i): return [1]", "TypeError")]
    [InlineData("NaN", "def grade(s, i): return float('nan')", "ValueError: grade returned nan; expected a finite number")]
    [InlineData("infinity", "def grade(s, i): return 1e999", "ValueError: grade returned inf; expected a finite number")]
    [InlineData("an absent field", "def grade(s, i): return i['answer']", "KeyError: 'answer' (line 1)")]
    [InlineData("exit", "import sys\ndef grade(s, i): sys.exit(3)", "SystemExit: 3")]
    [InlineData("no Python", "def grade(s, i) return 1", "The grader does not load: SyntaxError")]
    [InlineData("no function", "x = 1", "The grader does not load: TypeError: the source defines no function 'grade'")]
    public void Evaluate_WhatRaises_IsAnErrorInItsOwnWords(string what, string source, string expected)
    {
        var grade = Evaluate(source);

        Assert.True(grade is { Score: null, Error: GradeErrorKind.PythonRaised } && grade.Reason.Contains(expected, StringComparison.Ordinal), $"{what}: {grade}");
    }

    [Theory]
    [InlineData("crash", "import ctypes\ndef grade(s, i): ctypes.string_at(0)", "ended in the middle")]
    [InlineData("exit at once", "import os\ndef grade(s, i): os._exit(0)", "ended in the middle")]
    [InlineData("forged score", "import os\ndef grade(s, i):\n  for k in range(3, 10):\n    try: os.write(k, b'{\"id\": 99, \"score\": 1}\\n')\n    except OSError: pass\n  return 0", "wrote where only its score may be written")]
    [InlineData("flood", "import os\ndef grade(s, i):\n  while True:\n    for k in range(3, 10):\n      try: os.write(k, b'x' * 65536)\n      except OSError: pass", "wrote more than 65536 bytes")]
    public void Evaluate_WhatBreaksTheWorker_IsAnErrorAndTheNextAnswerIsGraded(string what, string source, string expected)
    {
        using var grader = Create($"{source}\nbad = grade\ndef grade(s, i): return bad(s, i) if s['output_text'] == 'bad' else 1");

        var bad = grader.Evaluate(Graders.Sample("bad"), TestContext.Current.CancellationToken);
        var good = grader.Evaluate(Graders.Sample("good"), TestContext.Current.CancellationToken);

        Assert.True(bad is { Score: null, Error: GradeErrorKind.PythonLimit } && bad.Reason.Contains(expected, StringComparison.Ordinal), $"{what}: {bad}");
        Assert.Equal(1, good.Score);
    }

    [Fact]
    public void Evaluate_EndlessLoop_EndsAfterItsTimeWithItsProcesses()
    {
        using var grader = Create("def grade(s, i):\n  while s['output_text'] == 'bad': pass\n  return 1", Tight with { Time = TimeSpan.FromSeconds(1) });

        var bad = grader.Evaluate(Graders.Sample("bad"), TestContext.Current.CancellationToken);

        Assert.Equal((null, GradeErrorKind.PythonLimit), (bad.Score, bad.Error));
        Assert.Equal("The grader took longer than 1 s.", bad.Reason);
        Assert.Equal(1, grader.Evaluate(Graders.Sample("good"), TestContext.Current.CancellationToken).Score);
    }

    [Fact]
    public void Evaluate_HugeOutput_GoesNowhere() => Assert.Equal(1, Evaluate("import sys\ndef grade(s, i):\n  print('x' * 10**7)\n  sys.stderr.write('y' * 10**7)\n  return 1").Score);

    [Fact]
    public void Evaluate_Threads_MayBeUsed()
        => Assert.Equal(2, Evaluate("import threading\ndef grade(s, i):\n  found = []\n  t = threading.Thread(target=found.append, args=(2,))\n  t.start()\n  t.join()\n  return found[0]").Score);

    [Fact]
    public void Evaluate_Cancelled_EndsAtOnce()
    {
        using var grader = Create("import time\ndef grade(s, i): time.sleep(60)", Tight with { Time = TimeSpan.FromMinutes(1) });
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        Assert.ThrowsAny<OperationCanceledException>(() => grader.Evaluate(Graders.Sample("x"), cancellation.Token));
    }

    private static Grader Create(string source, SandboxLimits? limits = null)
        => Grader.Parse(Graders.Json("python", new { source }), "grader.json", new GraderServices { Sandbox = limits ?? Tight, Workers = 2 });

    private static Grade Evaluate(string source, string output = "x", object? item = null)
    {
        using var grader = Create(source);
        return grader.Evaluate(Graders.Sample(output, item), TestContext.Current.CancellationToken);
    }
}
