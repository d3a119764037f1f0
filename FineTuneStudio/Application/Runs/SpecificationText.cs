using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>A specification as a person edits it: read, with the line of everything that is wrong.</summary>
public static class SpecificationText
{
    /// <summary>Reads a specification.</summary>
    /// <returns>The specification, where its form is right, even where values are impossible; and every fault with its line, from 1.</returns>
    public static (RunSpecification? Specification, IReadOnlyList<(int Line, string Message)> Faults) Read(string json)
    {
        RunSpecification? specification;
        try
        {
            specification = JsonSerializer.Deserialize<RunSpecification>(json, RunSpecification.JsonOptions);
        }
        catch (JsonException exception)
        {
            return (null, [((int)(exception.LineNumber ?? 0) + 1, SpecificationFaults.Describe(exception))]);
        }

        return specification is null
            ? (null, [(1, "Write a specification, an object in braces.")])
            : (specification, [.. specification.Validate().Select(error => (LineOf(json, error.Field), error.ToString()))]);
    }

    /// <summary>The line on which a field stands, from 1; the nearest object's where the field itself is not written.</summary>
    /// <param name="json">Sound JSON; comments are allowed.</param>
    /// <param name="path">Names with dots between: <c>lora.rank</c>.</param>
    public static int LineOf(string json, string path)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var wanted = path.Split('.');
        var found = 0;
        var line = 1;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && found < wanted.Length && reader.CurrentDepth == found + 1 && reader.ValueTextEquals(wanted[found]))
            {
                found++;
                line = 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
            }
            else if (reader.TokenType == JsonTokenType.EndObject && found > 0 && reader.CurrentDepth < found)
            {
                break;
            }
        }

        return line;
    }
}
