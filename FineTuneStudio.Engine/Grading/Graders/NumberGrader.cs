using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Mathematics;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>number</c>: whether the last number of a text is the reference, or near enough.</summary>
internal sealed class NumberGrader(GraderFields fields, string name) : IGrader
{
    public const string TypeName = "number";
    private readonly TextTemplate _input = fields.Template("input", "{{sample.output_text}}");
    private readonly TextTemplate _reference = fields.Template("reference");
    private readonly MathTolerance _tolerance = MathTolerance.Read(fields);

    public string Name => name;

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var source = _reference.Render(sample);
        if (MathText.LastNumber(source) is not { } written || MathExpression.TryParse(written) is not { } reference)
        {
            throw new GradeException(GradeErrorKind.InvalidReference, $"The reference {Quote.Short(source)} has no number in it.");
        }

        var text = _input.Render(sample);
        if (MathText.LastNumber(text) is not { } answer || MathExpression.TryParse(answer) is not { } number)
        {
            return Grade.Of(false, $"{Quote.Short(text)} has no number in it.");
        }

        var isRight = number.IsNear(reference, _tolerance);
        return Grade.Of(isRight, $"The number {answer} {(isRight ? "is" : "is not")} {written}.");
    }
}
