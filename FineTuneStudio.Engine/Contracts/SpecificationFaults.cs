using System.Text.Json;
using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Says in plain words what the JSON reader found wrong with a specification.</summary>
public static partial class SpecificationFaults
{
    /// <summary>One sentence, without the names of our types.</summary>
    public static string Describe(JsonException exception)
    {
        var message = exception.Message;
        if (UnknownField().Match(message) is { Success: true } unknown)
        {
            return $"There is no field '{unknown.Groups[1].Value}'{FieldsOf(unknown.Groups[2].Value)}.";
        }

        if (MissingFields().Match(message) is { Success: true } missing)
        {
            return $"It lacks {missing.Groups[1].Value}.";
        }

        if (WrongType().Match(message) is { Success: true } wrong)
        {
            return $"Expected {Expected(wrong.Groups[1].Value)}.";
        }

        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end > 0 ? message[..end] : message;
    }

    private static string FieldsOf(string typeName)
    {
        var names = typeof(SpecificationFaults).Assembly.GetType(typeName) is { } type
            ? RunSpecification.JsonOptions.GetTypeInfo(type).Properties.Select(property => property.Name).ToList()
            : [];
        return names.Count > 0 ? $" here; there are {string.Join(", ", names)}" : "";
    }

    private static string Expected(string typeName)
    {
        var name = Nullable().Match(typeName) is { Success: true } nullable ? nullable.Groups[1].Value : typeName;
        if (typeof(SpecificationFaults).Assembly.GetType(name) is { IsEnum: true } choice)
        {
            return $"one of {string.Join(", ", Enum.GetNames(choice).Select(JsonNamingPolicy.CamelCase.ConvertName))}";
        }

        return Type.GetType(name) switch
        {
            { } type when type == typeof(int) || type == typeof(long) => "a whole number",
            { } type when type == typeof(double) => "a number",
            { } type when type == typeof(bool) => "true or false",
            { } type when type == typeof(string) => "a text",
            _ => name.Contains("List", StringComparison.Ordinal) ? "a list of texts" : "an object with fields",
        };
    }

    [GeneratedRegex("JSON property '(.+?)' could not be mapped to any .NET member contained in type '(.+?)'")]
    private static partial Regex UnknownField();

    [GeneratedRegex("missing required properties including: (.+?)\\.?$")]
    private static partial Regex MissingFields();

    [GeneratedRegex("could not be converted to (.+?)\\. Path")]
    private static partial Regex WrongType();

    [GeneratedRegex("^System\\.Nullable`1\\[(.+)\\]$")]
    private static partial Regex Nullable();
}
