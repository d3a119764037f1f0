using FineTuneStudio.Application.Answers;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Models;

/// <summary>Models timed on demand, and what is kept of it.</summary>
public sealed class SpeedMeasurementsTests : IAsyncLifetime
{
    private readonly FakeSpeedEngine _engine = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SpeedMeasurements Measurements => _studio.Services.GetRequiredService<SpeedMeasurements>();

    public async ValueTask InitializeAsync() => _studio = await StudioServer.StartAsync(services => services.AddSingleton<ISpeedEngine>(_engine).AddSingleton<IAnswerEngine, PacedAnswerEngine>());

    public async ValueTask DisposeAsync()
    {
        _engine.Go();
        await _studio.DisposeAsync();
        _engine.Dispose();
    }

    [Fact]
    public async Task Begin_Model_KeepsTheFiguresOnItsCard()
    {
        var model = await NanoAsync();
        _engine.Go();

        await Measurements.BeginAsync(model);

        Assert.Equal(new SpeedMeasurement(model.Id, IsRunning: false, ""), Measurements.Current);
        var card = (await _studio.Services.GetRequiredService<ModelCards>().ListAsync(64, Token)).Single(card => card.Model.Id == model.Id);
        Assert.Equal([(SpeedKind.Train, 100.0), (SpeedKind.Prefill, 200.0), (SpeedKind.Decode, 30.0)], card.Speeds.Select(speed => (speed.Kind, speed.TokensPerSecond)));
        Assert.All(card.Speeds, speed => Assert.Equal(SpeedMeasurements.Origin, speed.Origin));
    }

    [Fact]
    public async Task Begin_WhileAnotherIsMeasured_LeavesItAlone()
    {
        var model = await NanoAsync();
        var first = Measurements.BeginAsync(model);

        await Measurements.BeginAsync(model with { Id = Guid.NewGuid() });

        Assert.Equal((model.Id, true), (Measurements.Current!.Model, Measurements.Current.IsRunning));
        _engine.Go();
        await first;
        Assert.Equal(1, _engine.Measured);
    }

    [Fact]
    public async Task Stop_UnderWay_KeepsNoFigures()
    {
        var model = await NanoAsync();
        var measuring = Measurements.BeginAsync(model);

        Measurements.Stop();
        await measuring;

        Assert.Equal("The measurement was stopped.", Measurements.Current!.Message);
        Assert.Empty((await _studio.Services.GetRequiredService<ModelSpeeds>().ListAsync(Token))[model.Id]);
    }

    [Fact]
    public async Task Begin_RunHasTheMachine_SaysSo()
    {
        var model = await NanoAsync();
        var active = _studio.Services.GetRequiredService<ActiveRuns>();
        using var run = new ActiveRun(Guid.NewGuid(), _studio.Services.GetRequiredService<RunFeeds>().Open(Guid.NewGuid(), progress => progress), threads: 1);
        active.Add(run);

        await Measurements.BeginAsync(model);

        active.Remove(run);
        Assert.Contains("A run has the machine", Measurements.Current!.Message, StringComparison.Ordinal);
        Assert.Equal(0, _engine.Measured);
    }

    [Fact]
    public async Task Ask_LongAnswer_LeavesItsPaceOnTheModel()
    {
        var model = await NanoAsync();
        var answers = _studio.Services.GetRequiredService<AnswerService>();

        await foreach (var _ in answers.AskAsync([new AnswerQuestion(model.Name, null, [new ChatTurn("user", "Hello?")])], new SamplingOptions(), Token))
        {
        }

        var speed = Assert.Single((await _studio.Services.GetRequiredService<ModelSpeeds>().ListAsync(Token))[model.Id]);
        Assert.Equal((SpeedKind.Decode, "an answer"), (speed.Kind, speed.Origin));
        Assert.Equal(10, speed.TokensPerSecond, 1e-6);
    }

    private async Task<ModelSummary> NanoAsync() => (await _studio.Services.GetRequiredService<ModelLibrary>().FindAsync(ModelLibrary.EmbeddedName, Token))!;

    // Two seconds of prompt, then ten tokens a second.
    private sealed class PacedAnswerEngine : IAnswerEngine
    {
        public void Answer(IReadOnlyList<AnswerSide> sides, SamplingOptions options, int? threads, Action<AnswerPiece> report, CancellationToken cancellationToken)
        {
            for (var token = 1; token <= 41; token++)
            {
                report(new AnswerPiece(0, "word ", token, 2 + (0.1 * (token - 1)), Ended: token == 41));
            }
        }
    }

    private sealed class FakeSpeedEngine : ISpeedEngine, IDisposable
    {
        private readonly ManualResetEventSlim _allowed = new();

        public int Measured { get; private set; }

        public void Go() => _allowed.Set();

        public ModelSpeed Measure(string folder, int? threads, CancellationToken cancellationToken)
        {
            Measured++;
            _allowed.Wait(cancellationToken);
            return new ModelSpeed(Train: 100, Prefill: 200, Decode: 30);
        }

        public void Dispose() => _allowed.Dispose();
    }
}
