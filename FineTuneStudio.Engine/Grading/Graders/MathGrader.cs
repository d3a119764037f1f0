using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Mathematics;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>math</c>: whether an answer means what the reference means: 1,080 is 1080, \frac{1}{2} is 0.5 is 50%, 1 km is 1000 m.</summary>
internal sealed class MathGrader(GraderFields fields, string name) : IGrader
{
    public const string TypeName = "math";
    private readonly TextTemplate _input = fields.Template("input", "{{sample.output_text}}");
    private readonly TextTemplate _reference = fields.Template("reference");
    private readonly string _extract = fields.Choice("extract", "auto", "auto", "boxed", "last_number", "whole");
    private readonly MathTolerance _tolerance = MathTolerance.Read(fields);

    public string Name => name;

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var text = _input.Render(sample);
        var reference = MathText.Answer(_reference.Render(sample), "auto")!;
        if (reference.AsSpan().IsWhiteSpace())
        {
            throw new GradeException(GradeErrorKind.InvalidReference, "The reference is empty; expected an answer to compare with.");
        }

        if (MathText.Answer(text, _extract) is not { } answer)
        {
            return Grade.Of(false, $"{Quote.Short(text)} has no {(_extract == "boxed" ? "\\boxed{…}" : "number")} in it.");
        }

        return MathEquality.Holds(answer, reference, _tolerance)
            ? Grade.Of(true, $"{Quote.Short(answer)} is {Quote.Short(reference)}.")
            : Grade.Of(false, $"{Quote.Short(answer)} is not {Quote.Short(reference)}.");
    }
}
