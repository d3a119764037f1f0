using System.Text.Json;
using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Grading.Schemas;

/// <summary>A JSON schema, draft 2020-12: every word that decides validity, but those that need other documents or the history of an evaluation.</summary>
/// <remarks>
/// <c>$ref</c> stays inside of the schema. <c>format</c> and the like are notes, as the draft has them by default. What cannot be honoured
/// (<c>unevaluatedProperties</c>, <c>$dynamicRef</c>, …) is refused when the schema is read, never passed over.
/// </remarks>
internal sealed class JsonSchema
{
    private const int DeepestReference = 64;
    private static readonly string[] Refused = ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor"];
    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "integer", "string"];
    private readonly JsonElement _root;
    private readonly Dictionary<string, SafePattern> _patterns = new(StringComparer.Ordinal);

    private JsonSchema(JsonElement root) => _root = root;

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">An object, or true or false.</param>
    /// <param name="fault">Hears of each fault: its place in the schema, and what was found and expected.</param>
    public static JsonSchema Parse(JsonElement schema, Action<string, string> fault)
    {
        var result = new JsonSchema(schema);
        result.Read(schema, "", fault, 0);
        return result;
    }

    /// <summary>The first thing that does not fit, with its place; <see langword="null"/> where all fits.</summary>
    public string? FirstFault(JsonElement value) => new SchemaCheck(this).FirstFault(value, _root, "$", 0);

    /// <summary>A pattern of the schema.</summary>
    public SafePattern Pattern(string source) => _patterns[source];

    /// <summary>The part a <c>$ref</c> points to; <see langword="null"/> where there is none.</summary>
    public JsonElement? Resolve(string reference)
    {
        if (reference == "#")
        {
            return _root;
        }

        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var place = _root;
        foreach (var step in reference[2..].Split('/').Select(step => Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (place.ValueKind == JsonValueKind.Object && place.TryGetProperty(step, out var field))
            {
                place = field;
            }
            else if (place.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index >= 0 && index < place.GetArrayLength())
            {
                place = place[index];
            }
            else
            {
                return null;
            }
        }

        return place;
    }

    private void Read(JsonElement schema, string place, Action<string, string> fault, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object || depth > DeepestReference)
        {
            fault(place, depth > DeepestReference ? "Found schemas more than 64 deep; expected fewer." : $"Found {GraderFields.Describe(schema)}; expected a schema: an object, true or false.");
            return;
        }

        foreach (var word in schema.EnumerateObject())
        {
            ReadWord(word, $"{place}.{word.Name}", fault, depth);
        }
    }

    private void ReadWord(JsonProperty word, string place, Action<string, string> fault, int depth)
    {
        var value = word.Value;
        void Expect(bool isRight, string expected)
        {
            if (!isRight)
            {
                fault(place, $"Found {GraderFields.Describe(value)}; expected {expected}.");
            }
        }

        switch (word.Name)
        {
            case var name when Refused.Contains(name):
                fault(place, $"Found '{name}', which this grader does not know; expected a schema without it.");
                break;
            case "$ref":
                Expect(value.ValueKind == JsonValueKind.String && Resolve(value.GetString()!) is not null, "a place in this schema, as in #/$defs/name");
                break;
            case "type":
                var types = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
                Expect(types.Length > 0 && types.All(type => type.ValueKind == JsonValueKind.String && Types.Contains(type.GetString())), $"one or several of {string.Join(", ", Types)}");
                break;
            case "enum":
                Expect(value.ValueKind == JsonValueKind.Array, "a list of values");
                break;
            case "required":
                Expect(value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String), "a list of names");
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum":
                Expect(value.ValueKind == JsonValueKind.Number, "a number");
                break;
            case "multipleOf":
                Expect(value.ValueKind == JsonValueKind.Number && value.GetDouble() > 0, "a number above 0");
                break;
            case "minLength" or "maxLength" or "minItems" or "maxItems" or "minContains" or "maxContains" or "minProperties" or "maxProperties":
                Expect(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0, "a whole number of 0 or more");
                break;
            case "uniqueItems":
                Expect(value.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");
                break;
            case "pattern" when value.ValueKind == JsonValueKind.String:
                AddPattern(value.GetString()!, place, fault);
                break;
            case "pattern":
                Expect(false, "a regular expression");
                break;
            case "not" or "if" or "then" or "else" or "items" or "contains" or "additionalProperties" or "propertyNames":
                Read(value, place, fault, depth + 1);
                break;
            case "allOf" or "anyOf" or "oneOf" or "prefixItems":
                Expect(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0, "a list of schemas");
                ReadAll(value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select((entry, index) => ($"[{index}]", entry)) : [], place, fault, depth);
                break;
            case "properties" or "patternProperties" or "$defs" or "definitions" or "dependentSchemas":
                Expect(value.ValueKind == JsonValueKind.Object, "an object of schemas");
                var parts = value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().ToArray() : [];
                ReadAll(parts.Select(entry => ($".{entry.Name}", entry.Value)), place, fault, depth);
                foreach (var part in word.Name == "patternProperties" ? parts : [])
                {
                    AddPattern(part.Name, place, fault);
                }

                break;
            case "dependentRequired":
                Expect(value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(entry => entry.Value.ValueKind == JsonValueKind.Array), "an object of lists of names");
                break;
        }
    }

    private void ReadAll(IEnumerable<(string Place, JsonElement Schema)> schemas, string place, Action<string, string> fault, int depth)
    {
        foreach (var (inner, schema) in schemas)
        {
            Read(schema, place + inner, fault, depth + 1);
        }
    }

    private void AddPattern(string source, string place, Action<string, string> fault)
    {
        if (SafePattern.Parse(source, RegexOptions.None, message => fault(place, message)) is { } pattern)
        {
            _patterns[source] = pattern;
        }
    }
}
