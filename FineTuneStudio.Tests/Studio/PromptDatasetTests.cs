using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

/// <summary>Files of prompts in the library: noticed, kept as such, and used for what they are.</summary>
public sealed class PromptDatasetTests : IAsyncLifetime
{
    private const string GoodRow = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""";

    private readonly FakeTrainingEngine _engine = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DatasetLibrary Datasets => _studio.Services.GetRequiredService<DatasetLibrary>();

    /// <summary>Files by name, with what their rows are and how many of them are bad.</summary>
    public static TheoryData<string, string[], TrainingMethod, int> Files => new()
    {
        { "chat.jsonl", [.. Prompts(20)], TrainingMethod.Rft, 0 },
        { "nearly.jsonl", [.. Prompts(20), "no row"], TrainingMethod.Rft, 1 },
        { "questions.jsonl", [.. Enumerable.Range(0, 20).Select(i => $$"""{"question":"What is {{i}}?"}""")], TrainingMethod.Rft, 0 },
        { "column.csv", ["prompt", .. Enumerable.Range(0, 20).Select(i => $"What is {i}?")], TrainingMethod.Rft, 0 },
        { "answers.jsonl", [GoodRow, GoodRow], TrainingMethod.Sft, 0 },
        { "half.jsonl", [.. Prompts(10), .. Enumerable.Repeat(GoodRow, 10)], TrainingMethod.Sft, 10 },
        { "unlearnt.jsonl", [.. Enumerable.Range(0, 20).Select(i => $$"""{"messages":[{"role":"user","content":"{{i}}"},{"role":"assistant","content":"one","weight":0}]}""")], TrainingMethod.Sft, 20 },
        { "pairs.jsonl", [.. Enumerable.Range(0, 20).Select(i => $$"""{"prompt":"{{i}}","chosen":"a","rejected":"b"}""")], TrainingMethod.Sft, -1 },
        { "broken.jsonl", [.. Enumerable.Repeat("no row", 20)], TrainingMethod.Sft, -1 },
    };

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(_engine));
        await _studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _engine.Dispose();
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Files))]
    public async Task Upload_AnyFile_IsTakenForWhatItsRowsAre(string name, string[] lines, TrainingMethod method, int bad)
    {
        var id = await _studio.UploadAsync(name, lines, Token);

        var dataset = await Datasets.FindAsync(id, Token);
        Assert.Equal(method, dataset!.Method);
        Assert.True(bad < 0 || dataset.BadRows == bad, $"{dataset.BadRows} bad rows");
        Assert.True(await Datasets.FindReportAsync(id, Token) is not { } report || report.Method == method);
    }

    [Fact(Timeout = 120_000)]
    public async Task UseFor_TheOtherMethod_IsKeptAndDecidesWhichRowsAreBad()
    {
        var id = await _studio.UploadAsync("half.jsonl", [.. Prompts(10), GoodRow], Token);
        Assert.Equal((TrainingMethod.Rft, 0), await StateAsync(id));

        await Datasets.UseForAsync(id, TrainingMethod.Sft, Token);
        Assert.Equal((TrainingMethod.Sft, 10), await StateAsync(id));
        using var bad = new MemoryStream();
        await Datasets.WriteBadRowsAsync(id, bad, Token);
        Assert.Equal(10, System.Text.Encoding.UTF8.GetString(bad.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        await Datasets.UseForAsync(id, TrainingMethod.Rft, Token);
        Assert.Equal((TrainingMethod.Rft, 0), await StateAsync(id));
    }

    [Fact(Timeout = 120_000)]
    public async Task UseFor_AnswersAfterColumnsWithoutOne_SuggestsColumnsAnew()
    {
        var id = await _studio.UploadAsync("table.csv", ["question,answer", .. Enumerable.Range(0, 20).Select(i => $"What is {i}?,{i}")], Token);
        await Datasets.UseForAsync(id, TrainingMethod.Rft, Token);
        await _studio.WaitForCheckAsync(id, Token);
        await Datasets.MapColumnsAsync(id, new ColumnMapping { User = "question" }, Token);
        Assert.Equal((TrainingMethod.Rft, 0), await StateAsync(id));

        await Datasets.UseForAsync(id, TrainingMethod.Sft, Token);

        Assert.Equal((TrainingMethod.Sft, 0), await StateAsync(id));
        Assert.Equal("answer", (await Datasets.FindReportAsync(id, Token))!.Columns!.Mapping!.Assistant);
    }

    [Fact(Timeout = 120_000)]
    public async Task Show_APrompt_EndsWhereTheAnswerBeginsAndTellsItsFields()
    {
        var id = await _studio.UploadAsync("prompts.jsonl", [.. Prompts(12)], Token);
        var browser = _studio.Services.GetRequiredService<DatasetBrowser>();
        using var open = Assert.IsType<Result<OpenDataset>.Success>(await browser.OpenAsync(id, Token)).Value;

        var row = Assert.IsType<Result<RowView>.Success>(await browser.ShowAsync(open, 3, StudioSeed.Model, Token)).Value;

        Assert.True(row.IsPrompt);
        Assert.Equal([("answer", "3")], row.Fields);
        Assert.Equal("3", Assert.Single(open.Lines([3], lengths: null, "")).Answer);
        Assert.Equal(0, row.Rendered!.LearntTokens);
        Assert.Contains("assistant", row.Rendered.Pieces(0, 1000)[^1].Text + row.Rendered.Pieces(0, 1000)[^2].Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Start_ByExampleOnPrompts_IsRefusedAtTheDataset()
    {
        await _studio.UploadAsync("prompts.jsonl", [.. Prompts(12)], Token);

        var refused = Assert.IsType<Result<RunSummary>.Refused>(await StartAsync("prompts.jsonl", TrainingMethod.Sft));

        Assert.Equal("dataset.path", Assert.Single(refused.Errors).Field);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("prompts.jsonl")]
    [InlineData(StudioSeed.Dataset)]
    public async Task Start_ByReward_TakesPromptsAndAnswersAlike(string dataset)
    {
        await _studio.UploadAsync("prompts.jsonl", [.. Prompts(12)], Token);

        Assert.IsType<Result<RunSummary>.Success>(await StartAsync(dataset, TrainingMethod.Rft));
    }

    private static IEnumerable<string> Prompts(int count)
        => Enumerable.Range(0, count).Select(i => $$"""{"messages":[{"role":"user","content":"What is {{i}}?"}],"answer":"{{i}}"}""");

    private async Task<(TrainingMethod Method, long BadRows)> StateAsync(Guid id)
    {
        var dataset = await Datasets.FindAsync(await _studio.WaitForCheckAsync(id, Token), Token);
        return (dataset!.Method, dataset.BadRows);
    }

    private Task<Result<RunSummary>> StartAsync(string dataset, TrainingMethod method) => _studio.Services.GetRequiredService<RunService>().StartAsync(
        new RunSpecification
        {
            Model = StudioSeed.Model, Dataset = new DatasetOptions { Path = dataset }, Method = method,
            Reinforcement = method == TrainingMethod.Rft ? new ReinforcementOptions { Grader = FakeReinforcement.Grader } : null,
        },
        Token);
}
