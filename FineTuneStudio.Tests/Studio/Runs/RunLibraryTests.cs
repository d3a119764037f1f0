using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

/// <summary>What is remembered about runs, and how one leads to another.</summary>
public sealed class RunLibraryTests : IAsyncLifetime
{
    private readonly FakeTrainingEngine _engine = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RunService Runs => _studio.Services.GetRequiredService<RunService>();

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

    [Fact(Timeout = 120_000)]
    public async Task Describe_TagsAndNotes_AreKeptAndTagsTidied()
    {
        var run = await _studio.StartRunAsync();

        await Runs.DescribeAsync(run.Id, "  Better name ", "sweep, rank 32,,sweep ", "Tried at night.", Token);

        var stored = (await Runs.FindAsync(run.Id, Token))!.Summary;
        Assert.Equal(("Better name", "Tried at night."), (stored.Name, stored.Notes));
        Assert.Equal(["sweep", "rank 32"], stored.Tags);
    }

    [Fact(Timeout = 120_000)]
    public async Task Describe_NoNameAndTooManyTags_NamesBoth()
    {
        var run = await _studio.StartRunAsync();

        var refused = Assert.IsType<Result<RunSummary>.Refused>(await Runs.DescribeAsync(run.Id, " ", new string('a', 600), "", Token));

        Assert.Equal(["name", "tags"], refused.Errors.Select(error => error.Field));
    }

    [Fact(Timeout = 120_000)]
    public async Task Finished_Run_LeavesItsCurveForTheList()
    {
        _engine.Allow(40);
        var run = await _studio.StartRunAsync();
        await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);

        var sketch = (await Runs.ListAsync(Token)).Single().Sketch;

        Assert.Equal(40, sketch.Count);
        Assert.Equal((float)FakeTrainingEngine.Loss(1), sketch[0], 1e-6f);
    }

    [Fact(Timeout = 120_000)]
    public async Task Changes_RunBegins_AreHeardByAListThatWaits()
    {
        var changes = _studio.Services.GetRequiredService<RunChanges>();
        var waiting = changes.WaitAsync(changes.Version, Token);
        Assert.False(waiting.IsCompleted);

        await _studio.StartRunAsync();

        await waiting;
    }

    [Fact(Timeout = 120_000)]
    public async Task Start_FromACheckpoint_TakesACopyThatOutlivesIt()
    {
        var run = await _studio.StartRunAsync();
        var checkpoint = Path.Combine(Folder(run.Id), RunFolder.CheckpointOf(30), RunFolder.Adapter);
        using (var made = AdapterSet.Create(ModelFolder.Linears(Path.Combine(Repository.Root, "models", "nano")), new LoraOptions(), seed: 1))
        {
            made.Save(checkpoint, StudioSeed.Model);
        }

        var weights = await File.ReadAllBytesAsync(Path.Combine(checkpoint, AdapterFiles.Weights), Token);
        var specification = (await Runs.FindAsync(run.Id, Token))!.Specification with { Name = "fork", InitialAdapter = new CheckpointReference(run.Id, 30).ToString() };

        var fork = Assert.IsType<Result<RunSummary>.Success>(await Runs.StartAsync(specification, Token)).Value;
        Directory.Delete(checkpoint, recursive: true);

        var resolved = _studio.Services.GetRequiredService<RunInputs>().Resolve(fork.Id);
        Assert.Equal(weights, await File.ReadAllBytesAsync(Path.Combine(resolved.InitialAdapter!, AdapterFiles.Weights), Token));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("00000000-0000-0000-0000-000000000001@30")]
    [InlineData("../../etc")]
    [InlineData("/etc/passwd")]
    public async Task Start_FromNoCheckpoint_IsRefusedBesideItsField(string reference)
    {
        var specification = new RunSpecification { Model = StudioSeed.Model, Dataset = new DatasetOptions { Path = StudioSeed.Dataset }, InitialAdapter = reference };

        var refused = Assert.IsType<Result<RunSummary>.Refused>(await Runs.StartAsync(specification, Token));

        Assert.Equal("initialAdapter", Assert.Single(refused.Errors).Field);
    }

    [Fact(Timeout = 120_000)]
    public async Task Compare_TwoRuns_PutsDifferencesFirstAndAnswersSideBySide()
    {
        _engine.Allow(80);
        var first = await _studio.StartRunAsync("first");
        await _studio.WaitForAsync(first.Id, progress => progress.State == RunState.Completed, Token);
        var other = (await Runs.FindAsync(first.Id, Token))!.Specification with { Name = "second", Lora = new LoraOptions { Rank = 4 } };
        var second = Assert.IsType<Result<RunSummary>.Success>(await Runs.StartAsync(other, Token)).Value;
        await _studio.WaitForAsync(second.Id, progress => progress.State == RunState.Completed, Token);

        var comparison = await Runs.CompareAsync([second.Id, first.Id, Guid.NewGuid()], Token);

        Assert.Equal(["second", "first"], comparison.Runs.Select(run => run.Summary.Name));
        Assert.Equal("lora.rank", comparison.Options[0].Path);
        Assert.Equal(["4", "16"], comparison.Options[0].Values);
        Assert.All(comparison.Samples, sample => Assert.All(sample.Answers, answer => Assert.Equal(new ComparedAnswer(sample.Expected, null, null), answer)));
        Assert.Equal(2, comparison.Samples.Count);
    }

    private string Folder(Guid run) => Path.Combine(_studio.DataDirectory, "runs", run.ToString("N"));
}
