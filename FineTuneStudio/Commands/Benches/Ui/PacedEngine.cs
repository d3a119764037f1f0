using System.Collections.Concurrent;
using System.Diagnostics;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Estimation;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>An engine that learns nothing and tells steps at a steady rate, each with its moment, so that a bench can say how late they are seen.</summary>
internal sealed class PacedEngine : ITrainingEngine
{
    private readonly ConcurrentDictionary<int, long> _toldAt = new();

    /// <summary>Steps told in a second; 0 tells all at once, into the run's folder alone.</summary>
    public double StepsPerSecond { get; set; }

    /// <summary>Milliseconds since 1970 at which a step was told.</summary>
    public long ToldAt(int step) => _toldAt.GetValueOrDefault(step);

    public TrainingEvent.Ended Run(
        RunSpecification specification, string runFolder, RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken)
    {
        var total = specification.Duration.Steps!.Value;
        Directory.CreateDirectory(runFolder);
        using var file = StepsPerSecond > 0 ? null : new StreamWriter(Path.Combine(runFolder, RunFolder.Events));
        void Tell(TrainingEvent happened)
        {
            file?.WriteLine(RunEvents.ToLine(happened));
            report(happened);
        }

        _toldAt.Clear();
        Tell(new TrainingEvent.Started(0, total, 294_912, 8_126_464, 950, 50, 41_000, 9_300, 0) { At = DateTimeOffset.UtcNow });
        var clock = Stopwatch.StartNew();
        for (var step = 1; step <= total && !control.StopRequested; step++)
        {
            if (StepsPerSecond > 0 && cancellationToken.WaitHandle.WaitOne(Math.Max(0, (int)((step / StepsPerSecond * 1000) - clock.ElapsedMilliseconds))))
            {
                break;
            }

            var now = DateTimeOffset.UtcNow;
            _toldAt[step] = now.ToUnixTimeMilliseconds();
            Tell(new TrainingEvent.StepCompleted(
                step, step / 1000.0, 0.4 + (3.2 * Math.Exp(-step / (total / 8.0))) + (0.1 * Math.Sin(step * 1.7)), 2e-4, 0.6 + (0.2 * Math.Cos(step)), 4096, 900, 0.05, 512L << 20) { At = now });
        }

        var end = new TrainingEvent.Ended(total, cancellationToken.IsCancellationRequested ? EndReason.Cancelled : EndReason.Completed, "", null) { At = DateTimeOffset.UtcNow };
        Tell(end);
        return end;
    }

    public RunSuggestion Suggest(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken) => throw Nothing();

    public RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken) => throw Nothing();

    public RehearsalResult Rehearse(RunSpecification specification, MeasuredRows measured, CancellationToken cancellationToken) => throw Nothing();

    public ReinforcementForecast Forecast(RunSpecification specification, int prompts, CancellationToken cancellationToken)
        => throw new UserErrorException("method", "The bench trains nothing and forecasts nothing.");

    public MemoryFit? FindFit(RunSpecification specification, RunEstimate estimate, long limitBytes) => throw Nothing();

    private static NotSupportedException Nothing() => new("The bench plans no run.");
}
