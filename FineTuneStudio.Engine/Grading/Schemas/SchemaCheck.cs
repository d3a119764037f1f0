using System.Globalization;
using System.Text.Json;

namespace FineTuneStudio.Engine.Grading.Schemas;

/// <summary>Holds one value to a schema, word by word, to the first fault.</summary>
internal sealed class SchemaCheck(JsonSchema schema)
{
    // A reference to itself without a step into the value would never end.
    private const int Deepest = 256;

    /// <summary>The first thing that does not fit, with its place; <see langword="null"/> where all fits.</summary>
    public string? FirstFault(JsonElement value, JsonElement rules, string path, int depth)
    {
        if (depth > Deepest)
        {
            return $"at {path} the schema refers to itself without end";
        }

        if (rules.ValueKind == JsonValueKind.False)
        {
            return $"at {path} nothing is allowed";
        }

        return rules.ValueKind != JsonValueKind.Object
            ? null
            : General(value, rules, path)
                ?? value.ValueKind switch
                {
                    JsonValueKind.Number => OfNumber(value, rules, path),
                    JsonValueKind.String => OfText(value.GetString()!, rules, path),
                    JsonValueKind.Array => OfList(value, rules, path, depth),
                    JsonValueKind.Object => OfObject(value, rules, path, depth),
                    _ => null,
                }
                ?? Combined(value, rules, path, depth);
    }

    private static string? General(JsonElement value, JsonElement rules, string path)
    {
        if (rules.TryGetProperty("type", out var type))
        {
            var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(entry => entry.GetString()!).ToArray() : [type.GetString()!];
            if (!types.Any(name => IsOf(value, name)))
            {
                return $"at {path} found {GraderFields.Describe(value)}, expected {string.Join(" or ", types)}";
            }
        }

        if (rules.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(entry => JsonComparer.AreEqual(entry, value)))
        {
            return $"at {path} found {GraderFields.Describe(value)}, expected one of {GraderFields.Describe(values)}";
        }

        return rules.TryGetProperty("const", out var constant) && !JsonComparer.AreEqual(constant, value)
            ? $"at {path} found {GraderFields.Describe(value)}, expected {GraderFields.Describe(constant)}"
            : null;
    }

    private static bool IsOf(JsonElement value, string type) => (type, value.ValueKind) switch
    {
        ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False) or ("object", JsonValueKind.Object) => true,
        ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value.TryGetDecimal(out var number) ? decimal.IsInteger(number) : double.IsInteger(value.GetDouble()),
        _ => false,
    };

    private static string? OfNumber(JsonElement value, JsonElement rules, string path)
    {
        var number = value.GetDouble();
        (string Word, Func<double, bool> Fits, string Relation)[] bounds =
        [
            ("minimum", bound => number >= bound, "at least"), ("maximum", bound => number <= bound, "at most"),
            ("exclusiveMinimum", bound => number > bound, "above"), ("exclusiveMaximum", bound => number < bound, "below"),
            ("multipleOf", bound => IsMultiple(value, rules.GetProperty("multipleOf")), "a multiple of"),
        ];
        return bounds.Where(bound => rules.TryGetProperty(bound.Word, out var limit) && !bound.Fits(limit.GetDouble()))
            .Select(bound => $"at {path} found {GraderFields.Describe(value)}, expected {bound.Relation} {rules.GetProperty(bound.Word).GetRawText()}").FirstOrDefault();
    }

    // In decimal where it fits: 0.3 is a multiple of 0.1.
    private static bool IsMultiple(JsonElement value, JsonElement of)
        => value.TryGetDecimal(out var number) && of.TryGetDecimal(out var step) && step != 0 ? number % step == 0 : double.IsInteger(value.GetDouble() / of.GetDouble());

    private string? OfText(string text, JsonElement rules, string path)
    {
        if (Count(rules, "minLength", "maxLength", text.EnumerateRunes().Count(), "characters", path) is { } fault)
        {
            return fault;
        }

        return rules.TryGetProperty("pattern", out var pattern) && schema.Pattern(pattern.GetString()!).Find(text) is null
            ? $"at {path} {Quote.Short(text)} does not fit /{pattern.GetString()}/"
            : null;
    }

    private string? OfList(JsonElement list, JsonElement rules, string path, int depth)
    {
        var entries = list.EnumerateArray().ToArray();
        if (Count(rules, "minItems", "maxItems", entries.Length, "entries", path) is { } fault)
        {
            return fault;
        }

        if (rules.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True
            && entries.Where((entry, index) => entries[..index].Any(other => JsonComparer.AreEqual(other, entry))).Select(entry => (JsonElement?)entry).FirstOrDefault() is { } twice)
        {
            return $"at {path} {GraderFields.Describe(twice)} stands twice";
        }

        JsonElement[] first = rules.TryGetProperty("prefixItems", out var prefix) ? [.. prefix.EnumerateArray()] : [];
        var hasRest = rules.TryGetProperty("items", out var rest);
        for (var index = 0; index < entries.Length; index++)
        {
            if ((index < first.Length || hasRest) && FirstFault(entries[index], index < first.Length ? first[index] : rest, $"{path}[{index}]", depth + 1) is { } inner)
            {
                return inner;
            }
        }

        if (!rules.TryGetProperty("contains", out var contained))
        {
            return null;
        }

        var count = entries.Count(entry => FirstFault(entry, contained, path, depth + 1) is null);
        var least = rules.TryGetProperty("minContains", out var minimum) ? minimum.GetInt32() : 1;
        return count < least
            ? $"at {path} {count} entries fit 'contains', expected at least {least}"
            : rules.TryGetProperty("maxContains", out var maximum) && count > maximum.GetInt32() ? $"at {path} {count} entries fit 'contains', expected at most {maximum.GetInt32()}" : null;
    }

    private string? OfObject(JsonElement value, JsonElement rules, string path, int depth)
    {
        var fields = value.EnumerateObject().ToArray();
        if (Count(rules, "minProperties", "maxProperties", fields.Length, "fields", path) is { } fault)
        {
            return fault;
        }

        if (rules.TryGetProperty("required", out var required) && Missing(value, required) is { } missing)
        {
            return $"at {path} there is no '{missing}'";
        }

        foreach (var field in fields)
        {
            if (OfField(field, rules, $"{path}.{field.Name}", depth) is { } inner)
            {
                return inner;
            }

            if (rules.TryGetProperty("dependentRequired", out var needs) && needs.TryGetProperty(field.Name, out var names) && Missing(value, names) is { } absent)
            {
                return $"at {path} there is no '{absent}', which '{field.Name}' needs";
            }

            if (rules.TryGetProperty("dependentSchemas", out var schemas) && schemas.TryGetProperty(field.Name, out var dependent) && FirstFault(value, dependent, path, depth + 1) is { } whole)
            {
                return whole;
            }
        }

        return null;
    }

    private string? OfField(JsonProperty field, JsonElement rules, string path, int depth)
    {
        if (rules.TryGetProperty("propertyNames", out var naming) && FirstFault(JsonSerializer.SerializeToElement(field.Name), naming, $"{path} (the name)", depth + 1) is { } badName)
        {
            return badName;
        }

        var isNamed = rules.TryGetProperty("properties", out var properties) && properties.TryGetProperty(field.Name, out _);
        if (isNamed && FirstFault(field.Value, properties.GetProperty(field.Name), path, depth + 1) is { } fault)
        {
            return fault;
        }

        foreach (var pattern in rules.TryGetProperty("patternProperties", out var patterns) ? patterns.EnumerateObject().Where(entry => schema.Pattern(entry.Name).Find(field.Name) is not null).ToArray() : [])
        {
            isNamed = true;
            if (FirstFault(field.Value, pattern.Value, path, depth + 1) is { } inner)
            {
                return inner;
            }
        }

        if (isNamed || !rules.TryGetProperty("additionalProperties", out var others))
        {
            return null;
        }

        return others.ValueKind == JsonValueKind.False ? $"at {path} there is a field that is not expected" : FirstFault(field.Value, others, path, depth + 1);
    }

    private string? Combined(JsonElement value, JsonElement rules, string path, int depth)
    {
        string? Fault(JsonElement part) => FirstFault(value, part, path, depth + 1);

        if (rules.TryGetProperty("$ref", out var reference) && Fault(schema.Resolve(reference.GetString()!)!.Value) is { } referred)
        {
            return referred;
        }

        if (rules.TryGetProperty("allOf", out var all) && all.EnumerateArray().Select(Fault).FirstOrDefault(fault => fault is not null) is { } one)
        {
            return one;
        }

        if (rules.TryGetProperty("anyOf", out var any) && any.EnumerateArray().All(part => Fault(part) is not null))
        {
            return $"{Fault(any[0])} (and no other of 'anyOf' fits)";
        }

        if (rules.TryGetProperty("oneOf", out var exactly) && exactly.EnumerateArray().Count(part => Fault(part) is null) is var fitting and not 1)
        {
            return $"at {path} {fitting} schemas of 'oneOf' fit, expected one";
        }

        if (rules.TryGetProperty("not", out var not) && Fault(not) is null)
        {
            return $"at {path} {GraderFields.Describe(value)} fits what it must not";
        }

        return rules.TryGetProperty("if", out var condition) && rules.TryGetProperty(Fault(condition) is null ? "then" : "else", out var consequence) ? Fault(consequence) : null;
    }

    private static string? Missing(JsonElement value, JsonElement names)
        => names.EnumerateArray().Select(name => name.GetString()!).FirstOrDefault(name => !value.TryGetProperty(name, out _));

    private static string? Count(JsonElement rules, string least, string most, int count, string what, string path)
    {
        if (rules.TryGetProperty(least, out var minimum) && count < minimum.GetInt32())
        {
            return string.Create(CultureInfo.InvariantCulture, $"at {path} found {count} {what}, expected at least {minimum.GetInt32()}");
        }

        return rules.TryGetProperty(most, out var maximum) && count > maximum.GetInt32()
            ? string.Create(CultureInfo.InvariantCulture, $"at {path} found {count} {what}, expected at most {maximum.GetInt32()}")
            : null;
    }
}
