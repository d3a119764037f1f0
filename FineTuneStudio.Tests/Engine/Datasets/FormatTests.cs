using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>Formats that users have: recognised, converted, and faults named in their own fields.</summary>
public sealed class FormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A row, its format, and its messages in OpenAI's.</summary>
    public static TheoryData<string, DatasetFormat, string> Rows => new()
    {
        {
            """{"instruction": "Add.", "input": "1 + 1", "output": "2"}""", DatasetFormat.Alpaca,
            """[{"role":"user","content":"Add.\n\n1 + 1"},{"role":"assistant","content":"2"}]"""
        },
        {
            """{"instruction": "Go on.", "input": "", "output": "c", "system": "Spell.", "history": [["a", "b"]]}""", DatasetFormat.Alpaca,
            """[{"role":"system","content":"Spell."},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"Go on."},{"role":"assistant","content":"c"}]"""
        },
        {
            """{"id": "t1", "instruction": "Name a fruit.", "instances": [{"input": "", "output": "Plum"}]}""", DatasetFormat.Alpaca,
            """[{"role":"user","content":"Name a fruit."},{"role":"assistant","content":"Plum"}]"""
        },
        {
            """{"prompt": "2 + 2", "completion": "4"}""", DatasetFormat.PromptCompletion,
            """[{"role":"user","content":"2 + 2"},{"role":"assistant","content":"4"}]"""
        },
        {
            """{"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "Hello"}]}""", DatasetFormat.PromptCompletion,
            """[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]"""
        },
        {
            """{"question": "Sky?", "answer": "Blue"}""", DatasetFormat.QuestionAnswer,
            """[{"role":"user","content":"Sky?"},{"role":"assistant","content":"Blue"}]"""
        },
        {
            """{"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}""", DatasetFormat.ShareGpt,
            """[{"role":"system","content":"s"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]"""
        },
        {
            """{"conversations": [{"from": "human", "value": "Rain?"}, {"from": "function_call", "value": "{\"name\": \"weather\", \"arguments\": {\"city\":  \"Ulm\"}}"}, {"from": "observation", "value": "wet"}, {"from": "gpt", "value": "Yes."}]}""", DatasetFormat.ShareGpt,
            """[{"role":"user","content":"Rain?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":  \"Ulm\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"wet"},{"role":"assistant","content":"Yes."}]"""
        },
        {
            """{"messages": [{"role": "user", "content": [{"type": "text", "value": "Hi"}]}, {"role": "assistant", "content": [{"type": "reasoning", "value": "hm"}, {"type": "text", "value": "Hello"}], "loss_weight": 1.0}]}""", DatasetFormat.TypedParts,
            """[{"role":"user","content":"Hi"},{"role":"assistant","reasoning_content":"hm","content":"Hello","weight":1.0}]"""
        },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public void Read_NeighbourFormat_BecomesChat(string row, DatasetFormat format, string messages)
    {
        using var index = DatasetIndex.Open(_folder.Write("rows.jsonl", row + "\n"), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal(format, index.Report.Format);
        Assert.Equal(messages, index.Read(0).Conversation.Messages.GetRawText());
        Assert.Contains("converted", index.Report.FormatText, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ToolsAsText_BecomeTools()
    {
        const string row = """{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}], "tools": "[{\"name\": \"f\", \"parameters\": {}}]"}""";
        using var index = DatasetIndex.Open(_folder.Write("rows.jsonl", row), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal("""[{"type":"function","function":{"name":"f","parameters":{}}}]""", index.Read(0).Conversation.Tools!.Value.GetRawText());
    }

    [Theory]
    [InlineData("""{"instruction": "Add.", "input": "", "output": 2}""", """{"instruction": "Add.", "input": "", "output": "2"}""", DatasetFaultKind.WrongType, "output")]
    [InlineData("""{"instruction": "Add.", "input": ""}""", """{"instruction": "Add.", "input": "", "output": "2"}""", DatasetFaultKind.MissingField, "output")]
    [InlineData("""{"question": "Sky?", "answer": ""}""", """{"question": "Sky?", "answer": "Blue"}""", DatasetFaultKind.EmptyContent, "answer")]
    [InlineData("""{"conversations": [{"from": "human", "value": "Hi"}, {"from": "robot", "value": "x"}]}""", """{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "x"}]}""", DatasetFaultKind.UnknownRole, "conversations[1].from")]
    [InlineData("""{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": ""}]}""", """{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "x"}]}""", DatasetFaultKind.EmptyContent, "conversations[1].value")]
    [InlineData("""{"conversations": [{"from": "human", "value": "Hi"}, {"from": "function_call", "value": "f()"}]}""", """{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "x"}]}""", DatasetFaultKind.InvalidToolCall, "conversations[1].value")]
    [InlineData("""{"question": "Sky?", "answer": "\ud800"}""", """{"question": "Sky?", "answer": "Blue"}""", DatasetFaultKind.LoneSurrogate, "")]
    [InlineData("""{"question": "Sky?", "answer": """, """{"question": "Sky?", "answer": "Blue"}""", DatasetFaultKind.InvalidJson, "")]
    public void Check_FaultInNeighbourFormat_NamesItsOwnField(string row, string good, DatasetFaultKind kind, string field)
    {
        var path = _folder.Write("rows.jsonl", $"{good}\n{row}\n{good.Replace("{", "{ ", StringComparison.Ordinal)}\n");

        var report = DatasetChecker.Check(path, new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        var fault = Assert.Single(report.Faults, fault => fault.Line == 2);
        Assert.Equal((kind, field), (fault.Kind, fault.Field));
    }

    [Fact]
    public void Check_MixedFormats_NamesTheOddRow()
    {
        var path = _folder.Write("rows.jsonl", DatasetFaultTests.Rows(12, """{"instruction": "Add.", "input": "", "output": "2"}""", at: 3));

        var fault = Assert.Single(DatasetChecker.Check(path, new DatasetCheckOptions(), TestContext.Current.CancellationToken).Faults);

        Assert.Equal((DatasetFaultKind.WrongSchema, 4L), (fault.Kind, fault.Line));
        Assert.Contains("looks like Alpaca", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_PreferencePairs_AreCountedAndRefused()
    {
        var path = _folder.Write("rows.jsonl", """{"chosen": "a", "rejected": "b"}""" + "\n" + """{"chosen": "c", "rejected": "d"}""");

        var report = DatasetChecker.Check(path, new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal((DatasetFormat.Preference, 2L, false), (report.Format, report.Rows, report.Usable));
        Assert.Equal(DatasetFaultKind.UnsupportedFormat, Assert.Single(report.Faults).Kind);
    }

    [Fact]
    public void Check_UnknownFields_ListsThem()
    {
        var report = DatasetChecker.Check(_folder.Write("rows.jsonl", """{"foo": 1, "bar": 2}"""), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Contains("foo, bar", Assert.Single(report.Faults).Found, StringComparison.Ordinal);
    }
}
