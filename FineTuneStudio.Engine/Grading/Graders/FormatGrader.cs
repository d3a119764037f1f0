using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>format</c>: whether a text has a form: tags in order, JSON, one line, a block of code.</summary>
internal sealed partial class FormatGrader : IGrader
{
    public const string TypeName = "format";
    private readonly TextTemplate _input;
    private readonly string _format;
    private readonly string[] _tags = [];

    public FormatGrader(GraderFields fields, string name)
    {
        Name = name;
        _input = fields.Template("input", "{{sample.output_text}}");
        _format = fields.Choice("format", null, "tags", "json", "json_object", "single_line", "code_block");
        if (_format == "tags" || fields.Has("tags"))
        {
            _tags = fields.Texts("tags");
            foreach (var tag in _tags.Where(tag => !TagName().IsMatch(tag)))
            {
                fields.Fault("tags", $"Found '{tag}'; expected the name of a tag without brackets, as in think.");
            }
        }

        if (_format != "tags" && fields.Has("tags"))
        {
            fields.Fault("tags", $"Found tags beside the format '{_format}'; expected them with the format 'tags' alone.");
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var text = _input.Render(sample);
        var fault = _format switch
        {
            "tags" => TagFault(text),
            "json" => JsonFault(text, isObject: false),
            "json_object" => JsonFault(text, isObject: true),
            "single_line" => text.AsSpan().Trim().ContainsAny('\n', '\r') ? "the text has several lines" : text.AsSpan().Trim().IsEmpty ? "the text is empty" : null,
            _ => CodeBlock().Count(text) == 1 ? null : $"the text has {CodeBlock().Count(text)} blocks of code between ``` lines, expected one",
        };
        return Grade.Of(fault is null, fault is null ? $"The text has the format {_format}." : $"The text has not the format {_format}: {fault}.");
    }

    // Each tag once, in order, nothing but white space between and around them.
    private string? TagFault(string text)
    {
        var next = 0;
        foreach (var tag in _tags)
        {
            var (open, close) = ($"<{tag}>", $"</{tag}>");
            if (Count(text, open) is var opens and not 1)
            {
                return $"{open} stands there {opens} times, expected once";
            }

            if (Count(text, close) is var closes and not 1)
            {
                return $"{close} stands there {closes} times, expected once";
            }

            var from = text.IndexOf(open, StringComparison.Ordinal);
            var to = text.IndexOf(close, StringComparison.Ordinal);
            if (from < next || to < from)
            {
                return $"{open} is not in its place; expected {string.Join(' ', _tags.Select(name => $"<{name}>…</{name}>"))}";
            }

            if (!text.AsSpan(next, from - next).IsWhiteSpace())
            {
                return $"text stands before {open}";
            }

            next = to + close.Length;
        }

        return text.AsSpan(next).IsWhiteSpace() ? null : $"text stands behind </{_tags[^1]}>";
    }

    private static string? JsonFault(string text, bool isObject)
    {
        try
        {
            var value = JsonText.ParseAnswer(text);
            return isObject && value.ValueKind != System.Text.Json.JsonValueKind.Object ? "it is JSON, but no object" : null;
        }
        catch (UnusableAnswerException exception)
        {
            return exception.Message.TrimEnd('.');
        }
    }

    private static int Count(string text, string part) => text.AsSpan().Count(part);

    [GeneratedRegex(@"^[A-Za-z_][\w:.-]*$")]
    private static partial Regex TagName();

    [GeneratedRegex(@"^```[^\n`]*\n.*?^```[ \t]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
