using FineTuneStudio.Application.Home;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Home;

public sealed class HomeBoardTests : IAsyncLifetime
{
    private const string GoodRow = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""";

    private readonly FakeTrainingEngine _engine = new() { TotalSteps = 4 };
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HomeBoard Board => _studio.Services.GetRequiredService<HomeBoard>();

    public async ValueTask InitializeAsync() => _studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(_engine));

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _engine.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_NothingEverDone_IsEmpty()
    {
        Assert.True((await Board.ReadAsync(Token)).Empty);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_FaultyDataset_NeedsAHandUntilItIsLeftAlone()
    {
        var id = await _studio.UploadAsync("mixed.jsonl", [GoodRow, "no json"], Token);

        var concern = Assert.Single((await Board.ReadAsync(Token)).Concerns);
        Assert.Equal((ThingKind.Dataset, id, "1 of 2 rows cannot be learnt from."), (concern.Kind, concern.Id, concern.Message));

        await Board.LeaveAloneAsync(id, Token);
        Assert.Empty((await Board.ReadAsync(Token)).Concerns);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_OneRunDoneOneWaiting_SaysBothAndWhatIsUnused()
    {
        await _studio.AddModelAndDatasetAsync();
        var unused = await _studio.UploadAsync("unused.jsonl", [GoodRow], Token);
        _engine.Allow(4);
        var done = await _studio.StartRunAsync("first");
        await _studio.WaitForAsync(done.Id, progress => progress.State == RunState.Completed, Token);
        var waiting = await _studio.StartRunAsync("second");

        var view = await Board.ReadAsync(Token);

        Assert.Equal([waiting.Id], view.Now.Select(run => run.Id));
        Assert.Equal([done.Id], view.Ended.Select(run => run.Id));
        Assert.Equal(unused, view.Unused!.Id);
        Assert.Equal(done.Id, view.Adapter!.RunId);
        Assert.False(view.Empty);
    }
}
