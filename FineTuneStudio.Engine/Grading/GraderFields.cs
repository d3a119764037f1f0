using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Grading;

/// <summary>The fields of one JSON object of a grader. Every fault is collected with its place, what was found and what was expected; reading goes on.</summary>
internal sealed class GraderFields
{
    private const int LongestFound = 60;
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly List<UserError> _faults;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Begins with an object; anything else is a fault, and reads as an empty one.</summary>
    public GraderFields(JsonElement element, string path, List<UserError> faults)
    {
        _path = path;
        _faults = faults;
        _object = element;
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new UserError(path, $"Found {Describe(element)}; expected an object with fields."));
            _object = JsonText.Parse("{}");
        }
    }

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Where a field stands, as a person would write it.</summary>
    public string PlaceOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Adds a fault of a field.</summary>
    public void Fault(string name, string message) => _faults.Add(new UserError(PlaceOf(name), message));

    /// <summary>A text; empty after a fault.</summary>
    public string Text(string name, string? fallback = null, bool allowEmpty = false)
    {
        if (Find(name) is not { } value)
        {
            return fallback ?? Absent(name, "a text", "");
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Wrong(name, value, "a text", "");
        }

        var text = value.GetString()!;
        return text.Length == 0 && !allowEmpty ? Wrong(name, value, "a text that is not empty", "") : text;
    }

    /// <summary>A text with places for values.</summary>
    public TextTemplate Template(string name, string? fallback = null) => TextTemplate.Parse(Text(name, fallback, allowEmpty: true), message => Fault(name, message));

    /// <summary>A number in a range, both ends included.</summary>
    public double Number(string name, double? fallback = null, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        var expected = (double.IsFinite(least), double.IsFinite(most)) switch
        {
            (true, true) => string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"),
            (true, false) => string.Create(CultureInfo.InvariantCulture, $"a number of {least} or more"),
            (false, true) => string.Create(CultureInfo.InvariantCulture, $"a number of {most} or less"),
            _ => "a number",
        };
        if (Find(name) is not { } value)
        {
            return fallback ?? Absent(name, expected, 0.0);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && number >= least && number <= most
            ? number
            : Wrong(name, value, expected, fallback ?? 0);
    }

    /// <summary>A number that may be absent.</summary>
    public double? OptionalNumber(string name, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
        => Has(name) ? Number(name, null, least, most) : null;

    /// <summary>A whole number in a range, both ends included.</summary>
    public int Integer(string name, int? fallback, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            return fallback ?? Absent(name, $"a whole number from {least} to {most}", least);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : Wrong(name, value, $"a whole number from {least} to {most}", fallback ?? least);
    }

    /// <summary>true or false; false where absent.</summary>
    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => Wrong(name, other, "true or false", false),
    };

    /// <summary>One of a few words.</summary>
    public string Choice(string name, string? fallback, params ReadOnlySpan<string> words)
    {
        var expected = words.Length == 1 ? $"'{words[0]}'" : $"one of {string.Join(", ", words)}";
        if (Find(name) is not { } value)
        {
            return fallback ?? Absent(name, expected, words[0]);
        }

        return value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()!) ? value.GetString()! : Wrong(name, value, expected, words[0]);
    }

    /// <summary>A list of texts, none empty.</summary>
    public string[] Texts(string name)
    {
        var items = Items(name);
        return [.. items.Select((item, index) => item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text
            ? text
            : Wrong($"{name}[{index}]", item, "a text that is not empty", ""))];
    }

    /// <summary>The entries of a list with at least one.</summary>
    public JsonElement[] Items(string name)
    {
        if (Find(name) is not { } value)
        {
            return Absent(name, "a list", Array.Empty<JsonElement>());
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? [.. value.EnumerateArray()] : Wrong<JsonElement[]>(name, value, "a list with at least one entry", []);
    }

    /// <summary>A field of any kind; a fault where it is required and absent.</summary>
    public JsonElement? Value(string name, string expected, bool isRequired = true)
    {
        var value = Find(name);
        return value is null && isRequired ? Absent<JsonElement?>(name, expected, null) : value;
    }

    /// <summary>The fields of an object inside; <see langword="null"/> where it is absent.</summary>
    public GraderFields? Nested(string name) => Find(name) is { } value ? new GraderFields(value, PlaceOf(name), _faults) : null;

    /// <summary>The fields of an object that stands in one of these fields.</summary>
    public GraderFields Inside(JsonElement element, string name) => new(element, PlaceOf(name), _faults);

    /// <summary>Reports every field that nothing asked for.</summary>
    public void End()
    {
        foreach (var field in _object.EnumerateObject().Where(field => !_known.Contains(field.Name)))
        {
            Fault(field.Name, $"Found a field '{field.Name}'; expected only {string.Join(", ", _known)}.");
        }
    }

    /// <summary>A value as a person would point at it.</summary>
    public static string Describe(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Undefined ? "nothing" : value.GetRawText();
        return text.Length <= LongestFound ? text : text[..LongestFound] + "…";
    }

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        return _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private T Absent<T>(string name, string expected, T stand)
    {
        Fault(name, $"Found nothing; expected {expected}.");
        return stand;
    }

    private T Wrong<T>(string name, JsonElement found, string expected, T stand)
    {
        Fault(name, $"Found {Describe(found)}; expected {expected}.");
        return stand;
    }
}
