using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Sandbox;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary>The recipe of docs/reinforcement.md for a model that never called a tool: demonstrations first, then reinforcement from there.</summary>
public sealed class ToolRecipeTests
{
    [Fact]
    public void Samples_DemonstrationsAndReinforcement_TellTheModelTheSameOfTheTool()
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");
        var reinforcement = RunSpecification.Parse(File.ReadAllText(Sample("calculator.json")), "calculator.json");
        using var tools = ToolBox.Load(reinforcement.Reinforcement!.Tools!.Source);

        Assert.All(
            File.ReadLines(Sample("calculator-calls.jsonl")),
            line => Assert.True(JsonElement.DeepEquals(tools.Definitions, JsonDocument.Parse(line).RootElement.GetProperty("tools")), line));
    }

    [Fact]
    public void Samples_Demonstrations_AskNothingThatReinforcementAsks()
    {
        var demonstrated = Questions("calculator-calls.jsonl").ToHashSet();

        Assert.All(Questions("arithmetic.jsonl"), question => Assert.DoesNotContain(question, demonstrated));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Recipe_ByItsCommands_CallsTheToolAndEarnsMoreThanItsStart()
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");
        using var folder = new TemporaryFolder();
        Train(Sample("calculator-cold-start.json"), "--out", folder.At("cold"));
        Train(Sample("calculator.json"), "--initial-adapter", Path.Combine(folder.At("cold"), RunFolder.Adapter), "--out", folder.At("run"));

        var events = RunEvents.Read(folder.At("run"));
        var rewards = events.OfType<TrainingEvent.Rewarded>().Select(rewarded => rewarded.Reward).ToList();
        var calls = events.OfType<TrainingEvent.StepCompleted>().TakeLast(5).Average(step => step.Reinforcement!.Tools!.Calls);
        Assert.True(rewards[^1] > rewards[0] + 0.1, $"held-out rewards: {string.Join(' ', rewards)}");
        Assert.InRange(calls, 0.9, 1.1);
    }

    private static void Train(params string[] arguments)
    {
        var result = StudioProgram.Run(["train", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private static IEnumerable<string> Questions(string name)
        => File.ReadLines(Sample(name)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!);

    private static string Sample(string name) => Path.Combine(Repository.Root, "samples", name);
}
