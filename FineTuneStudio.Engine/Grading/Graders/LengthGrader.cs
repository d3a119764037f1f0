using System.Globalization;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>length</c>: 1 for a text between two lengths; outside of them 0, or falling to 0 over a margin.</summary>
internal sealed partial class LengthGrader : IGrader
{
    public const string TypeName = "length";
    private readonly TextTemplate _input;
    private readonly string _unit;
    private readonly int _least;
    private readonly int _most;
    private readonly int _margin;

    public LengthGrader(GraderFields fields, string name)
    {
        Name = name;
        _input = fields.Template("input", "{{sample.output_text}}");
        _unit = fields.Choice("unit", "characters", "characters", "words", "lines");
        _least = fields.Integer("min", 0, 0, int.MaxValue);
        _most = fields.Integer("max", int.MaxValue, 0, int.MaxValue);
        _margin = fields.Integer("margin", 0, 0, int.MaxValue);
        if (!fields.Has("min") && !fields.Has("max"))
        {
            fields.Fault("max", "Found neither min nor max; expected one of them, or both.");
        }
        else if (_least > _most)
        {
            fields.Fault("min", $"Found a min of {_least} above the max of {_most}; expected the smaller first.");
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var length = Measure(_input.Render(sample));
        var outside = Math.Max(Math.Max((long)_least - length, (long)length - _most), 0);
        var score = outside == 0 ? 1 : Math.Max(0, 1 - ((double)outside / (_margin + 1L)));
        var wanted = (_least, _most) switch
        {
            (0, _) => $"at most {_most}",
            (_, int.MaxValue) => $"at least {_least}",
            _ => $"from {_least} to {_most}",
        };
        return Grade.Scored(score, string.Create(CultureInfo.InvariantCulture, $"{length} {_unit}; wanted {wanted}."));
    }

    private int Measure(string text) => _unit switch
    {
        "characters" => text.EnumerateRunes().Count(),
        "words" => Word().Count(text),
        _ => text.Length == 0 ? 0 : text.AsSpan().TrimEnd('\n').Count('\n') + 1,
    };

    [GeneratedRegex(@"\S+")]
    private static partial Regex Word();
}
