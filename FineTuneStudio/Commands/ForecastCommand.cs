using System.CommandLine;
using System.Globalization;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Reinforcement;

namespace FineTuneStudio.Commands;

/// <summary><c>forecast</c>: whether a reinforcement run has something to learn from, before it is begun.</summary>
internal static class ForecastCommand
{
    public static Command Create()
    {
        var specification = new Argument<string>("SPEC.json") { Description = "A run by the method rft; docs/specification.md lists every field" };
        var prompts = new Option<int>("--prompts") { Description = "Prompts to answer", DefaultValueFactory = _ => Forecast.DefaultPrompts };
        var device = DeviceOption.Create(fallback: null);
        device.Description += "; without it, what the specification says";
        var command = new Command("forecast", "Answer some prompts of a reinforcement run, grade the answers, and say whether it will learn from them") { specification, prompts, device };
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetRequiredValue(specification), result.GetValue(prompts), result.GetValue(device))));
        return command;
    }

    private static int Run(string path, int prompts, string? device)
    {
        if (prompts < 1)
        {
            throw new UserErrorException("--prompts", $"Answer 1 prompt or more, not {prompts}.");
        }

        var specification = SpecificationArgument.Read(path);
        using var interrupt = new ConsoleInterrupt();
        using var judge = StudioJudge.Create(StudioConfiguration.Read());
        var forecast = Forecast.Run(device is null ? specification : specification with { Device = device }, prompts, judge, interrupt.Token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {forecast.Prompts} prompts, {forecast.Answers} answers each
            reward                   {forecast.Reward:F3}   (pass@1)
            best of {forecast.Answers,-4}             {forecast.BestReward:F3}   (pass@{forecast.Answers})
            groups that teach nothing {100 * forecast.ZeroVarianceShare:F0} %
            answers cut              {100 * forecast.CutShare:F0} %
            answers not graded       {100 * forecast.UngradedShare:F0} %
            tokens an answer         {forecast.AnswerTokens:F0}
            seconds a step           {forecast.SecondsPerStep:F1}   ({forecast.DrawingSeconds:F1} drawing and grading, {forecast.LearningSeconds:F1} learning)
            the whole run            {forecast.TotalSteps} steps, {TimeSpan.FromSeconds(forecast.SecondsPerStep * forecast.TotalSteps):hh\:mm\:ss}
            {forecast.Sentence}
            """));
        return CommandRunner.Success;
    }
}
