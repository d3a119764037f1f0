using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

/// <summary>A disk that fills up under a run: it stands still, says why, and goes on to the same bits.</summary>
public sealed class FullDiskTests
{
    /// <summary>What cannot be written, the steps of the run and between its checkpoints, and after which event the disk is full.</summary>
    public static TheoryData<string, int, int, string> Moments => new()
    {
        { "the checkpoint of step 4", 12, 2, nameof(TrainingEvent.StepCompleted) + " 3" },
        { "the next line of", 60, 60, nameof(TrainingEvent.StepCompleted) + " 3" },
        { "what was learnt", 12, 2, nameof(TrainingEvent.CheckpointSaved) + " 12" },
    };

    [Theory]
    [MemberData(nameof(Moments))]
    public void Run_DiskFull_StandsStillAndGoesOnToTheSameBits(string what, int steps, int checkpointEvery, string moment)
    {
        using var disk = new SmallDisk(megabytes: 4);
        using var run = new TinyRun();
        run.Specification = run.Specification with
        {
            Duration = new DurationOptions { Steps = steps },
            Checkpoints = new CheckpointOptions { EverySteps = checkpointEvery, Keep = 2 },
        };
        run.Run(folder: run.At("whole"));

        var events = run.Run(folder: disk.At("run"), onEvent: (happened, control, _) =>
        {
            if (Name(happened) == moment)
            {
                disk.Fill();
            }
            else if (happened is TrainingEvent.Paused)
            {
                disk.MakeRoom();
                control.Resume();
            }
        });

        var message = Assert.Single(events.OfType<TrainingEvent.Paused>()).Message;
        Assert.StartsWith($"The disk is full: {what}", message, StringComparison.Ordinal);
        Assert.Contains("are free", message, StringComparison.Ordinal);
        Assert.Contains("resume", message, StringComparison.Ordinal);
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter(disk.At("run")));
        Assert.Equal(events.Select(Name), RunEvents.Read(disk.At("run")).Select(Name));
        Assert.Equal(Enumerable.Range(1, steps), events.OfType<TrainingEvent.StepCompleted>().Select(step => step.Step));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(disk.FullName, "*", SearchOption.AllDirectories), path => path.Contains(".partial", StringComparison.Ordinal) || path.Contains(".staging", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_DiskStillFullWhenResumed_StandsStillAgain()
    {
        using var disk = new SmallDisk(megabytes: 4);
        using var run = new TinyRun();
        var pauses = 0;

        var events = run.Run(folder: disk.At("run"), onEvent: (happened, control, _) =>
        {
            if (happened is TrainingEvent.StepCompleted { Step: 3 })
            {
                disk.Fill();
            }
            else if (happened is TrainingEvent.Paused)
            {
                if (++pauses == 3)
                {
                    disk.MakeRoom();
                }

                control.Resume();
            }
        });

        Assert.Equal(3, events.OfType<TrainingEvent.Paused>().Count());
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
    }

    [Fact]
    public void Run_GivenUpWhileTheDiskIsFull_KeepsItsCheckpoints()
    {
        using var disk = new SmallDisk(megabytes: 4);
        using var run = new TinyRun();
        run.Run(folder: run.At("whole"));

        var events = run.Run(folder: disk.At("run"), onEvent: (happened, _, cancellation) =>
        {
            if (happened is TrainingEvent.StepCompleted { Step: 5 })
            {
                disk.Fill();
            }
            else if (happened is TrainingEvent.Paused)
            {
                cancellation.Cancel();
            }
        });

        Assert.Equal(EndReason.Cancelled, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
        disk.MakeRoom();
        Assert.Equal(4, run.Run(folder: disk.At("run")).OfType<TrainingEvent.Started>().Single().Step);
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter(disk.At("run")));
    }

    [Fact]
    public void Train_DiskFull_IsExitCodeTwoAndResumeGoesOn()
    {
        using var disk = new SmallDisk(megabytes: 4);
        using var run = new TinyRun();
        var specification = run.At("spec.json");
        File.WriteAllText(specification, run.Specification.ToJson());

        // Room for the logs, none for a checkpoint.
        disk.Fill(except: 7 * 4096);
        var full = StudioProgram.Run("train", specification, "--out", disk.At("run"));
        disk.MakeRoom();
        var resumed = StudioProgram.Run("train", specification, "--out", disk.At("run"), "--resume");

        Assert.Equal(2, full.ExitCode);
        Assert.StartsWith("studio: The disk is full: the checkpoint of step 2", full.Error, StringComparison.Ordinal);
        Assert.Single(full.Error.TrimEnd().Split('\n'));
        Assert.Contains("--resume goes on", full.Output, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        run.Run(folder: run.At("whole"));
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter(disk.At("run")));
    }

    private static string Name(TrainingEvent happened) => happened switch
    {
        TrainingEvent.StepCompleted step => $"{nameof(TrainingEvent.StepCompleted)} {step.Step}",
        TrainingEvent.CheckpointSaved saved => $"{nameof(TrainingEvent.CheckpointSaved)} {saved.Step}",
        _ => happened.GetType().Name,
    };
}
