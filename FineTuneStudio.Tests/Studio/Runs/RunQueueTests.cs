using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunQueueTests : IAsyncLifetime
{
    private readonly FakeTrainingEngine _engine = new();
    private readonly TemporaryFolder _data = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RunQueue Queue => _studio.Services.GetRequiredService<RunQueue>();

    public async ValueTask InitializeAsync()
    {
        _studio = await StartAsync();
        await _studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _engine.Dispose();
        _data.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Pause_WhileNothingRuns_LetsNoneBeginUntilResumedEvenAfterARestart()
    {
        Queue.Pause();
        var run = await _studio.StartRunAsync();
        await _studio.DisposeAsync();
        _studio = await StartAsync();
        Assert.True(Queue.IsPaused);
        Assert.Empty(_engine.Started);

        _engine.Allow(40);
        Queue.Resume();
        await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
    }

    [Fact(Timeout = 120_000)]
    public async Task Move_LastToTheFront_BeginsFirstEvenAfterARestart()
    {
        Queue.Pause();
        var runs = new List<RunSummary>();
        foreach (var name in (string[])["first", "second", "third"])
        {
            runs.Add(await _studio.StartRunAsync(name));
        }

        await Queue.MoveAsync(runs[2].Id, 1, Token);
        var places = await PlacesAsync(runs);
        Assert.Equal([2, 3, 1], places);
        await _studio.DisposeAsync();
        _studio = await StartAsync();

        Queue.Resume();
        await _studio.WaitForAsync(runs[2].Id, progress => progress.State == RunState.Running, Token);

        places = await PlacesAsync(runs);
        Assert.Equal([1, 2, 0], places);
    }

    [Fact(Timeout = 120_000)]
    public async Task Move_RunThatHasBegun_IsLeftAlone()
    {
        var first = await _studio.StartRunAsync("first");
        await _studio.WaitForAsync(first.Id, progress => progress.State == RunState.Running, Token);
        var second = await _studio.StartRunAsync("second");

        await Queue.MoveAsync(first.Id, 1, Token);

        Assert.Equal((0, 1), (await Queue.PlaceOfAsync(first.Id, Token), await Queue.PlaceOfAsync(second.Id, Token)));
    }

    private Task<int[]> PlacesAsync(IEnumerable<RunSummary> runs) => Task.WhenAll(runs.Select(run => Queue.PlaceOfAsync(run.Id, Token)));

    private Task<StudioServer> StartAsync() => StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(_engine), _data.FullName);
}
