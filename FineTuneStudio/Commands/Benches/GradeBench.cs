using System.Diagnostics;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench grade</c>: answers graded in a second by a function in Python that does next to nothing, so that what is measured is the way there and back.</summary>
/// <remarks>As many side by side as there are processors, after each has a warm process; the best of several passes counts, as other work disturbs.</remarks>
internal static class GradeBench
{
    private const int Answers = 10_000;
    private const int Passes = 3;
    private const double GoalPerSecond = 2000;

    private const string Python = """{"type":"python","name":"same","source":"def grade(sample, item):\n    return 1.0 if sample['output_text'] == item['answer'] else 0.0"}""";
    private const string Mathematics = """{"type":"math","name":"right","reference":"{{item.answer}}"}""";

    public static BenchReport Run()
    {
        GradedSample[] samples = [.. Enumerable.Range(0, Answers).Select(number => new GradedSample(JsonSerializer.SerializeToElement(new { answer = $"{number / 2 * 2}" }), $"{number}"))];
        var python = Measure(Python, samples);
        var mathematics = Measure(Mathematics, samples);
        return new BenchReport("grade",
        [
            new BenchFigure("a function in Python", Math.Round(python), "answers/s", GoalPerSecond, python >= GoalPerSecond),
            new BenchFigure("math", Math.Round(mathematics), "answers/s", null, null),
        ]);
    }

    private static double Measure(string definition, GradedSample[] samples)
    {
        using var grader = Grader.Parse(definition, "bench");
        Pass(grader, samples[..100]);
        var best = double.PositiveInfinity;
        for (var pass = 0; pass < Passes; pass++)
        {
            var watch = Stopwatch.StartNew();
            Pass(grader, samples);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return samples.Length / best;
    }

    private static void Pass(Grader grader, GradedSample[] samples)
    {
        var grades = samples.AsParallel().WithDegreeOfParallelism(Environment.ProcessorCount).Select(sample => grader.Evaluate(sample, CancellationToken.None)).ToList();
        if (grades.Find(grade => grade.Error is not null) is { } failed)
        {
            throw new UserErrorException("grade", failed.Reason);
        }

        var right = grades.Count(grade => grade.Score == 1);
        if (right != samples.Length / 2)
        {
            throw new InvalidOperationException($"{right} of {samples.Length} answers were found right; half are.");
        }
    }
}
