using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>weighted</c>: the sum of several graders' scores, each times its weight; as it is, or over the sum of the weights.</summary>
internal sealed class WeightedGrader : IGrader
{
    public const string TypeName = "weighted";
    private readonly List<(IGrader Grader, double Weight)> _parts = [];
    private readonly bool _isMean;

    public WeightedGrader(GraderFields fields, string name, GraderReader reader)
    {
        Name = name;
        _isMean = fields.Flag("mean");
        foreach (var (entry, index) in fields.Items("graders").Select((entry, index) => (entry, index)))
        {
            Add(fields, entry, $"graders[{index}]", reader);
        }

        if (_isMean && _parts.Count > 0 && _parts.Sum(part => part.Weight) == 0)
        {
            fields.Fault("mean", "Found weights that sum to 0; expected a sum to divide by, or no mean.");
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<string, Grade>(StringComparer.Ordinal);
        var sum = 0.0;
        foreach (var (grader, weight) in _parts)
        {
            var grade = parts[grader.Name] = Grader.EvaluateSafely(grader, sample, cancellationToken);
            sum += weight * (grade.Score ?? 0);
        }

        if (parts.FirstOrDefault(part => part.Value.Error is not null) is { Key: { } failed, Value: { } failure })
        {
            return Grade.Failed(GradeErrorKind.Part, $"'{failed}' gave no score: {failure.Reason}") with { Parts = parts };
        }

        var total = _isMean ? sum / _parts.Sum(part => part.Weight) : sum;
        var terms = string.Join(" + ", _parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Weight:0.###} × {part.Grader.Name} {parts[part.Grader.Name].Score:0.###}")));
        return Grade.Scored(total, string.Create(CultureInfo.InvariantCulture, $"{terms} = {sum:0.####}{(_isMean ? $", mean {total:0.####}" : "")}.")) with { Parts = parts };
    }

    private void Add(GraderFields fields, JsonElement entry, string place, GraderReader reader)
    {
        var part = fields.Inside(entry, place);
        var weight = part.Number("weight", 1, -1e6, 1e6);
        if (part.Value("grader", "a grader") is { } definition && reader.Read(definition, fields.PlaceOf($"{place}.grader"), isPart: true) is { } grader)
        {
            if (_parts.Any(other => other.Grader.Name == grader.Name))
            {
                fields.Fault($"{place}.grader.name", $"Found a second grader '{grader.Name}'; expected each name once.");
            }

            _parts.Add((grader, weight));
        }

        part.End();
    }
}
