using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Sandbox;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Tools in Python, the well-meant and the hostile: each answers, none hurts the machine.</summary>
public sealed class ToolBoxTests
{
    private const string Shop =
        """
        from typing import Literal

        def price(fruit: str, unit: Literal["piece", "kilo"] = "piece", item=None):
            "The price of a fruit."
            return item["prices"][fruit] if unit == "piece" else 10 * item["prices"][fruit]

        def sort(numbers: list[int]):
            return {"sorted": sorted(numbers), "said": "größer"}

        def _helper(): pass
        """;

    private static readonly SandboxLimits Tight = new() { Time = TimeSpan.FromSeconds(5), MemoryBytes = 512L << 20, DiskBytes = 16L << 20 };
    private static readonly JsonElement Item = JsonSerializer.SerializeToElement(new { prices = new { pear = 3 } });

    public ToolBoxTests() => Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");

    [Fact]
    public void Load_Functions_AreToldWithTheirArgumentsAndWords()
    {
        using var tools = Load(Shop);

        Assert.Equal(["price", "sort"], tools.Names.Order());
        Assert.Equal(
            """[{"type":"function","function":{"name":"price","description":"The price of a fruit.","parameters":{"type":"object","properties":{"fruit":{"type":"string"},"unit":{"enum":["piece","kilo"]}},"required":["fruit"]}}},{"type":"function","function":{"name":"sort","description":"","parameters":{"type":"object","properties":{"numbers":{"type":"array","items":{"type":"integer"}}},"required":["numbers"]}}}]""",
            JsonSerializer.Serialize(tools.Definitions));
    }

    [Theory]
    [InlineData("price", """{"fruit": "pear"}""", "3", false)]
    [InlineData("price", """{"fruit": "pear", "unit": "kilo", "item": {"prices": {"pear": 99}}}""", "30", false)]
    [InlineData("sort", """{"numbers": [3, 1]}""", """{"sorted": [1, 3], "said": "größer"}""", false)]
    [InlineData("price", """{"fruit": "plum"}""", "Error: The tool raised KeyError: 'plum' (line 5)", true)]
    [InlineData("price", """{"vegetable": "leek"}""", "Error: The tool raised TypeError: price() got an unexpected keyword argument 'vegetable'", true)]
    [InlineData("_helper", "{}", "Error: there is no tool _helper; there is price, sort.", true)]
    public void Call_AnyCall_HasAnAnswerThatTheModelReads(string name, string arguments, string expected, bool isError)
    {
        using var tools = Load(Shop);

        Assert.Equal(new ToolResult(expected, isError), tools.Call(new ToolCall(name, arguments), Item, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("fork bomb", "import os\ndef f():\n  while True: os.fork()", "PermissionError")]
    [InlineData("10 GB", "def f(): return len(bytearray(10 << 30))", "MemoryError")]
    [InlineData("passwords", "def f(): return open('/etc/shadow').read()", "FileNotFoundError")]
    [InlineData("socket", "import socket\ndef f(): socket.create_connection(('1.1.1.1', 53))", "PermissionError")]
    [InlineData("root", "def f(): open('/x', 'w')", "Read-only file system")]
    [InlineData("exit", "import sys\ndef f(): sys.exit(3)", "SystemExit: 3")]
    [InlineData("exit at once", "import os\ndef f(): os._exit(0)", "ended in the middle")]
    [InlineData("crash", "import ctypes\ndef f(): ctypes.string_at(0)", "ended in the middle")]
    [InlineData("flood", "import os\ndef f():\n  while True:\n    for k in range(3, 10):\n      try: os.write(k, b'x' * 65536)\n      except OSError: pass", "wrote more than 65536 bytes")]
    public void Call_HostileFunction_IsAnErrorAndTheNextCallIsAnswered(string what, string source, string expected)
    {
        using var tools = Load($"{source}\ndef good(): return 'fine'");

        var bad = tools.Call(new ToolCall("f", "{}"), Item, TestContext.Current.CancellationToken);

        Assert.True(bad.IsError && bad.Text.StartsWith("Error: The tool", StringComparison.Ordinal) && bad.Text.Contains(expected, StringComparison.Ordinal), $"{what}: {bad}");
        Assert.Equal("fine", tools.Call(new ToolCall("good", "{}"), Item, TestContext.Current.CancellationToken).Text);
    }

    [Fact]
    public void Call_EndlessLoop_EndsAfterItsTime()
    {
        using var tools = Load("def f():\n  while True: pass\ndef good(): return 'fine'", Tight with { Time = TimeSpan.FromSeconds(1) });

        Assert.Equal(new ToolResult("Error: The tool took longer than 1 s.", IsError: true), tools.Call(new ToolCall("f", "{}"), Item, TestContext.Current.CancellationToken));
        Assert.Equal("fine", tools.Call(new ToolCall("good", "{}"), Item, TestContext.Current.CancellationToken).Text);
    }

    [Fact]
    public void Call_HugeAnswer_IsCutAndSaysSo()
    {
        using var tools = Load("def f(): return 'é' * 10**7\ndef g():\n  print('x' * 10**7)\n  return None");

        var answer = tools.Call(new ToolCall("f", "{}"), Item, TestContext.Current.CancellationToken);

        Assert.False(answer.IsError);
        Assert.InRange(answer.Text.Length, 1000, 60_000);
        Assert.EndsWith(" …", answer.Text, StringComparison.Ordinal);
        Assert.Equal("null", tools.Call(new ToolCall("g", "{}"), Item, TestContext.Current.CancellationToken).Text);
    }

    [Theory]
    [InlineData("def f(:", "The tools do not load: SyntaxError")]
    [InlineData("x = 1", "defines no function")]
    [InlineData("def f(a, /): return a", "a model gives arguments by name")]
    [InlineData("raise ValueError('no')", "ValueError: no (line 1)")]
    public void Load_SourceThatIsNone_IsRefusedWithItsReason(string source, string expected)
    {
        var fault = Assert.Throws<UserErrorException>(() => Load(source));

        Assert.Equal("reinforcement.tools.source", fault.Errors[0].Field);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    private static ToolBox Load(string source, SandboxLimits? limits = null) => ToolBox.Load(source, new GraderServices { Sandbox = limits ?? Tight, Workers = 2 });
}
