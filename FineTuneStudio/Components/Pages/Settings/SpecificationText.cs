using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.Settings;

/// <summary>Values of a specification by their path in its JSON, as text.</summary>
internal static class SpecificationText
{
    /// <summary>The value at a path such as <c>schedule.learningRate</c>; empty where there is none.</summary>
    public static string ValueOf(RunSpecification specification, string path)
    {
        using var document = JsonDocument.Parse(specification.ToJson());
        var value = document.RootElement;
        foreach (var name in path.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return "";
            }
        }

        return value.ToString();
    }
}
