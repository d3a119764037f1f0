using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>Each fault in a file of otherwise good rows: found once, at its line, with the field it is in.</summary>
public sealed class DatasetFaultTests : IDisposable
{
    private const string User = """{"role": "user", "content": "Where is it?"}""";
    private const string Assistant = """{"role": "assistant", "content": "On its way."}""";
    private const string Call = """{"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "find", "arguments": "{}"}}]}""";
    private readonly TemporaryFolder _folder = new();

    /// <summary>A row, the fault it has, and the field.</summary>
    public static TheoryData<string, DatasetFaultKind, string> BadRows => new()
    {
        { """{"messages": [{"role": "user" "content": 1}]}""", DatasetFaultKind.InvalidJson, "" },
        { """{'messages': []}""", DatasetFaultKind.InvalidJson, "" },
        { $$"""{"messages": [{{User}}, {{Assistant}}]} trailing""", DatasetFaultKind.InvalidJson, "" },
        { """["messages"]""", DatasetFaultKind.WrongType, "" },
        { "17", DatasetFaultKind.WrongType, "" },
        { """{"conversations": [{"from": "human", "value": "Hi"}]}""", DatasetFaultKind.WrongSchema, "" },
        { """{}""", DatasetFaultKind.WrongSchema, "" },
        { """{"messages": []}""", DatasetFaultKind.EmptyMessages, "messages" },
        { """{"messages": "Hi"}""", DatasetFaultKind.WrongType, "messages" },
        { """{"messages": ["Hi"]}""", DatasetFaultKind.WrongType, "messages[0]" },
        { $$"""{"messages": [{"content": "Hi"}, {{Assistant}}]}""", DatasetFaultKind.MissingField, "messages[0].role" },
        { $$"""{"messages": [{"role": "bot", "content": "Hi"}, {{Assistant}}]}""", DatasetFaultKind.UnknownRole, "messages[0].role" },
        { $$"""{"messages": [{"role": "function", "content": "Hi"}, {{Assistant}}]}""", DatasetFaultKind.UnknownRole, "messages[0].role" },
        { $$"""{"messages": [{"role": 7, "content": "Hi"}, {{Assistant}}]}""", DatasetFaultKind.UnknownRole, "messages[0].role" },
        { $$"""{"messages": [{{User}}]}""", DatasetFaultKind.NoAssistantMessage, "messages" },
        { $$"""{"messages": [{{User}}, {"role": "assistant", "content": "Yes", "weight": 0}]}""", DatasetFaultKind.NothingLearnt, "messages" },
        { $$"""{"weight": 0, "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.NothingLearnt, "weight" },
        { $$"""{"weight": -1, "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.InvalidWeight, "weight" },
        { $$"""{"messages": [{{User}}, {"role": "assistant", "content": "Yes", "weight": 2}]}""", DatasetFaultKind.InvalidWeight, "messages[1].weight" },
        { $$"""{"messages": [{"role": "user", "content": "Hi", "weight": 1}, {{Assistant}}]}""", DatasetFaultKind.InvalidWeight, "messages[0].weight" },
        { $$"""{"messages": [{{User}}, {"role": "assistant", "content": null}]}""", DatasetFaultKind.MissingContent, "messages[1].content" },
        { $$"""{"messages": [{"role": "user"}, {{Assistant}}]}""", DatasetFaultKind.MissingContent, "messages[0].content" },
        { $$"""{"messages": [{"role": "user", "content": 4}, {{Assistant}}]}""", DatasetFaultKind.WrongType, "messages[0].content" },
        { $$"""{"messages": [{"role": "user", "content": ["Hi"]}, {{Assistant}}]}""", DatasetFaultKind.WrongType, "messages[0].content[0]" },
        { $$"""{"messages": [{"role": "user", "content": [{"type": "text"}]}, {{Assistant}}]}""", DatasetFaultKind.MissingField, "messages[0].content[0].text" },
        { $$$"""{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}, {{{Assistant}}}]}""", DatasetFaultKind.UnsupportedContent, "messages[0].content[0].type" },
        { $$"""{"messages": [{{User}}, {"role": "tool", "tool_call_id": "a", "content": "1"}, {{Assistant}}]}""", DatasetFaultKind.ToolMessageWithoutCall, "messages[1].tool_call_id" },
        { $$"""{"messages": [{{User}}, {{Call}}, {"role": "tool", "tool_call_id": "a", "content": "1"}, {"role": "tool", "content": "2"}, {{Assistant}}]}""", DatasetFaultKind.ToolMessageWithoutCall, "messages[3].tool_call_id" },
        { $$"""{"messages": [{{User}}, {{Call}}, {{User}}, {{Assistant}}]}""", DatasetFaultKind.ToolCallWithoutMessage, "messages[1].tool_calls[0].id" },
        { $$"""{"messages": [{{User}}, {"role": "assistant", "tool_calls": [{"id": "a"}]}]}""", DatasetFaultKind.InvalidToolCall, "messages[1].tool_calls[0]" },
        { $$$"""{"messages": [{{{User}}}, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]}""", DatasetFaultKind.InvalidToolCall, "messages[1].tool_calls[0]" },
        { $$$"""{"messages": [{{{User}}}, {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "city"}}]}]}""", DatasetFaultKind.ToolArgumentsNotJson, "messages[1].tool_calls[0].function.arguments" },
        { $$$"""{"tools": [{"function": {}}], "messages": [{{{User}}}, {{{Assistant}}}]}""", DatasetFaultKind.InvalidTool, "tools[0].function.name" },
        { $$"""{"tools": "[]", "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.WrongType, "tools" },
        { $$"""{"parallel_tool_calls": "yes", "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.WrongType, "parallel_tool_calls" },
        { $$"""{"messages": [{{User}}, {{Assistant}}], "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.DuplicateKey, "messages" },
        { $$"""{"messages": [{"role": "user", "content": "a", "content": "b"}, {{Assistant}}]}""", DatasetFaultKind.DuplicateKey, "messages[0].content" },
        { $$"""{"messages": [{"role": "user", "content": "a", "cont\u0065nt": "b"}, {{Assistant}}]}""", DatasetFaultKind.DuplicateKey, "messages[0].content" },
        { $$"""{"messages": [{"role": "user", "content": "half \ud83d"}, {{Assistant}}]}""", DatasetFaultKind.LoneSurrogate, "messages[0].content" },
        { $$"""{"meta": {{new string('[', 70)}}{{new string(']', 70)}}, "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.TooDeep, "" },
    };

    /// <summary>A row that stays good, the warning, and the field.</summary>
    public static TheoryData<string, DatasetFaultKind, string> DoubtfulRows => new()
    {
        { $$"""{"messages": [{{User}}, {{Assistant}}, {"role": "user", "content": "Thanks"}]}""", DatasetFaultKind.LastMessageNotAssistant, "messages[2]" },
        { $$"""{"messages": [{{User}}, {"role": "assistant", "content": " \n"}]}""", DatasetFaultKind.EmptyContent, "messages[1].content" },
        { $$"""{"messages": [{{User}}, {"role": "system", "content": "Be short."}, {{Assistant}}]}""", DatasetFaultKind.SystemNotFirst, "messages[1]" },
        { $$"""{"messages": [{{User}}, {{User}}, {{Assistant}}]}""", DatasetFaultKind.RoleOrder, "messages[1].role" },
        { $$"""{"messages": [{{Assistant}}]}""", DatasetFaultKind.RoleOrder, "messages[0].role" },
        { $$$"""{"messages": [{{{User}}}, {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {"x": 1} }}]}]}""", DatasetFaultKind.ToolArgumentsNotText, "messages[1].tool_calls[0].function.arguments" },
        { $$"""{"functions": [], "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.DeprecatedField, "functions" },
        { $$"""{"label": false, "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.FeedbackLabel, "label" },
        { "", DatasetFaultKind.BlankLine, "" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(BadRows))]
    public void Check_BadRow_NamesLineFieldAndWayOut(string row, DatasetFaultKind kind, string field)
    {
        var report = Check(Rows(12, row, at: 7));

        var fault = Assert.Single(report.Faults);
        Assert.Equal((kind, 8L, 7L, field, FaultSeverity.Error), (fault.Kind, fault.Line, fault.Row!.Value, fault.Field, fault.Severity));
        Assert.All(new[] { fault.Found, fault.Expected, fault.Fix }, Assert.NotEmpty);
        Assert.Equal((13, 12, 1, false), (report.Rows, report.GoodRows, report.BadRows, report.Usable));
    }

    [Theory]
    [MemberData(nameof(DoubtfulRows))]
    public void Check_DoubtfulRow_WarnsAndKeepsIt(string row, DatasetFaultKind kind, string field)
    {
        var report = Check(Rows(12, row, at: 7));

        var fault = Assert.Single(report.Faults);
        Assert.Equal((kind, 8L, field, FaultSeverity.Warning), (fault.Kind, fault.Line, fault.Field, fault.Severity));
        Assert.Equal(0, report.BadRows);
        Assert.True(report.Usable);
    }

    [Fact]
    public void Check_ByteOffset_PointsAtTheFaultItself()
    {
        var rows = Rows(3, """{"messages": [{"role": "bot", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]}""", at: 1);

        var fault = Check(rows).Faults.Single(fault => fault.Kind == DatasetFaultKind.UnknownRole);

        Assert.StartsWith("\"bot\"", rows[(int)fault.ByteOffset..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n")]
    public void Check_EmptyFile_SaysSo(string text)
    {
        var report = Check(text);

        Assert.Equal(DatasetFaultKind.EmptyFile, Assert.Single(report.Faults).Kind);
        Assert.False(report.Usable);
    }

    [Fact]
    public void Check_FileCutInTheMiddleOfARow_CallsItTruncated()
    {
        var whole = Rows(12);

        var report = Check(whole[..^20]);

        var fault = Assert.Single(report.Faults);
        Assert.Equal((DatasetFaultKind.TruncatedRow, 12L, 11L), (fault.Kind, fault.Line, report.GoodRows));
    }

    [Fact]
    public void Check_LastLineWithoutNewline_IsARow() => Assert.Equal(12, Check(Rows(12).TrimEnd('\n')).GoodRows);

    [Fact]
    public void Check_WindowsLineEnds_AreFine() => Assert.Empty(Check(Rows(12).Replace("\n", "\r\n", StringComparison.Ordinal)).Faults);

    [Fact]
    public void Check_BlankLinesAtTheEnd_AreNoFault() => Assert.Empty(Check(Rows(12) + "\n\n\n").Faults);

    [Fact]
    public void Check_ByteOrderMark_IsSkippedWithAWarning()
    {
        var report = Check("\uFEFF" + Rows(12));

        Assert.Equal(DatasetFaultKind.ByteOrderMark, Assert.Single(report.Faults).Kind);
        Assert.Equal(12, report.GoodRows);
    }

    [Fact]
    public void Check_InvalidUtf8_NamesTheByte()
    {
        var bytes = Encoding.Latin1.GetBytes(Rows(12, $$"""{"messages": [{"role": "user", "content": "caf{{(char)0xE9}}"}, {{Assistant}}]}""", at: 3));

        var fault = Assert.Single(Check(bytes).Faults);

        Assert.Equal((DatasetFaultKind.InvalidUtf8, 4L), (fault.Kind, fault.Line));
        Assert.Equal(0xE9, bytes[fault.ByteOffset]);
        Assert.Contains("0xE9", fault.Found, StringComparison.Ordinal);
        Assert.Contains("Latin-1", fault.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ZeroBytes_AreNamed()
    {
        var fault = Assert.Single(Check(Rows(12, new string('\0', 500), at: 5)).Faults);

        Assert.Equal((DatasetFaultKind.NulByte, 6L), (fault.Kind, fault.Line));
        Assert.Contains("500 zero bytes", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_LineOfAHundredMegabytes_IsNamedAndSkipped()
    {
        var path = _folder.At("rows.jsonl");
        using (var stream = File.Create(path))
        {
            stream.Write(Encoding.UTF8.GetBytes(Rows(10)));
            stream.Write("{\"messages\": \""u8);
            var piece = new byte[1 << 20];
            piece.AsSpan().Fill((byte)'x');
            for (var i = 0; i < 100; i++)
            {
                stream.Write(piece);
            }

            stream.Write("\"}\n"u8);
            stream.Write(Encoding.UTF8.GetBytes(Rows(10, first: 100)));
        }

        var report = DatasetChecker.Check(path, new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        var fault = Assert.Single(report.Faults);
        Assert.Equal((DatasetFaultKind.RowTooLong, 11L, 20L, 1L), (fault.Kind, fault.Line, report.GoodRows, report.BadRows));
        Assert.Contains("104,857,6", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_AMillionOpenBrackets_IsOneFault()
    {
        var report = Check(Rows(12, "{\"meta\": " + new string('[', 1_000_000) + "}", at: 2));

        Assert.Equal((DatasetFaultKind.TooDeep, 3L), (Assert.Single(report.Faults).Kind, report.Faults[0].Line));
    }

    [Fact]
    public void Check_AHundredThousandKeysInAnObject_IsQuickAndFindsTheDouble()
    {
        var keys = string.Join(", ", Enumerable.Range(0, 100_000).Select(key => $"\"k{key}\": 1"));

        var report = Check(Rows(12, $$$"""{"messages": [{{{User}}}, {{{Assistant}}}], "meta": {{{{keys}}}, "k77777": 2}}""", at: 2));

        var fault = Assert.Single(report.Faults);
        Assert.Equal((DatasetFaultKind.DuplicateKey, "meta.k77777"), (fault.Kind, fault.Field));
    }

    [Fact]
    public void Check_PrettyPrintedRows_AdvisesOneLineEach()
    {
        var report = Check("{\n  \"messages\": []\n}\n");

        Assert.Contains(report.Faults, fault => fault.Line == 1 && fault.Fix.Contains("each row on one line", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_SameRowTwice_WarnsWithBothLines()
    {
        var rows = Rows(12);
        var third = rows.Split('\n')[2];

        var report = Check(rows + third + "\n");

        var fault = Assert.Single(report.Faults);
        Assert.Equal((DatasetFaultKind.DuplicateRow, 13L, 12L), (fault.Kind, fault.Line, fault.Row!.Value));
        Assert.Contains("line 3", fault.Found, StringComparison.Ordinal);
        Assert.Equal((1L, true), (report.DuplicateRows, report.Usable));
    }

    [Fact]
    public void Check_ManyFaultsOfAKind_ListsTheFirstAndCountsTheRest()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(row => row % 2 == 0 ? Rows(1, first: row) : "{\"messages\": []}\n"));

        var report = Check(text, new DatasetCheckOptions { FaultsPerKind = 7 });

        Assert.Equal([2, 4, 6, 8, 10, 12, 14], report.Faults.Select(fault => fault.Line));
        Assert.Equal(new DatasetFaultCount(DatasetFaultKind.EmptyMessages, FaultSeverity.Error, 2500, 7), Assert.Single(report.FaultCounts));
        Assert.Equal((2500, 2500), (report.GoodRows, report.BadRows));
    }

    [Fact]
    public void Check_SeveralFaultsInARow_AllAreListedInOrder()
    {
        var report = Check(Rows(12, """{"messages": [{"role": "bot", "content": 1}, {"role": "user", "content": null}]}""", at: 0));

        Assert.Equal(
            ["messages[0].role", "messages[0].content", "messages[1].content"], report.Faults.Select(fault => fault.Field));
    }

    [Fact]
    public void WriteBadRows_MixedFile_WritesThemAsTheyAre()
    {
        const string bad = "{\"messages\": [ ] }";
        var path = _folder.Write("rows.jsonl", Rows(12, bad, at: 4) + "no json\n");
        using var stream = new MemoryStream();

        DatasetChecker.WriteBadRows(path, new DatasetCheckOptions(), stream, TestContext.Current.CancellationToken);

        Assert.Equal(bad + "\nno json\n", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Theory]
    [InlineData("PK\u0003\u0004", "zip")]
    [InlineData("PAR1", "Parquet")]
    [InlineData("%PDF-1.7", "PDF")]
    public void Check_ForeignFile_SaysWhatItIs(string start, string name)
    {
        var fault = Assert.Single(Check(start + " and so on").Faults);

        Assert.Equal(DatasetFaultKind.UnsupportedFile, fault.Kind);
        Assert.Contains(name, fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Utf16_AsksForUtf8()
        => Assert.Contains("UTF-16", Assert.Single(Check([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Rows(3))]).Faults).Found, StringComparison.Ordinal);

    [Fact]
    public void Check_MissingFile_IsTheUsersMistake()
        => Assert.Contains("no such file", Assert.Throws<UserErrorException>(() => DatasetChecker.Check(_folder.At("none"), new DatasetCheckOptions(), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

    [Fact]
    public void Check_Cancelled_Throws()
    {
        var path = _folder.Write("rows.jsonl", Rows(12));

        Assert.Throws<OperationCanceledException>(() => DatasetChecker.Check(path, new DatasetCheckOptions(), new CancellationToken(canceled: true)));
    }

    /// <summary>Good rows, all different, with another one among them.</summary>
    internal static string Rows(int count, string? inserted = null, int at = -1, int first = 0)
    {
        var text = new StringBuilder();
        for (var row = 0; row < count; row++)
        {
            if (row == at)
            {
                text.Append(inserted).Append('\n');
            }

            text.Append($$"""{"messages": [{"role": "user", "content": "Question {{first + row}}"}, {"role": "assistant", "content": "Answer {{first + row}}"}]}""").Append('\n');
        }

        return text.ToString();
    }

    private DatasetReport Check(string text, DatasetCheckOptions? options = null) => Check(Encoding.UTF8.GetBytes(text), options);

    private DatasetReport Check(byte[] bytes, DatasetCheckOptions? options = null)
        => DatasetChecker.Check(_folder.Write("rows.jsonl", bytes), options ?? new DatasetCheckOptions(), TestContext.Current.CancellationToken);
}
