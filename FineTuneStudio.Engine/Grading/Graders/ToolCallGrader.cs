using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>tool_call</c>: the calls of an answer against those of the row: shared ones over the larger number of both.</summary>
internal sealed class ToolCallGrader(GraderFields fields, string name) : IGrader
{
    public const string TypeName = "tool_call";
    private readonly TextTemplate _input = fields.Template("input", "{{sample.output_tools}}");
    private readonly TextTemplate _reference = fields.Template("reference");
    private readonly bool _namesOnly = fields.Choice("match", "arguments", "arguments", "name") == "name";
    private readonly bool _inOrder = fields.Flag("in_order");

    public string Name => name;

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var expected = Calls(_reference, sample, problem => new GradeException(GradeErrorKind.InvalidReference, $"The reference {problem}."));
        List<(string Name, JsonElement Arguments)> found;
        try
        {
            found = Calls(_input, sample, problem => new UnusableAnswerException($"The answer {problem}."));
        }
        catch (UnusableAnswerException) when (expected.Count == 0 && sample.OutputTools is null)
        {
            return Grade.Of(true, "No tool is called, and none should be.");
        }

        var missed = expected.Where((call, index) => !Take(found, call, index)).ToList();
        var shared = expected.Count - missed.Count;
        var total = Math.Max(expected.Count, shared + found.Count(call => call.Name.Length > 0));
        var reason = missed.Count > 0 ? $"the call {missed[0].Name}({missed[0].Arguments.GetRawText()}) is missing" : $"there are {total - shared} calls too many";
        return Grade.Scored(
            total == 0 ? 1 : (double)shared / total,
            shared == total ? "All calls are as they should be." : string.Create(CultureInfo.InvariantCulture, $"{shared} of {total} calls match: {reason}."));
    }

    // Takes the call out of those that are left; in order means the same place.
    private bool Take(List<(string Name, JsonElement Arguments)> found, (string Name, JsonElement Arguments) call, int index)
    {
        bool Fits((string Name, JsonElement Arguments) other)
            => other.Name == call.Name && (_namesOnly || JsonComparer.AreEqual(other.Arguments, call.Arguments));

        var place = _inOrder ? (index < found.Count && Fits(found[index]) ? index : -1) : found.FindIndex(Fits);
        if (place < 0)
        {
            return false;
        }

        found[place] = ("", default);
        return true;
    }

    private static List<(string Name, JsonElement Arguments)> Calls(TextTemplate template, GradedSample sample, Func<string, Exception> fault)
    {
        JsonElement value;
        try
        {
            value = template.RenderJson(sample);
        }
        catch (JsonException exception)
        {
            throw fault($"is no JSON: {JsonText.FirstSentence(exception)}");
        }

        var entries = value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().ToArray(),
            JsonValueKind.Object => [value],
            _ => throw fault($"has {GraderFields.Describe(value)} where calls were expected"),
        };
        return [.. entries.Select(entry => Call(entry, fault))];
    }

    // OpenAI's form {"type":"function","function":{"name":…,"arguments":"…"}}, or its inside alone; arguments as text or as an object.
    private static (string Name, JsonElement Arguments) Call(JsonElement entry, Func<string, Exception> fault)
    {
        var call = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object ? function : entry;
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            throw fault($"has the call {GraderFields.Describe(entry)} without a name");
        }

        var arguments = call.TryGetProperty("arguments", out var value) ? value : JsonText.Parse("{}");
        try
        {
            return (name.GetString()!, arguments.ValueKind == JsonValueKind.String ? JsonText.Parse(arguments.GetString()!) : arguments);
        }
        catch (JsonException)
        {
            throw fault($"calls {name.GetString()} with arguments that are no JSON");
        }
    }
}
