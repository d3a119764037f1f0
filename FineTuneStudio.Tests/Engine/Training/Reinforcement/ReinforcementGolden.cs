using System.Text.Json;
using FineTuneStudio.Tests.Support;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>The reference numbers beside the project.</summary>
internal static class ReinforcementGolden
{
    /// <summary>The cases of a folder; skips the test where they are absent.</summary>
    public static IReadOnlyList<JsonElement> Cases(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Golden("reinforcement", folder, "cases.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(reference => reference.Clone())];
    }

    /// <summary>A number of the options; absent and null are the same.</summary>
    public static double? Number(JsonElement options, string name)
        => options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
