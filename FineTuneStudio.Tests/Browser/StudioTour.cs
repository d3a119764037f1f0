using FineTuneStudio.Application;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace FineTuneStudio.Tests.Browser;

/// <summary>A studio with something on every page, and the addresses of its pages: for whoever looks at all of them.</summary>
internal sealed class StudioTour : IAsyncDisposable
{
    private readonly FakeTrainingEngine _engine;

    private StudioTour(FakeTrainingEngine engine, StudioServer studio)
    {
        (_engine, Studio) = (engine, studio);
    }

    public StudioServer Studio { get; }

    /// <summary>Pages of a studio in which nothing was ever done.</summary>
    public static IReadOnlyList<(string Name, string Address)> EmptyPages { get; } =
    [
        ("home-empty", "/"), ("first-run", "/first-run"), ("first-run-model", "/first-run?step=model"), ("datasets-empty", "/datasets"), ("runs-empty", "/runs"),
        ("new-run-empty", "/runs/new"), ("adapters-empty", "/adapters"), ("graders-empty", "/graders"), ("not-found", "/no/such/page"), ("run-missing", $"/runs/{Guid.Empty}"), ("adapter-missing", $"/adapters/{Guid.Empty}"),
    ];

    public static async Task<StudioTour> StartAsync()
    {
        var engine = new FakeTrainingEngine { TotalSteps = 120 };
        return new StudioTour(engine, await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(engine).Configure<StudioOptions>(options => options.ConcurrentRuns = 2)));
    }

    /// <summary>Fills the studio: datasets good, faulty and as a table; runs done, running and waiting; a model and an adapter.</summary>
    /// <returns>Its pages.</returns>
    public async Task<IReadOnlyList<(string Name, string Address)>> FillAsync(CancellationToken cancellationToken)
    {
        await Studio.AddModelAndDatasetAsync();
        var good = await Studio.UploadAsync("intents-1k.jsonl", StudioSeed.IntentRows(), cancellationToken);
        var faulty = await Studio.UploadAsync("faulty.jsonl",
        [
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""",
            """{"messages":[{"role":"user","content":"Hi"}]}""",
            """{"messages":[{"role":"robot","content":"Hi"},{"role":"assistant","content":"Hello"}]}""",
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}""",
            """{"messages":[{"role":"user","content":"Hey"},{"role":"assistant","content":"","weight":0}]}""",
            "not json at all",
        ], cancellationToken);
        var table = await Studio.UploadAsync("tickets.csv", ["subject,body,team", "Card lost,I lost my card,cards", "Refund,Where is my refund?,payments"], cancellationToken);

        await Studio.UploadAsync("sums.jsonl", Enumerable.Range(1, 150).Select(i => $$"""{"messages":[{"role":"user","content":"How many are {{i}} and 1?"},{"role":"assistant","content":"{{i}} + 1 = {{i + 1}}\n#### {{i + 1}}"}]}"""), cancellationToken);

        _engine.Allow(120);
        var done = await Studio.StartRunAsync("Intents, first try");
        var completed = await Studio.WaitForAsync(done.Id, progress => progress.State == RunState.Completed, cancellationToken);
        _engine.Allow(120);
        var reinforced = await Studio.StartReinforcementRunAsync("Sums by reward", FakeReinforcement.Tools);
        await Studio.WaitForAsync(reinforced.Id, progress => progress.State == RunState.Completed, cancellationToken);
        _engine.Allow(47);
        var live = await Studio.StartRunAsync("Intents, rank 32");
        await Studio.WaitForAsync(live.Id, progress => progress.Step == 47, cancellationToken);
        _engine.HeldAt = new TrainingEvent.Working(0, RunActivity.LoadingModel, Done: 0, Total: 1_503_300_328);
        var starting = await Studio.StartRunAsync("Intents, a larger model");
        await Studio.WaitForAsync(starting.Id, progress => progress.Activity?.Activity == RunActivity.LoadingModel, cancellationToken);
        var waiting = await Studio.StartRunAsync("Intents, twice as long");

        return
        [
            ("home", "/"), ("first-run-live", $"/first-run/{live.Id}"), ("first-run-done", $"/first-run/{done.Id}"),
            ("datasets", "/datasets"), ("dataset", $"/datasets/{good}"), ("dataset-tokens", $"/datasets/{good}?row=3&view=tokens"), ("dataset-faulty", $"/datasets/{faulty}"), ("dataset-csv", $"/datasets/{table}"),
            ("new-run", "/runs/new?dataset=intents-1k.jsonl"), ("new-run-rft", "/runs/new?dataset=sums.jsonl"), ("runs", "/runs"), ("run-waiting", $"/runs/{waiting.Id}"), ("run-starting", $"/runs/{starting.Id}"), ("run-live", $"/runs/{live.Id}"), ("run-done", $"/runs/{done.Id}"), ("run-samples", $"/runs/{done.Id}?tab=samples"), ("run-log", $"/runs/{done.Id}?tab=log"), ("run-config", $"/runs/{done.Id}?tab=config"), ("compare", $"/runs/compare?ids={done.Id},{live.Id},{reinforced.Id}"), ("new-run-like", $"/runs/new?like={done.Id}"), ("new-run-adapter", $"/runs/new?adapter={completed.AdapterId}"), ("run-rft", $"/runs/{reinforced.Id}"), ("run-rft-answers", $"/runs/{reinforced.Id}?tab=answers"), ("run-rft-prompt", $"/runs/{reinforced.Id}?tab=answers&prompt=1"), ("run-rft-samples", $"/runs/{reinforced.Id}?tab=samples"), ("models", "/models"),
            ("adapters", "/adapters"), ("adapter", $"/adapters/{completed.AdapterId}"), ("graders", "/graders"), ("playground", "/playground"), ("settings", "/settings"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        _engine.HeldAt = null;
        await Studio.DisposeAsync();
        _engine.Dispose();
    }
}
