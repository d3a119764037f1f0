using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>regex</c>: whether a pattern (.NET's dialect) is found in a text, or fits all of it.</summary>
internal sealed class RegexGrader : IGrader
{
    public const string TypeName = "regex";
    private readonly TextTemplate _input;
    private readonly SafePattern? _pattern;
    private readonly bool _isWhole;
    private readonly bool _isForbidden;

    public RegexGrader(GraderFields fields, string name)
    {
        Name = name;
        _input = fields.Template("input", "{{sample.output_text}}");
        _isWhole = fields.Choice("match", "search", "search", "full") == "full";
        _isForbidden = fields.Flag("forbid");
        var options = fields.Flag("ignore_case") ? RegexOptions.IgnoreCase : RegexOptions.None;
        _pattern = SafePattern.Parse(fields.Text("pattern"), options | (fields.Flag("dot_all") ? RegexOptions.Singleline : RegexOptions.None), message => fields.Fault("pattern", message));
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var input = _input.Render(sample);
        var found = _isWhole ? _pattern!.FitsAll(input) : _pattern!.Find(input) is not null;
        var relation = (_isWhole, found) switch
        {
            (true, true) => "fits all of",
            (true, false) => "does not fit all of",
            (false, true) => "is found in",
            (false, false) => "is not found in",
        };
        return Grade.Of(found != _isForbidden, $"/{_pattern.Source}/ {relation} {Quote.Short(input)}{(_isForbidden ? ", where it must not be" : "")}.");
    }
}
