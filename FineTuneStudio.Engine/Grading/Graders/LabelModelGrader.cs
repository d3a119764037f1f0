using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>label_model</c>: a judge picks a label; some labels are right ones.</summary>
internal sealed class LabelModelGrader : IGrader
{
    public const string TypeName = "label_model";
    private readonly JudgeQuestion _question;
    private readonly string[] _labels;
    private readonly string[] _passing;
    private readonly string _schema;

    public LabelModelGrader(GraderFields fields, string name, GraderServices services)
    {
        Name = name;
        _question = new JudgeQuestion(fields, services.Judge);
        _labels = fields.Texts("labels");
        _passing = fields.Texts("passing_labels");
        foreach (var unknown in _passing.Where(label => label.Length > 0).Except(_labels))
        {
            fields.Fault("passing_labels", $"Found '{unknown}'; expected labels out of labels: {string.Join(", ", _labels)}.");
        }

        _schema = JsonSerializer.Serialize(new
        {
            type = "object",
            properties = new { steps = new { type = "array", items = new { type = "string" } }, result = new { type = "string", @enum = _labels } },
            required = (string[])["steps", "result"],
            additionalProperties = false,
        });
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var answer = _question.Ask(sample, $"Answer with JSON alone: {{\"steps\": [], \"result\": one of {JsonSerializer.Serialize(_labels)}}}.", _schema, cancellationToken);
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("result", out var result) || result.ValueKind != JsonValueKind.String || !_labels.Contains(result.GetString()))
        {
            throw new GradeException(GradeErrorKind.JudgeAnswer, $"The judge answered {GraderFields.Describe(answer)}; expected one of {string.Join(", ", _labels)} as 'result'.");
        }

        var label = result.GetString()!;
        return _passing.Contains(label)
            ? Grade.Of(true, $"The judge says '{label}'.")
            : Grade.Of(false, $"The judge says '{label}'; right would be {string.Join(" or ", _passing)}.");
    }
}
