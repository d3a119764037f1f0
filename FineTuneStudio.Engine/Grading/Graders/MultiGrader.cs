using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Formulas;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>multi</c>: several graders and a formula over their scores, by name.</summary>
/// <remarks>Parts may be an object by name, as OpenAI's guide has it, or a list of graders with names. They do not nest.</remarks>
internal sealed class MultiGrader : IGrader
{
    public const string TypeName = "multi";
    private readonly Dictionary<string, IGrader> _parts = new(StringComparer.Ordinal);
    private readonly Formula? _formula;

    public MultiGrader(GraderFields fields, string name, GraderReader reader)
    {
        Name = name;
        if (fields.Value("graders", "an object of graders by name") is { } graders)
        {
            ReadParts(fields, graders, reader);
        }

        var formula = fields.Text("calculate_output");
        if (formula.Length == 0)
        {
            return;
        }

        try
        {
            _formula = Formula.Parse(formula);
            foreach (var unknown in _formula.Names.Except(_parts.Keys))
            {
                fields.Fault("calculate_output", $"Found '{unknown}'; expected the name of a grader: {string.Join(", ", _parts.Keys)}.");
            }
        }
        catch (FormatException exception)
        {
            fields.Fault("calculate_output", exception.Message);
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var parts = _parts.ToDictionary(part => part.Key, part => Grader.EvaluateSafely(part.Value, sample, cancellationToken));
        if (parts.FirstOrDefault(part => part.Value.Error is not null && _formula!.Names.Contains(part.Key)) is { Key: { } failed, Value: { } failure })
        {
            return Grade.Failed(GradeErrorKind.Part, $"'{failed}' gave no score: {failure.Reason}") with { Parts = parts };
        }

        var value = _formula!.Evaluate(parts.Where(part => part.Value.Score is not null).ToDictionary(part => part.Key, part => part.Value.Score!.Value));
        var scores = string.Join(", ", parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key} {part.Value.Score:0.###}")));
        return double.IsFinite(value)
            ? Grade.Scored(value, string.Create(CultureInfo.InvariantCulture, $"{_formula.Source} = {value:0.####} with {scores}.")) with { Parts = parts }
            : Grade.Failed(GradeErrorKind.Formula, $"{_formula.Source} has no finite value with {scores}.") with { Parts = parts };
    }

    private void ReadParts(GraderFields fields, JsonElement graders, GraderReader reader)
    {
        var entries = graders.ValueKind switch
        {
            JsonValueKind.Object => graders.EnumerateObject().Select(entry => (Place: $"graders.{entry.Name}", Key: (string?)entry.Name, entry.Value)),
            JsonValueKind.Array => graders.EnumerateArray().Select((entry, index) => (Place: $"graders[{index}]", Key: (string?)null, Value: entry)),
            _ => [],
        };
        var count = 0;
        foreach (var (place, key, value) in entries)
        {
            count++;
            if (reader.Read(value, fields.PlaceOf(place), key, isPart: true) is { } part && !_parts.TryAdd(key ?? part.Name, part))
            {
                fields.Fault(place, $"Found a second grader '{part.Name}'; expected each name once.");
            }
        }

        if (count == 0)
        {
            fields.Fault("graders", $"Found {GraderFields.Describe(graders)}; expected an object of graders by name, with at least one.");
        }
    }
}
