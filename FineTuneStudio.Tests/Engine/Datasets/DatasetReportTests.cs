using System.Text.Json;
using FineTuneStudio.Commands;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Datasets.Rows;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class DatasetReportTests : IDisposable
{
    private const string ToolRow =
        """{"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "caf\u00e9 \ud83d\ude42\n"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "a", "content": "1"}, {"role": "assistant", "content": "Yes"}], "tools": [{"type": "function", "function": {"name": "f"}}], "source": "x"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_RowWithEverything_CountsEachPart()
    {
        var report = Check(DatasetFaultTests.Rows(11) + ToolRow + "\n");

        Assert.Equal(new MessageStatistics { System = 1, User = 12, Assistant = 13, Tool = 1, Learnt = 13, ToolCalls = 1 }, report.Messages);
        Assert.Equal((1L, 1L, 12L), (report.RowsWithSystem, report.RowsWithTools, report.DistinctPrompts));
        Assert.Equal([new FieldCount("source", 1)], report.OtherFields);
    }

    [Fact]
    public void Check_Characters_CountEscapesAsWhatTheyMean()
    {
        var report = Check(ToolRow);

        // "Be kind." 8, "café 🙂\n" 8 UTF-16 units, "1", "Yes".
        Assert.Equal((20L, 17L, 3L), (report.RowCharacters!.Maximum, report.PromptCharacters!.Maximum, report.AnswerCharacters!.Maximum));
    }

    [Theory]
    [InlineData("\"label{0:D1}\"", 3, AnswerKind.Label)]
    [InlineData("\"{0}.50\"", 100, AnswerKind.Number)]
    [InlineData("\"Half of it is 3.\\n#### {0}\"", 100, AnswerKind.MarkedResult)]
    [InlineData("\"{{\\\"id\\\": {0}}}\"", 100, AnswerKind.Json)]
    [InlineData("\"```python\\nprint({0})\\n```\"", 100, AnswerKind.Code)]
    [InlineData("\"word {0}\"", 100, AnswerKind.ShortText)]
    [InlineData("\"A long answer that goes on and on, about thing number {0}.\"", 100, AnswerKind.LongText)]
    public void Check_Answers_AreClassified(string answer, int different, AnswerKind kind)
    {
        var rows = Enumerable.Range(0, 100).Select(row =>
            $$"""{"messages": [{"role": "user", "content": "{{row}}"}, {"role": "assistant", "content": {{string.Format(System.Globalization.CultureInfo.InvariantCulture, answer, row % different)}}}]}""");

        var report = Check(string.Join('\n', rows));

        Assert.Equal((kind, different), (report.Answers.Kind, report.Answers.Distinct));
    }

    [Fact]
    public void Check_AnyNumberOfWorkers_ReportsTheSame()
    {
        var path = _folder.Write("rows.jsonl", string.Concat(Enumerable.Range(0, 300).Select(part => DatasetFaultTests.Rows(100, part % 3 == 0 ? "{\"messages\": []}" : "no json", at: 50, first: part / 2 * 100))));

        var one = Serialize(1);

        Assert.Equal(one, Serialize(2));
        Assert.Equal(one, Serialize(4));

        string Serialize(int workers)
        {
            var report = DatasetChecker.Check(path, new DatasetCheckOptions { Workers = workers, FaultsPerKind = 30 }, TestContext.Current.CancellationToken);
            return JsonSerializer.Serialize(report with { Seconds = 0 }, RunSpecification.JsonOptions);
        }
    }

    [Fact]
    public void Report_AsJson_ReadsBack()
    {
        var report = Check(DatasetFaultTests.Rows(12, "no json", at: 3));
        var json = JsonSerializer.Serialize(report, RunSpecification.JsonOptions);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<DatasetReport>(json, RunSpecification.JsonOptions), RunSpecification.JsonOptions));
        Assert.Contains("\"kind\": \"invalidJson\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ReportWithFaults_HasAPlaceForEditors()
    {
        using var text = new StringWriter();

        DatasetReportText.Write(text, "data/rows.jsonl", Check(DatasetFaultTests.Rows(12, "{\"messages\": []}", at: 3)));

        Assert.Contains("data/rows.jsonl:4: error: messages: found no messages", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("Not usable: 1 of 13 rows are bad", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_GoodRow_AllocatesNothing()
    {
        var row = System.Text.Encoding.UTF8.GetBytes(ToolRow);
        var validator = new ChatRowValidator(new BlockFaults(new bool[FaultKinds.Count]), maxDepth: 64);
        validator.Validate(row, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            validator.Validate(row, out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Check_DamagedGzip_KeepsWhatWasReadAndSaysSo()
    {
        using var packed = new MemoryStream();
        using (var stream = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            var random = new Random(1);
            for (var row = 0; row < 20_000; row++)
            {
                stream.Write(System.Text.Encoding.UTF8.GetBytes($$"""{"messages": [{"role": "user", "content": "{{random.NextInt64()}}"}, {"role": "assistant", "content": "{{row}}"}]}""" + "\n"));
            }
        }

        var path = _folder.Write("rows.jsonl.gz", packed.ToArray()[..(int)(packed.Length / 2)]);

        var report = DatasetChecker.Check(path, new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Contains(report.Faults, fault => fault.Kind == DatasetFaultKind.DamagedArchive);
        Assert.InRange(report.GoodRows, 5_000, 15_000);
        Assert.False(report.Usable);
    }

    private DatasetReport Check(string text) => DatasetChecker.Check(_folder.Write("rows.jsonl", text), new DatasetCheckOptions(), TestContext.Current.CancellationToken);
}
