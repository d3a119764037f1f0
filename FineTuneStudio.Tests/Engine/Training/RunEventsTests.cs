using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class RunEventsTests
{
    private static readonly DateTimeOffset Moment = new(2026, 11, 27, 12, 34, 56, 789, TimeSpan.Zero);

    private static readonly TrainingEvent.StepCompleted Step = new(7, 0.35, 1.2345678901234567, 2e-4, 0.5, 4096, 900, 0.25, 512L << 20) { At = Moment };

    [Fact]
    public void Read_WhatWasWritten_GivesTheSameEvents()
    {
        TrainingEvent[] events =
        [
            new TrainingEvent.Started(0, 40, 1, 2, 3, 4, 5, 6, 7) { At = Moment },
            Step,
            Step with { Loss = double.NaN, GradientNorm = double.PositiveInfinity },
            Step with { Seconds = 0, ResidentBytes = long.MaxValue, LearningRate = 5e-324 },
            new TrainingEvent.Evaluated(7, 1.5, 0.25) { At = Moment },
            new TrainingEvent.Logged(7, LogSeverity.Warning, "“quoted”\nand two lines") { At = Moment },
            new TrainingEvent.Ended(7, EndReason.Completed, "", 1.5) { At = Moment },
        ];
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.At(RunFolder.Events), events.Select(RunEvents.ToLine));

        Assert.Equal(events, RunEvents.Read(folder.FullName));
    }

    [Fact]
    public void StepLine_WhatAWriterWrites_NeedsNoOtherReader()
    {
        TrainingEvent.StepCompleted[] steps =
        [
            Step, Step with { DevicePeakBytes = 3L << 30 }, Step with { ExpertBalance = 2.5 }, Step with { DevicePeakBytes = 1, ExpertBalance = 1e-9 },
            Step with { Loss = -1.5, LearningRate = 5e-324, Epoch = 0, Seconds = 1e300, ResidentBytes = long.MaxValue, Tokens = int.MaxValue },
            Step with { At = new DateTimeOffset(2028, 2, 29, 0, 0, 0, TimeSpan.Zero) }, Step with { At = Moment.AddTicks(1) }, Step with { At = Moment.AddTicks(9_999_999) },
        ];

        Assert.All(steps, step => Assert.Equal(step, StepLine.TryRead(Encoding.UTF8.GetBytes(RunEvents.ToLine(step)))));
    }

    [Theory]
    [InlineData("\"step\":7", "\"step\":7000000000")]
    [InlineData("\"tokens\":4096", "\"tokens\":4096.5")]
    [InlineData("2026-11-27T", "2026-02-30T")]
    [InlineData("12:34:56", "12:34:60")]
    [InlineData("+00:00", "+0")]
    [InlineData("\"loss\":", "\"loss\":x")]
    public void Read_LineOfNonsense_IsLeftOut(string sound, string broken)
    {
        using var folder = new TemporaryFolder();
        var line = RunEvents.ToLine(Step);
        File.WriteAllLines(folder.At(RunFolder.Events), [line, line.Replace(sound, broken, StringComparison.Ordinal), line]);

        Assert.NotEqual(line, line.Replace(sound, broken, StringComparison.Ordinal));
        Assert.Equal([Step, Step], RunEvents.Read(folder.FullName));
    }

    [Fact]
    public void Read_MomentElsewhereInTheWorld_IsReadAllTheSame()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.At(RunFolder.Events), [RunEvents.ToLine(Step).Replace("+00:00", "+02:00", StringComparison.Ordinal)]);

        Assert.Equal([Step with { At = new DateTimeOffset(Moment.DateTime, TimeSpan.FromHours(2)) }], RunEvents.Read(folder.FullName));
    }

    [Fact]
    public void Read_FieldsInAnotherOrderOrUnknown_AreReadAllTheSame()
    {
        var line = RunEvents.ToLine(Step);
        using var folder = new TemporaryFolder();
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(line)!;
        var turned = JsonSerializer.Serialize(fields.Where(field => field.Key == "type").Concat(fields.Where(field => field.Key != "type").Reverse()).ToDictionary());
        File.WriteAllLines(folder.At(RunFolder.Events), [turned, line.Replace("\"epoch\"", "\"later\":[1,{\"a\":2}],\"epoch\"", StringComparison.Ordinal)]);

        Assert.Equal([Step, Step], RunEvents.Read(folder.FullName));
    }

    [Fact]
    public void Read_LinesOfEveryLengthAndACutOffEnd_LeavesOutTheLastAlone()
    {
        var events = Enumerable.Range(0, 300).Select(number => (TrainingEvent)new TrainingEvent.Logged(number, LogSeverity.Information, new string('x', number * number)) { At = Moment }).ToList();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(RunFolder.Events), string.Concat(events.Select(happened => RunEvents.ToLine(happened) + "\n")) + RunEvents.ToLine(Step)[..60]);

        Assert.Equal(events, RunEvents.Read(folder.FullName));
    }
}
