using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Datasets.Rows;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>Rows for reinforcement fine-tuning: prompts, with the dataset's own answer or without; and the same rows read for SFT.</summary>
public sealed class PromptDatasetTests : IDisposable
{
    private const string User = """{"role": "user", "content": "Where is it?"}""";
    private const string Assistant = """{"role": "assistant", "content": "On its way."}""";
    private const string Call = """{"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "find", "arguments": "{}"}}]}""";
    private const string Tool = """{"role": "tool", "tool_call_id": "a", "content": "{}"}""";
    private readonly TemporaryFolder _folder = new();

    /// <summary>A row that is a sound prompt, and what SFT finds in it.</summary>
    public static TheoryData<string, DatasetFaultKind?> Prompts => new()
    {
        { $$"""{"messages": [{{User}}]}""", DatasetFaultKind.NoAssistantMessage },
        { $$"""{"messages": [{"role": "system", "content": "Be short."}, {{User}}], "answer": 4}""", DatasetFaultKind.NoAssistantMessage },
        { $$"""{"messages": [{{User}}, {{Assistant}}, {{User}}]}""", DatasetFaultKind.LastMessageNotAssistant },
        { $$"""{"messages": [{{User}}, {{Call}}, {{Tool}}]}""", DatasetFaultKind.LastMessageNotAssistant },
        { $$"""{"messages": [{{User}}, {"role": "assistant", "content": "Yes", "weight": 0}]}""", DatasetFaultKind.NothingLearnt },
        { $$"""{"weight": 0, "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.NothingLearnt },
        { $$"""{"label": true, "messages": [{{User}}, {{Assistant}}]}""", DatasetFaultKind.FeedbackLabel },
        { $$"""{"messages": [{{User}}, {{Assistant}}]}""", null },
        { $$"""{"messages": [{{User}}, {{Call}}]}""", null },
    };

    /// <summary>A row with a fault that any method must tell.</summary>
    public static TheoryData<string, DatasetFaultKind> Faults => new()
    {
        { """{"messages": [{"role": "user" "content": 1}]}""", DatasetFaultKind.InvalidJson },
        { """{"messages": []}""", DatasetFaultKind.EmptyMessages },
        { """{"messages": [{"role": "bot", "content": "Hi"}]}""", DatasetFaultKind.UnknownRole },
        { """{"messages": [{"role": "user"}]}""", DatasetFaultKind.MissingContent },
        { """{"messages": [{"role": "user", "content": " "}]}""", DatasetFaultKind.EmptyContent },
        { $$"""{"messages": [{{User}}, {{User}}]}""", DatasetFaultKind.RoleOrder },
        { $$"""{"messages": [{{User}}, {{Tool}}]}""", DatasetFaultKind.ToolMessageWithoutCall },
        { $$"""{"messages": [{{User}}, {{Call}}, {{User}}]}""", DatasetFaultKind.ToolCallWithoutMessage },
        { $$"""{"weight": -1, "messages": [{{User}}]}""", DatasetFaultKind.InvalidWeight },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Check_Prompt_IsSoundForRftAlone(string row, DatasetFaultKind? sft)
    {
        var path = Write(row);

        Assert.DoesNotContain(Check(path, TrainingMethod.Rft).Faults, fault => fault.Kind != DatasetFaultKind.DuplicateRow);
        Assert.Equal(sft is null ? [] : [sft.Value], Check(path, TrainingMethod.Sft).Faults.Select(fault => fault.Kind).Where(kind => kind != DatasetFaultKind.DuplicateRow));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Check_FaultyRow_IsFoundForBothMethods(string row, DatasetFaultKind kind)
    {
        var path = Write(row);

        Assert.Contains(Check(path, TrainingMethod.Rft).Faults, fault => fault.Kind == kind && fault.Line == 13);
        Assert.Contains(Check(path, TrainingMethod.Sft).Faults, fault => fault.Kind == kind && fault.Line == 13);
    }

    [Theory]
    [InlineData("""{"messages": [{"role": "system", "content": "Be short."}]}""")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "Hello."}]}""")]
    public void Check_NothingToAnswer_IsAnError(string row)
        => Assert.Contains(Check(Write(row), TrainingMethod.Rft).Faults, fault => (fault.Kind, fault.Severity) == (DatasetFaultKind.EmptyMessages, FaultSeverity.Error));

    [Theory]
    [InlineData("""{"question": "2 + 2"}""", """{"question": "2 + 2", "answer": "4"}""")]
    [InlineData("""{"question": "2 + 2", "answer": null}""", """{"question": "2 + 2", "answer": "4"}""")]
    [InlineData("""{"question": "2 + 2", "answer": 4}""", """{"question": "2 + 2", "answer": "4"}""")]
    [InlineData("""{"prompt": "2 + 2"}""", """{"prompt": "2 + 2", "completion": "4"}""")]
    [InlineData("""{"instruction": "Add.", "input": "2 + 2"}""", """{"instruction": "Add.", "input": "2 + 2", "output": "4"}""")]
    [InlineData("""{"conversations": [{"from": "human", "value": "2 + 2"}]}""", """{"conversations": [{"from": "human", "value": "2 + 2"}, {"from": "gpt", "value": "4"}]}""")]
    public void Read_OtherFormats_NeedNoAnswer(string prompt, string answered)
    {
        using var prompts = Open(_folder.Write("prompts.jsonl", prompt));
        using var both = Open(_folder.Write("both.jsonl", answered));

        Assert.Equal(["user"], Roles(prompts.Read(0).Conversation));
        Assert.Equal(["user", "assistant"], Roles(both.Read(0).Conversation));
        Assert.Equal(["user"], Roles(both.Read(0).ToPrompt()));
        Assert.Throws<UserErrorException>(() => Open(_folder.At("prompts.jsonl"), TrainingMethod.Sft));
        Open(_folder.At("both.jsonl"), TrainingMethod.Sft).Dispose();
    }

    [Theory]
    [InlineData("""{"prompt": [{"role": "system", "content": "Add."}, {"role": "user", "content": "2 + 2"}]}""", "system,user")]
    [InlineData("""{"prompt": [{"role": "user", "content": "2 + 2"}], "completion": "4"}""", "user,assistant")]
    [InlineData("""{"question": "2 + 2", "answer": " "}""", "user")]
    public void Read_MessagesOrBlankAnswer_HasTheRolesOfItsTexts(string row, string roles)
    {
        using var index = Open(_folder.Write("rows.jsonl", row));

        Assert.Equal(roles.Split(','), Roles(index.Read(0).Conversation));
    }

    [Fact]
    public void Read_Table_AnswersAreOptional()
    {
        using var index = Open(_folder.Write("rows.csv", "question,answer\n2 + 2,4\n3 + 3,\n"));

        Assert.Equal([2, 1], index.ReadAll().Select(row => Roles(row.Conversation).Count));
    }

    [Theory]
    [InlineData("task\n", "task", null)]
    [InlineData("id,question,level\n", "question", null)]
    [InlineData("id,question,answer\n", "question", "answer")]
    [InlineData("foo,bar\n", "foo", "bar")]
    public void Suggest_ForPrompts_NeedsNoAnswerColumn(string header, string user, string? assistant)
    {
        var (mapping, reason) = ColumnGuesser.Suggest(header.Trim().Split(','), [], TrainingMethod.Rft);

        Assert.Equal((user, assistant), (mapping!.User, mapping.Assistant));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Suggest_SilentNamesForPrompts_TakesTheLongestTexts()
    {
        var sample = Enumerable.Range(0, 20).Select(row => new[] { $"{row}", row % 2 == 0 ? "red" : "blue", $"A long sentence about thing number {row}." }).ToList();

        var (mapping, _) = ColumnGuesser.Suggest(["c1", "c2", "c3"], sample, TrainingMethod.Rft);

        Assert.Equal(("c3", null), (mapping!.User, mapping.Assistant));
    }

    [Fact]
    public void Check_MappingWithoutAnswer_IsForRftAlone()
    {
        var path = _folder.Write("rows.csv", "q,level\n2 + 2,1\n");
        var columns = new ColumnMapping { User = "q" };

        Assert.Equal(1, Check(path, TrainingMethod.Rft, columns).GoodRows);
        Assert.Contains("--assistant", Assert.Single(Check(path, TrainingMethod.Sft, columns).Faults, fault => fault.Kind == DatasetFaultKind.MissingColumn).Fix, StringComparison.Ordinal);
        Assert.Empty(new DatasetOptions { Path = path, Columns = columns }.Validate(TrainingMethod.Rft));
        Assert.Equal("dataset.columns.assistant", Assert.Single(new DatasetOptions { Path = path, Columns = columns }.Validate(TrainingMethod.Sft)).Field);
    }

    [Fact]
    public void Check_Prompts_AreMeasuredAsPrompts()
    {
        var report = Check(
            _folder.Write("rows.jsonl", $$"""
                {"messages": [{"role": "user", "content": "one"}]}
                {"messages": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}, {"role": "user", "content": "three"}]}
                {"messages": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "four"}]}

                """),
            TrainingMethod.Rft);

        Assert.Equal((3, 2, 1, 0), (report.GoodRows, report.DistinctPrompts, report.Answers.Rows, report.Messages.Learnt));
        Assert.Equal(11, report.PromptCharacters!.Maximum);
    }

    [Fact]
    public void Open_CacheOfTheOtherMethod_IsBuiltAnew()
    {
        var path = _folder.Write("rows.jsonl", $$"""{"messages": [{{User}}]}""" + "\n" + DatasetFaultTests.Rows(2));
        var cache = _folder.At("rows.idx");

        Assert.Equal(2, DatasetIndex.Check(path, new DatasetCheckOptions(), cache, TestContext.Current.CancellationToken).GoodRows);
        using (var prompts = DatasetIndex.Open(path, new DatasetCheckOptions { Method = TrainingMethod.Rft }, cache, TestContext.Current.CancellationToken))
        {
            Assert.Equal(3, prompts.Count);
        }

        Assert.Equal(3, DatasetIndex.Check(path, new DatasetCheckOptions { Method = TrainingMethod.Rft }, cache, TestContext.Current.CancellationToken).GoodRows);
        using var learnt = DatasetIndex.Open(path, new DatasetCheckOptions(), cache, TestContext.Current.CancellationToken);
        Assert.Equal(2, learnt.Count);
    }

    [Fact]
    public void ToPrompt_EndsWithTheAssistant_LeavesThatMessageOut()
    {
        using var index = Open(_folder.Write("rows.jsonl", $$"""
            {"messages": [{{User}}, {{Assistant}}, {{User}}, {{Assistant}}]}
            {"messages": [{{User}}, {{Assistant}}, {{User}}]}

            """));

        Assert.All(index.ReadAll(), row => Assert.Equal(["user", "assistant", "user"], Roles(row.ToPrompt())));
    }

    private static List<string?> Roles(Conversation conversation) => [.. conversation.Messages.EnumerateArray().Select(message => message.GetProperty("role").GetString())];

    private string Write(string row) => _folder.Write("rows.jsonl", DatasetFaultTests.Rows(12) + row + "\n");

    private static DatasetReport Check(string path, TrainingMethod method, ColumnMapping? columns = null)
        => DatasetChecker.Check(path, new DatasetCheckOptions { Method = method, Columns = columns }, TestContext.Current.CancellationToken);

    private static DatasetIndex Open(string path, TrainingMethod method = TrainingMethod.Rft)
        => DatasetIndex.Open(path, new DatasetCheckOptions { Method = method }, TestContext.Current.CancellationToken);
}
