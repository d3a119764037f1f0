using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>What a run would find at its first step.</summary>
public sealed class ForecastTests
{
    private const string Nothing = """{"type":"string_check","name":"same","input":"{{sample.output_text}}","reference":"nobody says this","operation":"eq"}""";
    private const string All = """{"type":"length","name":"any","max":100000}""";
    private const string Broken = """{"type":"string_check","name":"same","input":"{{sample.output_text}}","reference":"{{item.nowhere}}","operation":"eq"}""";

    [Fact]
    public void Run_GraderOfLengths_HasSomethingToLearnFrom()
    {
        using var run = TinyRun.Rft();
        var forecast = Forecast(run, prompts: 8);

        Assert.Equal(ForecastVerdict.Learns, forecast.Verdict);
        Assert.Equal((8, 4), (forecast.Prompts, forecast.Answers));
        Assert.Equal(8, forecast.Groups.Count);
        Assert.True(forecast.BestReward > forecast.Reward);
        Assert.True(forecast.LearningSeconds > 0 && forecast.DrawingSeconds > 0);
        Assert.Equal(12, forecast.TotalSteps);
    }

    [Theory]
    [InlineData(Nothing, ForecastVerdict.TooHard, "SFT")]
    [InlineData(All, ForecastVerdict.TooEasy, "harder prompts")]
    [InlineData(Broken, ForecastVerdict.GraderFails, "nowhere")]
    public void Run_NothingToLearn_SaysWhyAndWhatToChange(string grader, ForecastVerdict verdict, string advice)
    {
        // Answers of a random model never end by themselves; long ones are not what is asked about here.
        using var run = TinyRun.Rft(options => options with { Grader = new GraderDefinition(grader) });
        var forecast = Forecast(run, prompts: 4) with { CutShare = 0 };

        Assert.Equal(verdict, forecast.Verdict);
        Assert.Contains(advice, forecast.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AnswersCut_SaysSo()
    {
        using var run = TinyRun.Rft(options => options with { Grader = new GraderDefinition(Nothing) });

        Assert.Equal(ForecastVerdict.CutShort, Forecast(run, prompts: 4).Verdict);
    }

    [Fact]
    public void Run_ByMethodSft_IsRefused()
    {
        using var run = new TinyRun();

        Assert.Equal("method", Assert.Single(Assert.Throws<UserErrorException>(() => Forecast(run, prompts: 4)).Errors).Field);
    }

    private static ReinforcementForecast Forecast(TinyRun run, int prompts)
        => FineTuneStudio.Engine.Training.Reinforcement.Forecast.Run(run.Specification, prompts, judge: null, TestContext.Current.CancellationToken);
}
