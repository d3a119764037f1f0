using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary><c>evaluate</c>, as the program that it is, on a run that learnt one answer to everything.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TinyRun _run = new();

    public EvaluateCommandTests()
    {
        Write("train.jsonl", 40, _ => "ok");
        Write("test.jsonl", 6, number => number < 4 ? "ok" : "something else");
        _run.Specification = _run.Specification with
        {
            Dataset = new DatasetOptions { Path = _run.At("train.jsonl"), HeldOutPath = _run.At("test.jsonl") },
            Schedule = new ScheduleOptions { LearningRate = 2e-2 },
            Duration = new DurationOptions { Steps = 30 },
        };
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Evaluate_AdapterOfARun_GivesItsHeldOutLossAndCountsRightAnswers()
    {
        var last = _run.Run().OfType<TrainingEvent.Evaluated>().Last().Loss;
        string[] arguments = ["evaluate", "--model", _run.Specification.Model, "--dataset", _run.At("test.jsonl"), "--precision", "fp32"];

        var tuned = StudioProgram.Run([.. arguments, "--adapter", Path.Combine(_run.Folder, RunFolder.Adapter), "--json"]);
        var base_ = StudioProgram.Run(arguments);

        Assert.True(tuned.ExitCode == 0, tuned.Error);
        var result = JsonDocument.Parse(tuned.Output).RootElement;
        Assert.Equal(last, result.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal(Math.Exp(last), result.GetProperty("perplexity").GetDouble(), 1e-3 * Math.Exp(last));
        Assert.Equal((6, 6, 4), (result.GetProperty("rows").GetInt32(), result.GetProperty("answered").GetInt32(), result.GetProperty("exactMatches").GetInt32()));
        Assert.Contains("exact match 0 of 6", base_.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_NoSuchAdapter_IsOneLineAndExitCodeTwo()
    {
        var result = StudioProgram.Run("evaluate", "--model", _run.Specification.Model, "--dataset", _run.At("test.jsonl"), "--adapter", _run.At("nowhere"));

        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Contains("expected an adapter in PEFT layout", result.Error, StringComparison.Ordinal);
    }

    private void Write(string name, int rows, Func<int, string> answer)
        => File.WriteAllLines(_run.At(name), Enumerable.Range(0, rows).Select(number => JsonSerializer.Serialize(new
        {
            messages = new[] { new { role = "user", content = $"{number}?" }, new { role = "assistant", content = answer(number) } },
        })));
}
