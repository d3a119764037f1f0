using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>score_model</c>: a judge's number, cut to a range. A judge that gives no number gives no score: an error, not a 0.</summary>
internal sealed class ScoreModelGrader : IGrader
{
    public const string TypeName = "score_model";

    private const string Schema =
        """{"type":"object","properties":{"result":{"type":"number"},"steps":{"type":"array","items":{"type":"object","properties":{"description":{"type":"string"},"conclusion":{"type":"string"}},"required":["description","conclusion"],"additionalProperties":false}}},"required":["steps","result"],"additionalProperties":false}""";

    private readonly JudgeQuestion _question;
    private readonly double _least;
    private readonly double _most = 1;
    private readonly double? _threshold;

    public ScoreModelGrader(GraderFields fields, string name, GraderServices services)
    {
        Name = name;
        _question = new JudgeQuestion(fields, services.Judge);
        _threshold = fields.OptionalNumber("pass_threshold");
        if (fields.Value("range", "a range", isRequired: false) is not { } range)
        {
            return;
        }

        if (range.ValueKind == JsonValueKind.Array && range.GetArrayLength() == 2 && range[0].ValueKind == JsonValueKind.Number && range[1].ValueKind == JsonValueKind.Number
            && range[0].GetDouble() < range[1].GetDouble() && double.IsFinite(range[0].GetDouble()) && double.IsFinite(range[1].GetDouble()))
        {
            (_least, _most) = (range[0].GetDouble(), range[1].GetDouble());
        }
        else
        {
            fields.Fault("range", $"Found {GraderFields.Describe(range)}; expected two numbers, the smaller first, as in [0, 1].");
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var instruction = string.Create(
            CultureInfo.InvariantCulture,
            $"Answer with JSON alone: {{\"steps\": [{{\"description\": …, \"conclusion\": …}}], \"result\": a number from {_least} to {_most}}}.");
        var answer = _question.Ask(sample, instruction, Schema, cancellationToken);
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("result", out var result) || result.ValueKind != JsonValueKind.Number || !double.IsFinite(result.GetDouble()))
        {
            throw new GradeException(GradeErrorKind.JudgeAnswer, $"The judge answered {GraderFields.Describe(answer)}; expected a number as 'result'.");
        }

        var score = Math.Clamp(result.GetDouble(), _least, _most);
        return Grade.Scored(score, Reason(answer, result.GetDouble(), score)) with { Passed = _threshold is { } threshold ? score >= threshold : null };
    }

    private static string Reason(JsonElement answer, double said, double score)
    {
        var steps = answer.TryGetProperty("steps", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(step => step.ValueKind == JsonValueKind.Object && step.TryGetProperty("conclusion", out var text) && text.ValueKind == JsonValueKind.String)
                .Select(step => step.GetProperty("conclusion").GetString()!)
            : [];
        var verdict = string.Create(CultureInfo.InvariantCulture, $"The judge says {said:0.###}{(said == score ? "" : $", cut to {score:0.###}")}.");
        return string.Join(' ', [verdict, .. steps]);
    }
}
