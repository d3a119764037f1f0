using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tokenizers.Patterns;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads fields of a tokenizer file and names file and field in every fault.</summary>
/// <param name="Source">The file, as the person wrote it.</param>
internal sealed record LoadContext(string Source)
{
    /// <summary>A fault in the file.</summary>
    public UserErrorException Fault(string message) => new(Source, message);

    /// <summary>The kind of a component, its <c>type</c>.</summary>
    public string TypeOf(JsonElement element, string what)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : throw Fault($"A {what} should be an object with a type.");

    /// <summary>A field that has to be there.</summary>
    public JsonElement Required(JsonElement element, string name, string what)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value
            : throw Fault($"The {what} has no '{name}'.");

    /// <summary>A text that has to be there.</summary>
    public string Text(JsonElement element, string name, string what)
        => Required(element, name, what) is { ValueKind: JsonValueKind.String } value
            ? TextOf(value, what)
            : throw Fault($"'{name}' of the {what} should be a text.");

    /// <summary>A text that may be absent or null.</summary>
    public string? OptionalText(JsonElement element, string name, string what)
        => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.ValueKind == JsonValueKind.String ? TextOf(value, what) : throw Fault($"'{name}' of the {what} should be a text.")
            : null;

    /// <summary>Yes or no; absent or null is <paramref name="absent"/>.</summary>
    public bool Flag(JsonElement element, string name, string what, bool absent = false)
        => !element.TryGetProperty(name, out var value) ? absent : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => absent,
            _ => throw Fault($"'{name}' of the {what} should be true or false."),
        };

    /// <summary>A whole number that has to be there and is not negative.</summary>
    public int Number(JsonElement element, string name, string what)
        => Required(element, name, what) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= 0
            ? number
            : throw Fault($"'{name}' of the {what} should be a whole number from 0.");

    /// <summary>A list that has to be there.</summary>
    public IEnumerable<JsonElement> List(JsonElement element, string name, string what)
        => Required(element, name, what) is { ValueKind: JsonValueKind.Array } value
            ? value.EnumerateArray()
            : throw Fault($"'{name}' of the {what} should be a list.");

    /// <summary>What a <c>pattern</c> finds, and the fixed text where it is one.</summary>
    public (MatchFinder Finder, string? Literal, string? Regex) Finder(JsonElement element, string what)
    {
        var pattern = Required(element, "pattern", what);
        if (pattern.ValueKind == JsonValueKind.String)
        {
            return (new LiteralFinder(TextOf(pattern, what)), TextOf(pattern, what), null);
        }

        if (pattern.ValueKind == JsonValueKind.Object && OptionalText(pattern, "String", what) is { } literal)
        {
            return (new LiteralFinder(literal), literal, null);
        }

        var regex = Text(pattern, "Regex", what);
        return (new PatternFinder(Compile(regex, PatternDialect.Oniguruma)), null, regex);
    }

    /// <summary>Reads a regular expression.</summary>
    public Pattern Compile(string regex, PatternDialect dialect)
    {
        try
        {
            return Pattern.Parse(regex, dialect);
        }
        catch (PatternSyntaxException exception)
        {
            throw Fault(exception.Message);
        }
    }

    private string TextOf(JsonElement value, string what)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault($"A text of the {what} holds half a surrogate pair, which is no character.");
        }
    }
}
