using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

/// <summary>Runs that begin with an adapter of the library.</summary>
public sealed class BegunWithAdapterTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RunService Runs => _studio.Services.GetRequiredService<RunService>();

    private static LoraOptions Options => new() { Rank = 4, Alpha = 8, Targets = ["q_proj", "v_proj"] };

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync();
        await _studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 300_000)]
    public async Task Start_WithAnImportedAdapter_GoesOnFromItsWeightsAlsoWhenItIsDeleted()
    {
        var adapter = await ImportAsync();
        var specification = Specification(adapter.Id);

        var run = Assert.IsType<Result<RunSummary>.Success>(await Runs.StartAsync(specification, Token)).Value;
        var ended = await _studio.WaitForAsync(run.Id, progress => progress.State is RunState.Completed or RunState.Failed, Token);

        Assert.True(ended.State == RunState.Completed, ended.Message);
        var library = _studio.Services.GetRequiredService<AdapterLibrary>();
        var left = (await library.FindAsync(ended.AdapterId!.Value, Token))!;
        using var before = AdapterSet.Load(library.FolderOf(adapter), ModelFolder.Linears(Nano));
        using var after = AdapterSet.Load(library.FolderOf(left), ModelFolder.Linears(Nano));

        // A step of a tiny rate: what was learnt before is nearly all that is there.
        Assert.All(before.Parameters.Zip(after.Parameters), pair =>
        {
            Assert.Equal(pair.First.Key, pair.Second.Key);
            Assert.True((pair.First.Value - pair.Second.Value).Abs().Max().Item() < 1e-4, pair.First.Key);
        });
        Assert.False(before.Parameters[0].Value.HasSameElements(after.Parameters[0].Value));

        var again = Assert.IsType<Result<RunSummary>.Success>(await Runs.StartAsync(specification with { InitialAdapter = left.Id.ToString() }, Token)).Value;
        Assert.Equal(RunState.Completed, (await _studio.WaitForAsync(again.Id, progress => progress.State is RunState.Completed or RunState.Failed, Token)).State);
    }

    [Fact]
    public async Task Start_OptionsUnlikeTheAdapter_IsRefusedBesideEachOfThem()
    {
        var specification = Specification((await ImportAsync()).Id);

        var refused = Assert.IsType<Result<RunSummary>.Refused>(await Runs.StartAsync(
            specification with { Lora = new LoraOptions { Rank = 8, Alpha = 8, Dora = true, Targets = ["q_proj"] } }, Token));
        var nothing = Assert.IsType<Result<RunSummary>.Refused>(await Runs.StartAsync(specification with { InitialAdapter = Guid.NewGuid().ToString() }, Token));

        Assert.Equal(["lora.rank", "lora.dora", "lora.targets"], refused.Errors.Select(error => error.Field));
        Assert.Contains("Use q_proj, v_proj", refused.Errors[2].Message, StringComparison.Ordinal);
        Assert.Equal("initialAdapter", Assert.Single(nothing.Errors).Field);
    }

    private static string Nano => Path.Combine(Repository.Root, "models", "nano");

    private static RunSpecification Specification(Guid adapter) => new()
    {
        Name = "On and on", Model = StudioSeed.Model, InitialAdapter = adapter.ToString(), Dataset = new DatasetOptions { Path = StudioSeed.Dataset, HeldOutFraction = 0 }, Lora = Options,
        Batch = new BatchOptions { Rows = 1, ContextLength = 64 }, Duration = new DurationOptions { Steps = 1 }, Schedule = new ScheduleOptions { LearningRate = 1e-5, WarmupRatio = 0, Kind = ScheduleKind.Constant },
    };

    // As if it had learnt elsewhere.
    private async Task<AdapterSummary> ImportAsync()
    {
        using (var made = AdapterSet.Create(ModelFolder.Linears(Nano), Options, seed: 5))
        {
            using var generator = new RandomGenerator(6);
            foreach (var (_, tensor) in made.Parameters)
            {
                tensor.FillUniform(-0.01, 0.01, generator);
            }

            made.Save(_folder.At("mine"), "tiny");
        }

        return Assert.IsType<Result<AdapterSummary>.Success>(
            await _studio.Services.GetRequiredService<AdapterImporter>().ImportAsync(_folder.At("mine"), StudioSeed.Model, name: null, Token)).Value;
    }
}
