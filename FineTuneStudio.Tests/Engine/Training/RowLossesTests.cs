using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Packing;
using FineTuneStudio.Engine.Training.Sft;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class RowLossesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_AnyStep_GivesItsRowsWhoseLossesMakeUpTheSteps(bool packing)
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Batch = new BatchOptions { Rows = 2, Accumulation = 2, ContextLength = 64, Packing = packing } };
        var steps = run.Run().OfType<TrainingEvent.StepCompleted>().ToList();

        var rows = TrainingRows.Load(run.Specification, Renderer.Load(run.Specification.Model), ActivityReport.None, Token).Training;
        var plan = BatchPlan.Create([.. rows.Select(row => row.Ids.Length)], run.Specification.Batch, run.Specification.Duration, run.Specification.Seed);
        Assert.All(steps, step =>
        {
            var seen = RowLosses.Read(run.Folder, step.Step);
            Assert.NotNull(seen);
            Assert.Equal(plan.MicroBatches(step.Step - 1).SelectMany(batch => batch).Select(row => rows[row].Number), seen.Select(row => row.Row));
            var tokens = seen.Select(row => rows.Single(other => other.Number == row.Row).LearntTokens).ToList();
            Assert.Equal(step.Loss, seen.Zip(tokens, (row, count) => row.Loss * (double)count).Sum() / tokens.Sum(), 1e-5);
        });
        Assert.Null(RowLosses.Read(run.Folder, steps.Count + 1));
    }

    [Fact]
    public void Run_CancelledBetweenCheckpoints_WritesEveryStepOnce()
    {
        using var run = new TinyRun();
        run.Run(folder: run.At("whole"));
        run.Run((trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 5 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.Equal(File.ReadAllBytes(Path.Combine(run.At("whole"), RunFolder.Rows)), File.ReadAllBytes(Path.Combine(run.Folder, RunFolder.Rows)));
    }

    [Fact]
    public void Read_RecordCutOff_IsNotTakenForWhole()
    {
        using var run = new TinyRun();
        run.Run();
        var path = Path.Combine(run.Folder, RunFolder.Rows);
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(stream.Length - 3);
        }

        Assert.Null(RowLosses.Read(run.Folder, 12));
        Assert.NotNull(RowLosses.Read(run.Folder, 11));
    }

    [Fact]
    public void Append_FileFull_LeavesTheStepOutAndKeepsWhatIsThere()
    {
        using var run = new TinyRun();
        Directory.CreateDirectory(run.Folder);
        using var control = new RunControl();
        var writer = new PatientWriter(control, _ => { }, Token);
        using (var log = new RowLossLog(run.Folder, step: 0, writer, mostBytes: 50))
        {
            log.Append(1, [new(7, 0.5f), new(8, 1.5f)]);
            log.Append(2, [new(9, 2.5f), new(10, 3.5f)]);
            log.Append(3, [new(11, 4.5f)]);
        }

        Assert.Equal([new RowLoss(7, 0.5f), new RowLoss(8, 1.5f)], RowLosses.Read(run.Folder, 1));
        Assert.Equal([new RowLoss(9, 2.5f), new RowLoss(10, 3.5f)], RowLosses.Read(run.Folder, 2));
        Assert.Null(RowLosses.Read(run.Folder, 3));
    }
}
