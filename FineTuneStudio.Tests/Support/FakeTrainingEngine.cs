using System.Text.Json;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training.Estimation;

namespace FineTuneStudio.Tests.Support;

/// <summary>An engine that learns nothing but tells everything: as many steps as the test allows, the same figures each time.</summary>
internal sealed class FakeTrainingEngine : ITrainingEngine, IDisposable
{
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly AutoResetEvent _heldAtSet = new(initialState: false);
    private volatile TrainingEvent.Working? _heldAt;

    /// <summary>Steps of a whole run.</summary>
    public int TotalSteps { get; init; } = 40;

    /// <summary>Steps between evaluations, samples and checkpoints.</summary>
    public int EvaluateEvery { get; init; } = 10;

    /// <summary>What a run that begins is busy with until a test says otherwise; <see langword="null"/> lets it begin at once.</summary>
    public TrainingEvent.Working? HeldAt
    {
        get => _heldAt;
        set
        {
            _heldAt = value;
            _heldAtSet.Set();
        }
    }

    /// <summary>Folders the engine was asked to run in, in order.</summary>
    public List<string> Started { get; } = [];

    /// <summary>Lets runs do so many steps more.</summary>
    public void Allow(int steps) => _allowed.Release(steps);

    public static double Loss(int step) => (3.2 * Math.Exp(-step / 12.0)) + 0.4 + (0.12 * Math.Sin(step * 1.7));

    public TrainingEvent.Ended Run(
        RunSpecification specification, string runFolder, RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken)
    {
        Started.Add(runFolder);
        Directory.CreateDirectory(runFolder);
        var checkpoint = Path.Combine(runFolder, "checkpoint");
        var first = File.Exists(checkpoint) ? int.Parse(File.ReadAllText(checkpoint), System.Globalization.CultureInfo.InvariantCulture) : 0;
        using var events = new StreamWriter(Path.Combine(runFolder, "events.jsonl"), append: true) { AutoFlush = true };

        var line = new JsonSerializerOptions(RunSpecification.JsonOptions) { WriteIndented = false };
        void Tell(TrainingEvent happened)
        {
            var dated = happened with { At = DateTimeOffset.UtcNow };
            events.WriteLine(JsonSerializer.Serialize(dated, line));
            report(dated);
        }

        void Evaluate(int step)
        {
            if (specification.Method == TrainingMethod.Rft)
            {
                foreach (var happened in FakeReinforcement.Evaluate(step))
                {
                    Tell(happened);
                }

                return;
            }

            Tell(new TrainingEvent.Evaluated(step, Loss(step) + 0.1, 0.01));
            Tell(new TrainingEvent.Sampled(step, 0, "Where is my card?", "card_arrival", step < 20 ? "I do not know." : "card_arrival"));
            Tell(new TrainingEvent.Sampled(step, 1, "I was charged twice for one coffee, please help", "transaction_charged_twice", step < 30 ? "card_arrival" : "transaction_charged_twice"));
        }

        TrainingEvent.Ended End(int step, EndReason reason)
        {
            if (reason != EndReason.Cancelled)
            {
                FakeAdapter.Write(Path.Combine(runFolder, "adapter"), step);
            }

            var end = specification.Method == TrainingMethod.Rft
                ? new TrainingEvent.Ended(step, reason, "", null) { HeldOutReward = FakeReinforcement.HeldOut(step) }
                : new TrainingEvent.Ended(step, reason, "", Loss(step) + 0.1);
            Tell(end);
            return end;
        }

        TrainingEvent.Working? told = null;
        while (HeldAt is { } busy)
        {
            if (busy != told)
            {
                report((told = busy) with { At = DateTimeOffset.UtcNow });
            }

            if (WaitHandle.WaitAny([cancellationToken.WaitHandle, _heldAtSet]) == 0)
            {
                return End(first, EndReason.Cancelled);
            }
        }

        Tell(new TrainingEvent.Started(first, TotalSteps, 294_912, 8_126_464, 950, 50, 41_000, 9_300, 0));
        if (first == 0)
        {
            Evaluate(0);
        }

        report(new TrainingEvent.Working(first, RunActivity.Learning));
        for (var step = first + 1; step <= TotalSteps; step++)
        {
            try
            {
                if (control.PauseRequested)
                {
                    File.WriteAllText(checkpoint, $"{step - 1}");
                    Tell(new TrainingEvent.Paused(step - 1));
                    control.WaitWhilePaused(cancellationToken);
                    Tell(new TrainingEvent.Resumed(step - 1));
                }

                while (!_allowed.Wait(5, cancellationToken) && !control.StopRequested && !control.PauseRequested)
                {
                }
            }
            catch (OperationCanceledException)
            {
                return End(step - 1, EndReason.Cancelled);
            }

            if (control.StopRequested)
            {
                return End(step - 1, EndReason.StoppedAndKept);
            }

            if (control.PauseRequested)
            {
                step--;
                continue;
            }

            if (specification.Method == TrainingMethod.Rft)
            {
                FakeReinforcement.Write(runFolder, step);
            }

            Tell(new TrainingEvent.StepCompleted(step, step / 20.0, Loss(step), 2e-4 * (1 - ((double)step / TotalSteps)), 0.6 + (0.2 * Math.Cos(step)), 4096, 900, 0.25, 512_000_000 + (step * 1000))
            {
                Reinforcement = specification.Method == TrainingMethod.Rft ? FakeReinforcement.Figures(step) with { Tools = specification.Reinforcement?.Tools is null ? null : FakeReinforcement.ToolFigures(step) } : null,
            });
            if (step % EvaluateEvery == 0)
            {
                Evaluate(step);
                File.WriteAllText(checkpoint, $"{step}");
                Tell(new TrainingEvent.CheckpointSaved(step, $"step-{step:D8}", 3_500_000, Best: true));
            }
        }

        return End(TotalSteps, EndReason.Completed);
    }

    public RunSuggestion Suggest(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken)
        => RunAdvisor.Suggest(new RunFacts(950, 43, 90, 80, 9, 256, 2048, IsAdapter: specification.Lora is not null, WeightsOfARank: specification is { Lora: not null, InitialAdapter: null } ? 18_432 : null));

    public RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken) => new(
        TotalSteps, TotalSteps / 3, 950, 50, 0, 41_000, 9_300, 294_912, 8_126_464, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(80),
        [new("Activations", 210 << 20), new("Frozen weights", 16 << 20), new("Adapter and optimizer", 4 << 20)], 24 << 20)
    {
        ActiveParameters = 8_126_464,
    };

    public RehearsalResult Rehearse(RunSpecification specification, MeasuredRows measured, CancellationToken cancellationToken)
        => new(4096, 0.25, 0.01, 180 << 20, 430 << 20);

    public ReinforcementForecast Forecast(RunSpecification specification, int prompts, CancellationToken cancellationToken) => FakeReinforcement.Forecast;

    public MemoryFit? FindFit(RunSpecification specification, RunEstimate estimate, long limitBytes) => null;

    public void Dispose()
    {
        _allowed.Dispose();
        _heldAtSet.Dispose();
    }
}
