using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading;

/// <summary>A text with places for values of the row and the answer: <c>{{ item.answer }}</c>, <c>{{ sample.output_json.steps[0] }}</c>.</summary>
/// <remarks>
/// Values are put in as they are, never read again as a template: an answer that contains braces changes nothing. Texts go in bare,
/// everything else as JSON.
/// </remarks>
internal sealed class TextTemplate
{
    private readonly Part[] _parts;

    private TextTemplate(string source, Part[] parts)
    {
        Source = source;
        _parts = parts;
    }

    /// <summary>The text as written.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">The text.</param>
    /// <param name="fault">Hears of each place that names nothing a grader can see.</param>
    public static TextTemplate Parse(string source, Action<string> fault)
    {
        var parts = new List<Part>();
        var start = 0;
        while (source.IndexOf("{{", start, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = source.IndexOf("}}", open + 2, StringComparison.Ordinal);
            if (close < 0)
            {
                fault($"Found '{{{{' at character {open + 1} without '}}}}'; expected both around a name, as in {{{{item.answer}}}}.");
                break;
            }

            parts.Add(new Part(source[start..open], null));
            if (ValuePath.Parse(source[(open + 2)..close].Trim(), fault) is { } path)
            {
                parts.Add(new Part("", path));
            }

            start = close + 2;
        }

        parts.Add(new Part(source[start..], null));
        return new TextTemplate(source, [.. parts.Where(part => part.Path is not null || part.Text.Length > 0)]);
    }

    /// <summary>The text with every value in its place.</summary>
    /// <exception cref="GradeException">The row lacks a value.</exception>
    /// <exception cref="UnusableAnswerException">The answer lacks a value.</exception>
    public string Render(GradedSample sample)
    {
        if (_parts is [var only])
        {
            return only.Render(sample);
        }

        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            text.Append(part.Render(sample));
        }

        return text.ToString();
    }

    /// <summary>What the template says as JSON: the value itself where it is one place alone that holds no text, else its text read as JSON.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public JsonElement RenderJson(GradedSample sample)
    {
        if (_parts is [{ Path: { } path }] && path.Find(sample) is var value && (path.IsJson || value.ValueKind != JsonValueKind.String))
        {
            return value;
        }

        return JsonText.Parse(Render(sample));
    }

    /// <summary>The same, where the text is the answer's own.</summary>
    /// <exception cref="UnusableAnswerException">The text is no JSON.</exception>
    public JsonElement RenderAnswerJson(GradedSample sample)
    {
        try
        {
            return RenderJson(sample);
        }
        catch (JsonException exception)
        {
            throw JsonText.NoAnswer(exception);
        }
    }

    private readonly record struct Part(string Text, ValuePath? Path)
    {
        public string Render(GradedSample sample)
        {
            if (Path is null)
            {
                return Text;
            }

            var value = Path.Find(sample);
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        }
    }
}
