using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

/// <summary>What becomes of a run, with an engine that the test moves by hand.</summary>
public sealed class RunLifeTests : IAsyncLifetime
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
    public async Task Run_AllStepsDone_LeavesAnAdapter()
    {
        _engine.Allow(40);

        var run = await _studio.StartRunAsync();
        var end = await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);

        Assert.Equal(40, end.Step);
        Assert.NotNull(end.AdapterId);
        var stored = await Runs.FindAsync(run.Id, Token);
        Assert.Equal(RunState.Completed, stored!.Summary.State);
        Assert.Equal(end.AdapterId, stored.Summary.AdapterId);
        Assert.Equal(FakeTrainingEngine.Loss(40) + 0.1, stored.Summary.HeldOutLoss);
    }

    [Fact(Timeout = 120_000)]
    public async Task Pause_ThenResume_StandsStillAndGoesOn()
    {
        _engine.Allow(5);
        var run = await _studio.StartRunAsync();
        await _studio.WaitForAsync(run.Id, progress => progress.Step == 5, Token);

        Runs.Pause(run.Id);
        await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Paused, Token);
        Runs.Resume(run.Id);
        _engine.Allow(35);
        var end = await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);

        Assert.Equal(40, end.Step);
    }

    [Fact(Timeout = 120_000)]
    public async Task StopAndKeep_InTheMiddle_LeavesAnAdapter()
    {
        _engine.Allow(7);
        var run = await _studio.StartRunAsync();
        await _studio.WaitForAsync(run.Id, progress => progress.Step == 7, Token);

        Runs.StopAndKeep(run.Id);
        var end = await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Stopped, Token);

        Assert.NotNull(end.AdapterId);
    }

    [Fact(Timeout = 120_000)]
    public async Task Cancel_InTheMiddle_LeavesNoAdapterAndFreesTheEngine()
    {
        _engine.Allow(3);
        var first = await _studio.StartRunAsync("first");
        var second = await _studio.StartRunAsync("second");
        await _studio.WaitForAsync(first.Id, progress => progress.Step == 3, Token);

        await Runs.CancelAsync(first.Id, Token);
        var cancelled = await _studio.WaitForAsync(first.Id, progress => progress.State == RunState.Cancelled, Token);
        _engine.Allow(40);
        await _studio.WaitForAsync(second.Id, progress => progress.State == RunState.Completed, Token);

        Assert.Null(cancelled.AdapterId);
    }

    [Fact(Timeout = 120_000)]
    public async Task Cancel_WhileWaiting_NeverReachesTheEngine()
    {
        var first = await _studio.StartRunAsync("first");
        await _studio.WaitForAsync(first.Id, progress => progress.State == RunState.Running, Token);
        var second = await _studio.StartRunAsync("second");

        await Runs.CancelAsync(second.Id, Token);
        _engine.Allow(40);
        await _studio.WaitForAsync(first.Id, progress => progress.State == RunState.Completed, Token);

        Assert.Equal(RunState.Cancelled, (await Runs.FindAsync(second.Id, Token))!.Summary.State);
        Assert.Single(_engine.Started);
    }

    [Fact(Timeout = 120_000)]
    public async Task Start_UnknownNames_AreBothRefusedBesideTheirFields()
    {
        var specification = new RunSpecification { Model = "none", Dataset = new DatasetOptions { Path = "nothing" } };

        var refused = Assert.IsType<Result<RunSummary>.Refused>(await Runs.StartAsync(specification, Token));

        Assert.Equal(["model", "dataset.path"], refused.Errors.Select(error => error.Field));
    }

    [Fact(Timeout = 180_000)]
    public async Task Studio_StoppedAndStartedAgain_RunGoesOnWhereItStoodAndCurveIsWhole()
    {
        var data = Directory.CreateTempSubdirectory("studio-restart-").FullName;
        try
        {
            using var engine = new FakeTrainingEngine();
            Guid run;
            await using (var before = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(engine), data))
            {
                await before.AddModelAndDatasetAsync();
                engine.Allow(13);
                run = (await before.StartRunAsync()).Id;
                await before.WaitForAsync(run, progress => progress.Step == 13, Token);
            }

            engine.Allow(27);
            await using var after = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(engine), data);
            await after.WaitForAsync(run, progress => progress.State == RunState.Completed, Token);
            var delta = await after.Services.GetRequiredService<RunService>().FollowPointsAsync(run, 0, Token).FirstAsync(Token);

            Assert.Equal(2, engine.Started.Count);
            Assert.Equal(40, delta.Points.Count);
            Assert.Equal(5, delta.Evaluations?.Count);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
