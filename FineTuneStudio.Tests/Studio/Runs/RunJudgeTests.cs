using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

/// <summary>The judge that the settings name, and runs.</summary>
public sealed class RunJudgeTests
{
    private const string Grader = """{"type":"score_model","name":"liked","model":"big","input":[{"role":"user","content":"Rate {{sample.output_text}}."}]}""";

    [Fact]
    public async Task Run_GraderThatAsksAModel_IsAnsweredByTheJudgeOfTheSettings()
    {
        await using var server = await FakeJudgeServer.StartAsync((number, context) => FakeJudgeServer.CompleteAsync(context, $"{{\"steps\":[],\"result\":{number % 2}}}"));

        var (ended, steps) = await RunAsync(("Judge:BaseAddress", server.BaseAddress));

        Assert.True(ended.Reason == EndReason.Completed, ended.Message);
        Assert.NotEmpty(server.Requests);
        Assert.All(steps, step => Assert.InRange(step.Reinforcement!.Reward, 0, 1));
    }

    [Fact]
    public async Task Run_JudgeThatCannotBe_IsRefusedBeforeItBegins()
    {
        var refusal = await Assert.ThrowsAsync<UserErrorException>(() => RunAsync(("Judge:BaseAddress", "nowhere")));

        Assert.Equal("Judge:BaseAddress", Assert.Single(refusal.Errors).Field);
    }

    private static async Task<(TrainingEvent.Ended Ended, List<TrainingEvent.StepCompleted> Steps)> RunAsync(params (string Key, string? Value)[] settings)
    {
        using var run = TinyRun.Rft(options => options with { Grader = new GraderDefinition(Grader), Prompts = 2, Answers = 2 });
        var specification = run.Specification with { Duration = new DurationOptions { Steps = 2 } };
        var engine = new TrainingEngine(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value)).Build());
        var steps = new List<TrainingEvent.StepCompleted>();
        using var control = new RunControl();
        var ended = await Task.Factory.StartNew(
            () => engine.Run(specification, run.Folder, control, trainingEvent => steps.AddRange(trainingEvent is TrainingEvent.StepCompleted step ? [step] : []), TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return (ended, steps);
    }
}
