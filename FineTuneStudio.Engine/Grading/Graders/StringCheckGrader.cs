using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>string_check</c>: two texts compared by one of OpenAI's four operations.</summary>
internal sealed class StringCheckGrader(GraderFields fields, string name) : IGrader
{
    public const string TypeName = "string_check";
    private readonly TextTemplate _input = fields.Template("input");
    private readonly TextTemplate _reference = fields.Template("reference");
    private readonly string _operation = fields.Choice("operation", null, "eq", "ne", "like", "ilike");

    public string Name => name;

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var input = _input.Render(sample);
        var reference = _reference.Render(sample);
        var (isRight, relation) = _operation switch
        {
            "eq" => (input == reference, "equals"),
            "ne" => (input != reference, "differs from"),
            "like" => (input.Contains(reference, StringComparison.Ordinal), "contains"),
            _ => (input.Contains(reference, StringComparison.OrdinalIgnoreCase), "contains, in any case,"),
        };
        return Grade.Of(isRight, isRight ? $"The text {relation} {Quote.Short(reference)}." : $"No: the text {Quote.Short(input)} should be one that {relation} {Quote.Short(reference)}.");
    }
}
