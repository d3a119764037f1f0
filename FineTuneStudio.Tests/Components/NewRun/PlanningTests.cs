using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Components.NewRun;

/// <summary>What the new-run page finds out while a person fills it in, with an engine that knows every answer.</summary>
public sealed class PlanningTests() : SteppedStudioTests(totalSteps: 12)
{
    private static readonly RunSpecification Run = new() { Model = StudioSeed.Model, Dataset = new DatasetOptions { Path = StudioSeed.Dataset } };

    private readonly SemaphoreSlim _changed = new(0);
    private RunSpecification _run = Run;
    private int _suggested;

    [Fact]
    public async Task Begin_FormHasFaults_TellsThemAndPlansNothing()
    {
        using var planning = Create();
        UserError fault = new("lora.rank", "Use a rank from 1 to 4096, not 0.");

        planning.Begin([fault], isReady: true);
        await Task.Yield();

        Assert.Equal([fault], planning.Errors);
        Assert.False(planning.IsEstimating);
        Assert.Null(planning.Plan);
    }

    [Fact(Timeout = 120_000)]
    public async Task Begin_ValuesChangeMeanwhile_PlansForTheNewestAlone()
    {
        using var planning = Create();
        _run = Run with { Dataset = new DatasetOptions { Path = "nowhere.jsonl" } };
        planning.Begin([], isReady: true);
        Assert.True(planning.IsEstimating);

        _run = Run;
        planning.Begin([], isReady: true);
        await UntilAsync(() => planning is { Plan: not null, IsEstimating: false });

        Assert.Empty(planning.Errors);
        Assert.Equal(12, planning.Plan!.Estimate.TotalSteps);
        Assert.Equal(1, _suggested);
        Assert.NotNull(planning.SuggestionFor(_run));
        Assert.False(planning.HasSuggestedFor(_run with { Model = "another" }));
        Assert.True(planning.HasSuggestedFor(_run with { Seed = 5 }));
    }

    [Fact(Timeout = 120_000)]
    public async Task Begin_LibraryRefuses_TellsWhyAndForgetsThePlan()
    {
        using var planning = Create();
        planning.Begin([], isReady: true);
        await UntilAsync(() => planning.Plan is not null);

        _run = Run with { Dataset = new DatasetOptions { Path = "nowhere.jsonl" } };
        planning.Begin([], isReady: true);
        await UntilAsync(() => planning.Plan is null);

        Assert.Equal("dataset.path", Assert.Single(planning.Errors).Field);
    }

    private Planning Create()
        => new(Studio.Services.GetRequiredService<RunEstimates>(), () => _run, () => _suggested++, () => _changed.Release());

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await _changed.WaitAsync(Token);
        }
    }
}
