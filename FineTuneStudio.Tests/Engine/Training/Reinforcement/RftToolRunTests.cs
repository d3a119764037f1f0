using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Grading.Sandbox;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Whole runs with tools, of a tiny model.</summary>
public sealed class RftToolRunTests
{
    [Theory]
    [InlineData("def f(:", "reinforcement.tools.source")]
    [InlineData("x = 1", "reinforcement.tools.source")]
    public void Run_ToolsThatAreNone_AreRefusedBeforeItBegins(string source, string field)
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");
        using var run = TinyRun.Rft(options => options with { Tools = new ToolOptions { Source = source } });

        Assert.Equal(field, Assert.Throws<UserErrorException>(() => run.Run()).Errors[0].Field);
    }

    [Fact]
    public void Run_ModelThatNeverCalls_DrawsTheAnswersThatItDrawsWithoutTools()
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");
        using var run = TinyRun.Rft(options => options with { Tools = new ToolOptions { Source = "def f(a: int): return a", Turns = 2 } });
        run.Specification = run.Specification with { Batch = run.Specification.Batch with { ContextLength = 512 }, Duration = new DurationOptions { Steps = 2 } };

        var steps = run.Run().OfType<TrainingEvent.StepCompleted>().Select(step => step.Reinforcement!).ToList();

        Assert.All(steps, step => Assert.Equal(new ToolFigures(1, 0, 0), step.Tools));
        Assert.All(new RolloutFile(run.Folder).Read(1).SelectMany(group => group.Answers), answer => Assert.Equal(answer.Text, Assert.Single(answer.Turns!).Text));
    }

    [Fact]
    public void Run_ModelThatCalls_ReadsWhatTheToolSaysAndLearnsWhatItDrew()
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");
        using var run = TinyRun.Tools();
        run.Specification = run.Specification with { Duration = new DurationOptions { Steps = 3 }, Lora = new LoraOptions { Rank = 4 } };

        var steps = run.Run().OfType<TrainingEvent.StepCompleted>().Select(step => step.Reinforcement!).ToList();

        Assert.All(steps, step => Assert.InRange(step.Tools!.Calls, 0.5, 2));
        Assert.All(steps, step => Assert.InRange(step.LogProbabilityGap, 0, 1e-4));
        var turns = new RolloutFile(run.Folder).Read(1).SelectMany(group => group.Answers).Select(answer => answer.Turns!).ToList();
        Assert.Contains(turns, own => own is [{ Calls: [var call] }, { Tool: "square", IsError: false, Text: var text }, { Tool: null }, ..] && text == Squared(call));
    }

    private static string Squared(ToolCall call)
    {
        var of = JsonDocument.Parse(call.Arguments).RootElement.GetProperty("of").GetInt64();
        return $"{of * of}";
    }
}
