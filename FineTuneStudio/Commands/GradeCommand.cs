using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading;

namespace FineTuneStudio.Commands;

/// <summary><c>grade</c>: a grader tried on answers, a score and a reason for each.</summary>
internal static class GradeCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static Command Create()
    {
        var grader = new Argument<string>("GRADER") { Description = "A grader's definition, as docs/graders.md has it" };
        var items = new Option<string>("--items") { Description = "JSONL: rows with their answers", Required = true };
        var json = new Option<bool>("--json") { Description = "A JSON object a line: line, score, reason, error, parts" };
        var command = new Command("grade", "Score answers with a grader: a score and its reason for each, or why there is none") { grader, items, json };
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetRequiredValue(grader), result.GetRequiredValue(items), result.GetValue(json))));
        return command;
    }

    private static int Run(string graderPath, string itemsPath, bool json)
    {
        using var interrupt = new ConsoleInterrupt();
        using var judge = StudioJudge.Create(StudioConfiguration.Read());
        using var grader = Grader.Parse(File.ReadAllText(graderPath), graderPath, judge);
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        var scores = new List<double>();
        var errors = 0;
        foreach (var (line, result) in Grade(grader, itemsPath, judge?.AtOnce ?? Environment.ProcessorCount, interrupt.Token))
        {
            var grade = result.Value;
            errors += grade.Error is null ? 0 : 1;
            scores.AddRange(grade.Score is { } score ? [score] : []);
            output.WriteLine(json ? JsonSerializer.Serialize(new Line(line, grade.Score, grade.Reason, grade.Error, grade.Passed, grade.Parts), Json) : Describe(line, grade));
        }

        if (scores.Count + errors == 0)
        {
            throw new UserErrorException(itemsPath, "The file holds no row; expected one JSON object a line.");
        }

        if (!json)
        {
            output.WriteLine(Summary(scores, errors));
        }

        return CommandRunner.Success;
    }

    /// <summary>The grades of all rows in the order of the file, several made at once; a row that is none throws when its turn comes.</summary>
    private static ParallelQuery<(int Line, Lazy<Grade> Grade)> Grade(Grader grader, string itemsPath, int atOnce, CancellationToken cancellationToken)
        => Partitioner.Create(File.ReadLines(itemsPath).Select((text, index) => (Text: text, Line: index + 1)).Where(row => !string.IsNullOrWhiteSpace(row.Text)), EnumerablePartitionerOptions.NoBuffering)
            .AsParallel().AsOrdered().WithDegreeOfParallelism(atOnce).WithMergeOptions(ParallelMergeOptions.NotBuffered).WithCancellation(cancellationToken)
            .Select(row =>
            {
                try
                {
                    var grade = grader.Evaluate(GradedSampleReader.Read(row.Text, $"{itemsPath}:{row.Line}"), cancellationToken);
                    return (row.Line, new Lazy<Grade>(grade));
                }
                catch (UserErrorException exception)
                {
                    return (row.Line, new Lazy<Grade>(() => throw exception));
                }
            });

    private static string Describe(int line, Grade grade)
        => string.Create(CultureInfo.InvariantCulture, $"{line,5}  {(grade.Score is { } score ? score.ToString("0.000", CultureInfo.InvariantCulture) : "error")}  {grade.Reason}");

    private static string Summary(List<double> scores, int errors) => string.Create(
        CultureInfo.InvariantCulture,
        $"{scores.Count} graded{(scores.Count == 0 ? "" : $": mean {scores.Average():0.000}, from {scores.Min():0.000} to {scores.Max():0.000}")}; {errors} without a score.");

    private sealed record Line([property: JsonPropertyName("line")] int Number, double? Score, string Reason, GradeErrorKind? Error, bool? Passed, IReadOnlyDictionary<string, Grade>? Parts);
}
