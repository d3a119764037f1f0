using System.Text.Json;

namespace FineTuneStudio.Engine.Grading;

/// <summary>Finds the first difference of two JSON values: numbers by value (1.0 is 1), the order of an object's fields free.</summary>
internal static class JsonComparer
{
    /// <summary>Where and how they differ; <see langword="null"/> where they are equal.</summary>
    /// <param name="found">What is judged.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="ignoreOrder">Whether lists are equal in any order too.</param>
    /// <param name="path">Where both stand.</param>
    public static string? FirstDifference(JsonElement found, JsonElement expected, bool ignoreOrder, string path = "$") => (found.ValueKind, expected.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => OfObjects(found, expected, ignoreOrder, path),
        (JsonValueKind.Array, JsonValueKind.Array) => OfLists(found, expected, ignoreOrder, path),
        (JsonValueKind.Number, JsonValueKind.Number) when SameNumber(found, expected) => null,
        (JsonValueKind.String, JsonValueKind.String) when found.GetString() == expected.GetString() => null,
        (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null, _) when found.ValueKind == expected.ValueKind => null,
        _ => $"at {path} found {GraderFields.Describe(found)}, expected {GraderFields.Describe(expected)}",
    };

    /// <summary>Whether two values are equal.</summary>
    public static bool AreEqual(JsonElement left, JsonElement right, bool ignoreOrder = false) => FirstDifference(left, right, ignoreOrder) is null;

    private static string? OfObjects(JsonElement found, JsonElement expected, bool ignoreOrder, string path)
    {
        foreach (var field in expected.EnumerateObject())
        {
            if (!found.TryGetProperty(field.Name, out var value))
            {
                return $"at {path} there is no '{field.Name}'";
            }

            if (FirstDifference(value, field.Value, ignoreOrder, $"{path}.{field.Name}") is { } difference)
            {
                return difference;
            }
        }

        var extra = found.EnumerateObject().FirstOrDefault(field => !expected.TryGetProperty(field.Name, out _));
        return extra.Value.ValueKind == JsonValueKind.Undefined ? null : $"at {path} there is a '{extra.Name}' that is not expected";
    }

    private static string? OfLists(JsonElement found, JsonElement expected, bool ignoreOrder, string path)
    {
        if (found.GetArrayLength() != expected.GetArrayLength())
        {
            return $"at {path} found {found.GetArrayLength()} entries, expected {expected.GetArrayLength()}";
        }

        if (!ignoreOrder)
        {
            return Enumerable.Range(0, found.GetArrayLength()).Select(index => FirstDifference(found[index], expected[index], ignoreOrder, $"{path}[{index}]"))
                .FirstOrDefault(difference => difference is not null);
        }

        // Equality is an equivalence, so that taking the first equal entry each time finds a pairing where there is one.
        var free = found.EnumerateArray().ToList();
        foreach (var entry in expected.EnumerateArray())
        {
            var match = free.FindIndex(candidate => AreEqual(candidate, entry, ignoreOrder));
            if (match < 0)
            {
                return $"at {path} there is no entry {GraderFields.Describe(entry)}";
            }

            free.RemoveAt(match);
        }

        return null;
    }

    // Exactly where decimal can hold both; a double would call neighbours of long numbers equal.
    private static bool SameNumber(JsonElement left, JsonElement right)
        => left.GetRawText() == right.GetRawText()
            || (left.TryGetDecimal(out var first) && right.TryGetDecimal(out var second) ? first == second : left.GetDouble() == right.GetDouble());
}
