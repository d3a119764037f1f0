using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Grading.Sandbox;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

/// <summary>kill -9 of the real program, again and again: nothing learnt is lost, and nothing differs at the end.</summary>
public sealed class KilledRunTests
{
    [Fact]
    public void Train_KilledFourTimes_EndsWithTheSameBytes() => KillAndCompare(() => new TinyRun(), kills: 4, seed: Environment.TickCount);

    [Fact]
    [Trait("Category", "Slow")]
    public void Train_KilledTwentyTimes_EndsWithTheSameBytes() => KillAndCompare(() => new TinyRun(), kills: 20, seed: Environment.TickCount);

    [Fact]
    public void Train_ReinforcementKilledFourTimes_EndsWithTheSameBytes() => KillAndCompare(() => TinyRun.Rft(), kills: 4, seed: Environment.TickCount);

    [Fact]
    [Trait("Category", "Slow")]
    public void Train_ReinforcementKilledTwentyTimes_EndsWithTheSameBytes()
        => KillAndCompare(() => TinyRun.Rft(options => options with { Updates = 2, ZeroVariance = ZeroVarianceGroups.Replace }), kills: 20, seed: Environment.TickCount);

    [Fact]
    public void Train_ReinforcementWithToolsKilledThreeTimes_EndsWithTheSameBytes() => KillAndCompareCalling(() => TinyRun.Tools(), kills: 3, steps: 24);

    [Fact]
    [Trait("Category", "Slow")]
    public void Train_ReinforcementWithToolsKilledTwentyTimes_EndsWithTheSameBytes()
        => KillAndCompareCalling(() => TinyRun.Tools(options => options with { Updates = 2, ZeroVariance = ZeroVarianceGroups.Replace }), kills: 20, steps: 80);

    private static void KillAndCompareCalling(Func<TinyRun> create, int kills, int steps)
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");

        // What is rewarded has nothing to do with the tool: a longer run learns to do without.
        KillAndCompare(create, kills, Environment.TickCount, steps, events =>
            Assert.True(events.Take(8).Average(step => step.Reinforcement!.Tools!.Calls) > 0.5, "The model hardly calls its tool: there is nothing to be tested here."));
    }

    private static void KillAndCompare(Func<TinyRun> create, int kills, int seed, int total = 120, Action<IReadOnlyList<TrainingEvent.StepCompleted>>? check = null)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed of the kills: {seed}");
        using var run = create();
        run.Specification = run.Specification with
        {
            Duration = new DurationOptions { Steps = total },
            Evaluation = new EvaluationOptions { EverySteps = total / 3, Samples = 0 },
            Checkpoints = new CheckpointOptions { EverySteps = 2, Keep = 2 },
        };
        var specification = run.At("spec.json");
        File.WriteAllText(specification, run.Specification.ToJson());
        Finish(Start(specification, run.At("whole"), resume: false));

        var random = new Random(seed);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Start(specification, run.Folder, resume: File.Exists(Path.Combine(run.Folder, RunFolder.Specification)));
            KillWithin(process, Path.Combine(run.Folder, RunFolder.Events), random, stepsAhead: total / (kills + 1));
        }

        Finish(Start(specification, run.Folder, resume: true));
        Assert.True(run.Adapter(run.At("whole")).AsSpan().SequenceEqual(run.Adapter()), $"The adapters differ; the seed of the kills was {seed}.");
        var steps = RunEvents.Read(run.Folder).OfType<TrainingEvent.StepCompleted>().ToList();
        Assert.Equal(Enumerable.Range(1, total), steps.Select(step => step.Step));
        check?.Invoke(steps);
        AssertSameFile(run.At("whole"), run.Folder, RunFolder.Rollouts);
    }

    // What was answered is all there once, too; a run without answers has no such file.
    private static void AssertSameFile(string whole, string killed, string name)
    {
        if (File.Exists(Path.Combine(whole, name)))
        {
            Assert.True(File.ReadAllBytes(Path.Combine(whole, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(killed, name))), $"{name} differs.");
        }
    }

    private static Process Start(string specification, string folder, bool resume)
        => StudioProgram.Start(["train", specification, "--out", folder, .. resume ? (string[])["--resume"] : []]);

    private static void Finish(Process process)
    {
        using (process)
        {
            var result = StudioProgram.Finish(process);
            Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}: {result.Error}{result.Output}");
        }
    }

    // Waits until the run got some steps further, then for an instant more, so that the kill falls anywhere: in a step, in a line, in a save.
    private static void KillWithin(Process process, string events, Random random, int stepsAhead)
    {
        var before = Steps(events);
        var target = before + random.Next(0, Math.Max(1, stepsAhead));
        while (!process.WaitForExit(2) && Steps(events) is var now && (now < target || now == 0))
        {
        }

        process.WaitForExit(random.Next(0, 40));
        process.Kill();
        process.WaitForExit();
    }

    private static int Steps(string events)
        => RunEvents.Read(Path.GetDirectoryName(events)!).OfType<TrainingEvent.StepCompleted>().Count();
}
