using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Judging;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Graders from a few words of JSON, and answers for them.</summary>
internal static class Graders
{
    private const string Output = "{{sample.output_text}}";

    /// <summary>A grader of a type; its fields as an anonymous object.</summary>
    public static string Json(string type, object fields)
    {
        var definition = new Dictionary<string, object> { ["type"] = type, ["name"] = "g" };
        foreach (var field in JsonSerializer.SerializeToElement(fields).EnumerateObject())
        {
            definition[field.Name] = field.Value;
        }

        return JsonSerializer.Serialize(definition);
    }

    /// <summary>Grades one answer of a row.</summary>
    public static Grade Evaluate(string json, string output, object? item = null, IJudge? judge = null, object? tools = null)
    {
        using var grader = Grader.Parse(json, "grader.json", judge);
        return grader.Evaluate(Sample(output, item, tools), TestContext.Current.CancellationToken);
    }

    /// <summary>Grades one answer by a grader of a type.</summary>
    public static Grade Evaluate(string type, object fields, string output, object? item = null, object? tools = null)
        => Evaluate(Json(type, fields), output, item, tools: tools);

    /// <summary>Compares an answer with the row's <c>answer</c> by a grader that has input and reference.</summary>
    public static Grade Compare(string type, string output, string answer, params (string Name, object Value)[] options)
    {
        var fields = new Dictionary<string, object> { ["input"] = Output, ["reference"] = "{{item.answer}}" };
        foreach (var (name, value) in options)
        {
            fields[name] = value;
        }

        return Evaluate(type, fields, output, new { answer });
    }

    /// <summary>An answer of a row.</summary>
    public static GradedSample Sample(string output, object? item = null, object? tools = null)
        => new(JsonSerializer.SerializeToElement(item ?? new { }), output, tools is null ? null : JsonSerializer.SerializeToElement(tools));

    /// <summary>The faults of a definition.</summary>
    public static IReadOnlyList<UserError> Faults(string json)
        => Assert.Throws<UserErrorException>(() => Grader.Parse(json, "grader.json")).Errors;
}
