using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts.Grading;

/// <summary>A grader as JSON (docs/graders.md), inside of another record. Two are equal where their text is.</summary>
/// <param name="Json">An object, as it was written.</param>
[JsonConverter(typeof(GraderDefinitionConverter))]
public sealed record GraderDefinition(string Json)
{
    /// <summary>What its author calls it; empty where it has no name.</summary>
    [JsonIgnore]
    public string Name => Text("name");

    /// <summary>Its <c>type</c>; empty where it has none.</summary>
    [JsonIgnore]
    public string Type => Text("type");

    private string Text(string field)
    {
        try
        {
            using var document = JsonDocument.Parse(Json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private sealed class GraderDefinitionConverter : JsonConverter<GraderDefinition>
    {
        public override GraderDefinition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new GraderDefinition(JsonSerializer.Serialize(document.RootElement))
                : throw new JsonException("Expected a grader, an object with a type; docs/graders.md lists them.");
        }

        public override void Write(Utf8JsonWriter writer, GraderDefinition value, JsonSerializerOptions options)
        {
            using var document = JsonDocument.Parse(value.Json);
            document.RootElement.WriteTo(writer);
        }
    }
}
