using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>json_equal</c>: whether two texts are the same JSON value, however they are written.</summary>
internal sealed class JsonEqualGrader(GraderFields fields, string name) : IGrader
{
    public const string TypeName = "json_equal";
    private readonly TextTemplate _input = fields.Template("input", "{{sample.output_json}}");
    private readonly TextTemplate _reference = fields.Template("reference");
    private readonly bool _ignoreOrder = fields.Flag("ignore_order");

    public string Name => name;

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var difference = JsonComparer.FirstDifference(_input.RenderAnswerJson(sample), Reference(sample), _ignoreOrder);
        return Grade.Of(difference is null, difference is null ? "Both are the same JSON." : $"Not the same JSON: {difference}.");
    }

    private JsonElement Reference(GradedSample sample)
    {
        try
        {
            return _reference.RenderJson(sample);
        }
        catch (JsonException exception)
        {
            throw new GradeException(GradeErrorKind.InvalidReference, $"The reference {Quote.Short(_reference.Render(sample))} is no JSON: {JsonText.FirstSentence(exception)}");
        }
    }
}
