using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading;

/// <summary>The way to one value of a row or an answer: <c>item.answers[0].text</c>, <c>sample.output_text</c>.</summary>
internal sealed partial class ValuePath
{
    private const string Known = "item.… (a field of the row), sample.output_text, sample.output_json, sample.output_tools or sample.choices";
    private readonly string _source;
    private readonly bool _isItem;
    private readonly string _root;
    private readonly string[] _steps;

    private ValuePath(string source, string[] steps)
    {
        _source = source;
        _isItem = steps[0] == "item";
        _root = _isItem ? "item" : steps[1];
        _steps = _isItem ? steps[1..] : steps[2..];
    }

    /// <summary>Whether a text found here was read out of JSON already, and is to be taken as it is.</summary>
    public bool IsJson => _root == "output_json";

    /// <summary>Reads a path; a fault is told and gives <see langword="null"/>.</summary>
    public static ValuePath? Parse(string source, Action<string> fault)
    {
        if (!Form().IsMatch(source))
        {
            fault($"Found '{{{{{source}}}}}'; expected a path of names and indexes: {Known}.");
            return null;
        }

        string[] steps = [.. Step().Matches(source).Select(match => match.Groups["name"].Success ? match.Groups["name"].Value : match.Groups["index"].Value)];
        switch (steps)
        {
            case ["sample", "output_audio", ..]:
                fault($"Found '{{{{{source}}}}}'; models here answer in text, so there is no audio to grade. Use sample.output_text.");
                return null;
            case ["item", ..] or ["sample", "output_text" or "output_json" or "output_tools" or "choices", ..]:
                return new ValuePath(source, steps);
            default:
                fault($"Found '{{{{{source}}}}}'; expected {Known}.");
                return null;
        }
    }

    /// <summary>The value.</summary>
    /// <exception cref="GradeException">The row has no such value.</exception>
    /// <exception cref="UnusableAnswerException">The answer has no such value.</exception>
    public JsonElement Find(GradedSample sample)
    {
        var value = _isItem ? sample.Item : Root(sample);
        foreach (var step in _steps)
        {
            value = Follow(value, step) ?? throw Missing(step);
        }

        return value;
    }

    private JsonElement Root(GradedSample sample) => _root switch
    {
        "output_text" => JsonSerializer.SerializeToElement(sample.OutputText),
        "output_json" => JsonText.ParseAnswer(sample.OutputText),
        "output_tools" => sample.OutputTools ?? throw new UnusableAnswerException("The answer calls no tool."),
        _ => JsonSerializer.SerializeToElement(new[] { new { index = 0, message = new { role = "assistant", content = sample.OutputText, tool_calls = sample.OutputTools } } }),
    };

    private static JsonElement? Follow(JsonElement value, string step) => value.ValueKind switch
    {
        JsonValueKind.Object when value.TryGetProperty(step, out var field) => field,
        JsonValueKind.Array when int.TryParse(step, out var index) && index < value.GetArrayLength() => value[index],
        _ => null,
    };

    private Exception Missing(string step) => _isItem
        ? new GradeException(GradeErrorKind.InvalidVariable, $"The row has no {_source}: '{step}' is not there.")
        : new UnusableAnswerException($"The answer has no {_source}: '{step}' is not there.");

    [GeneratedRegex(@"^[A-Za-z_][\w-]*(\.[\w-]+|\[\d{1,6}\])*$")]
    private static partial Regex Form();

    [GeneratedRegex(@"\[(?<index>\d+)\]|(?<name>[\w-]+)")]
    private static partial Regex Step();
}
