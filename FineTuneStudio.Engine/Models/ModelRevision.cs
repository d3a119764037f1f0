using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Models;

/// <summary>Where a model folder came from: <c>.source.json</c>, which an import from a hub leaves in it.</summary>
public static class ModelRevision
{
    /// <summary>The file's name.</summary>
    public const string FileName = ".source.json";

    /// <summary>The commit on the hub, or <see langword="null"/> where the folder does not say.</summary>
    public static string? Find(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ModelSource>(File.ReadAllText(path), RunSpecification.JsonOptions)?.Revision;
        }
        catch (JsonException)
        {
            // Somebody else's file of this name says nothing about a revision.
            return null;
        }
    }
}
