using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Judging;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary>What <c>score_model</c> and <c>label_model</c> have in common: a model, messages with places for values, and how it draws.</summary>
internal sealed class JudgeQuestion
{
    private readonly string _model;
    private readonly (string Role, TextTemplate Content)[] _messages;
    private readonly JudgeSampling _sampling;
    private readonly IJudge? _judge;

    public JudgeQuestion(GraderFields fields, IJudge? judge)
    {
        _judge = judge;
        _model = fields.Text("model", fallback: "");
        _messages = [.. fields.Items("input").Select((item, index) => Message(fields.Inside(item, $"input[{index}]")))];
        _sampling = Sampling(fields.Nested("sampling_params"));
    }

    /// <summary>Asks, and reads the answer as JSON.</summary>
    /// <exception cref="GradeException">There is no answer, or no JSON in it.</exception>
    public JsonElement Ask(GradedSample sample, string instruction, string schema, CancellationToken cancellationToken)
    {
        if (_judge is null)
        {
            throw new GradeException(GradeErrorKind.JudgeUnreachable, $"No judge is set up to ask{(_model.Length > 0 ? $" '{_model}'" : "")}. Name one in appsettings.json, section Judge (docs/graders.md), or use a grader that needs none.");
        }

        var messages = WithInstruction([.. _messages.Select(message => new JudgeMessage(message.Role, message.Content.Render(sample)))], instruction);
        JudgeAnswer answer;
        try
        {
            answer = _judge.Ask(new JudgeRequest(_model, messages, _sampling, schema), cancellationToken);
        }
        catch (JudgeException exception)
        {
            throw new GradeException(exception.Kind, exception.Message);
        }

        try
        {
            return JsonText.Parse(Unfenced(answer.Text));
        }
        catch (JsonException)
        {
            throw new GradeException(GradeErrorKind.JudgeAnswer, $"The judge answered {Quote.Short(answer.Text)}; expected JSON as in {schema}.");
        }
    }

    // In front, where every chat template takes a system message, and only one.
    private static JudgeMessage[] WithInstruction(JudgeMessage[] messages, string instruction)
        => messages[0].Role is "system" or "developer"
            ? [messages[0] with { Content = $"{messages[0].Content}\n\n{instruction}" }, .. messages[1..]]
            : [new JudgeMessage("system", instruction), .. messages];

    // Models that know no schemas like to put JSON between ``` lines.
    private static string Unfenced(string text)
    {
        var trimmed = text.Trim();
        var first = trimmed.IndexOf('\n', StringComparison.Ordinal);
        return trimmed.StartsWith("```", StringComparison.Ordinal) && trimmed.EndsWith("```", StringComparison.Ordinal) && first > 0 && first < trimmed.Length - 3
            ? trimmed[(first + 1)..^3]
            : trimmed;
    }

    private static (string Role, TextTemplate Content) Message(GraderFields fields)
    {
        var role = fields.Choice("role", null, "user", "assistant", "system", "developer");
        if (fields.Has("type"))
        {
            fields.Choice("type", null, "message");
        }

        var content = fields.Value("content", "a text or a list of text parts") is { } value ? Content(fields, value) : "";
        var template = TextTemplate.Parse(content, message => fields.Fault("content", message));
        fields.End();
        return (role, template);
    }

    private static string Content(GraderFields fields, JsonElement content)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return content.GetString()!;
            case JsonValueKind.Object:
                return PartText(fields.Inside(content, "content"));
            case JsonValueKind.Array:
                return content.EnumerateArray().Select((part, index) => part.ValueKind == JsonValueKind.String ? part.GetString()! : PartText(fields.Inside(part, $"content[{index}]")))
                    .Aggregate(new StringBuilder(), (text, part) => text.Append(part)).ToString();
            default:
                fields.Fault("content", $"Found {GraderFields.Describe(content)}; expected a text or a list of text parts.");
                return "";
        }
    }

    private static string PartText(GraderFields part)
    {
        part.Choice("type", null, "input_text", "output_text", "text");
        var text = part.Text("text", allowEmpty: true);
        part.End();
        return text;
    }

    private static JudgeSampling Sampling(GraderFields? fields)
    {
        if (fields is null)
        {
            return new JudgeSampling();
        }

        var sampling = new JudgeSampling
        {
            Seed = fields.Has("seed") ? fields.Integer("seed", null, int.MinValue, int.MaxValue) : null,
            TopP = fields.OptionalNumber("top_p", 0, 1),
            Temperature = fields.OptionalNumber("temperature", 0, 2),
            MaxTokens = fields.Has("max_completions_tokens") ? fields.Integer("max_completions_tokens", null, 1, int.MaxValue) : null,
            ReasoningEffort = fields.Has("reasoning_effort") ? fields.Choice("reasoning_effort", null, "none", "minimal", "low", "medium", "high", "xhigh") : null,
        };
        fields.End();
        return sampling;
    }
}
