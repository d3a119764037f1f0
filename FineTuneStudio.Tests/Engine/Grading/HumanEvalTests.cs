using System.IO.Compression;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Sandbox;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Programs graded by running them: all of HumanEval, right and wrong, and the hostile samples that come with it.</summary>
public sealed class HumanEvalTests
{
    /// <summary>Runs prompt, answer and the row's test; whatever goes wrong in them is the answer's fault.</summary>
    private const string Source =
        """
        def grade(sample, item):
            names = {"__name__": "solution"}
            try:
                exec(item["prompt"] + sample["output_text"] + "\n" + item["test"], names)
                names["check"](names[item["entry_point"]])
            except Exception:
                return 0
            return 1
        """;

    public HumanEvalTests() => Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");

    [Fact]
    public void Evaluate_CanonicalSolutions_AllPass()
    {
        var problems = Problems();
        using var grader = Create(TimeSpan.FromSeconds(30));

        var grades = Grade(grader, problems.Select(problem => (problem, problem.GetProperty("canonical_solution").GetString()!)));

        Assert.Equal(164, grades.Count);
        Assert.All(grades, grade => Assert.Equal((1.0, null), (grade.Score, grade.Error)));
    }

    [Fact]
    public void Evaluate_FunctionsThatReturnNothing_AllFail()
    {
        var problems = Problems();
        using var grader = Create(TimeSpan.FromSeconds(30));

        var grades = Grade(grader, problems.Select(problem => (problem, "    return None\n")));

        Assert.Equal(164, grades.Count);
        Assert.All(grades, grade => Assert.Equal((0.0, null), (grade.Score, grade.Error)));
    }

    [Fact]
    public void Evaluate_HostileSamples_DoNoHarmAndGoodOnesPass()
    {
        var problem = Rows(SharedData.Data("humaneval", "example_problem.jsonl")).Single();
        var samples = Rows(SharedData.Data("humaneval", "example_samples.jsonl")).Select(row => row.GetProperty("completion").GetString()!).ToList();
        using var grader = Create(TimeSpan.FromSeconds(2));

        var grades = Grade(grader, samples.Select(sample => (problem, sample)));

        // rm in a process of its own, ten seconds of sleep, a question to the keyboard; then three ways to indent what is right.
        Assert.Equal([0.0, null, 0, 1, 1, 1], grades.Select(grade => grade.Score));
        Assert.Equal(GradeErrorKind.PythonLimit, grades[1].Error);
        Assert.Equal(1, grader.Evaluate(new GradedSample(problem, samples[^1]), TestContext.Current.CancellationToken).Score);
    }

    private static List<JsonElement> Problems()
    {
        using var stream = new GZipStream(File.OpenRead(SharedData.Data("humaneval", "HumanEval.jsonl.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    private static IEnumerable<JsonElement> Rows(string path) => File.ReadLines(path).Select(line => JsonSerializer.Deserialize<JsonElement>(line));

    private static Grader Create(TimeSpan time)
        => Grader.Parse(Graders.Json("python", new { source = Source }), "grader.json", new GraderServices { Sandbox = new SandboxLimits { Time = time, MemoryBytes = 1L << 30 }, Workers = 2 });

    private static List<Grade> Grade(Grader grader, IEnumerable<(JsonElement Problem, string Answer)> answers)
        => [.. answers.AsParallel().AsOrdered().WithDegreeOfParallelism(2)
            .Select(row => grader.Evaluate(new GradedSample(row.Problem, row.Answer), TestContext.Current.CancellationToken))];
}
