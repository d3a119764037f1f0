using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary><c>train</c>, as the program that it is.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Train_CtrlC_FinishesItsStepAndKeepsWhatWasLearnt()
    {
        _run.Specification = _run.Specification with
        {
            Duration = new DurationOptions { Steps = 100_000 },
            Checkpoints = new CheckpointOptions { EverySteps = 1000 },
            Evaluation = new EvaluationOptions { EverySteps = 0, Samples = 0 },
        };
        using var process = StudioProgram.StartInterruptible("train", Specification(), "--out", _run.Folder);
        while (!process.WaitForExit(5) && !RunEvents.Read(_run.Folder).OfType<TrainingEvent.StepCompleted>().Any())
        {
        }

        using (var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            interrupt.WaitForExit();
        }

        var result = StudioProgram.Finish(process);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("what was learnt is kept", result.Error, StringComparison.Ordinal);
        Assert.Contains("What was learnt is in", result.Output, StringComparison.Ordinal);
        Assert.NotEmpty(_run.Adapter());
        Assert.Equal(EndReason.StoppedAndKept, RunEvents.Read(_run.Folder).OfType<TrainingEvent.Ended>().Single().Reason);
    }

    [Fact]
    public void Train_FaultBeforeItBegins_LeavesTheFolderAsItWas()
    {
        var specification = Specification();
        File.Delete(_run.At("data.jsonl"));

        var refused = StudioProgram.Run("train", specification, "--out", _run.Folder);

        Assert.Equal(2, refused.ExitCode);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(_run.Folder));
    }

    private string Specification()
    {
        File.WriteAllText(_run.At("spec.json"), _run.Specification.ToJson());
        return _run.At("spec.json");
    }
}
