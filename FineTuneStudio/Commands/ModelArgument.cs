using FineTuneStudio.Application;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary>What a verb calls a model: a folder's path, or a name in the library.</summary>
internal static class ModelArgument
{
    /// <summary>The model's folder.</summary>
    /// <exception cref="UserErrorException">It is neither.</exception>
    public static string Resolve(string modelOrPath)
    {
        if (Directory.Exists(modelOrPath))
        {
            return Path.GetFullPath(modelOrPath);
        }

        return FromLibrary(modelOrPath)
            ?? throw new UserErrorException(modelOrPath, "There is no such folder, and no model of this name in the library; './studio model list' shows what there is.");
    }

    private static string? FromLibrary(string name)
    {
        var folder = LibraryLookup.Ask(async services => (await services.GetRequiredService<ModelLibrary>().FindAsync(name, CancellationToken.None))?.Folder, absent: null);
        return folder ?? (name == ModelLibrary.EmbeddedName && Directory.Exists(StudioPaths.EmbeddedModel) ? StudioPaths.EmbeddedModel : null);
    }
}
