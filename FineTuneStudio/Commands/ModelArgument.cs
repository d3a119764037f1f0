using FineTuneStudio.Application;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.Extensions.Options;

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
        using var services = new ServiceCollection().AddStudioStorage(StudioConfiguration.Read()).BuildServiceProvider();

        // A studio that never ran has no database yet, and looking must not make one.
        var hasDatabase = services.GetRequiredService<IOptions<StudioOptions>>().Value.PostgreSql is { Length: > 0 }
            || File.Exists(services.GetRequiredService<StudioPaths>().Database);
        var folder = hasDatabase
            ? services.GetRequiredService<ModelLibrary>().FindAsync(name, CancellationToken.None).GetAwaiter().GetResult()?.Folder
            : null;
        return folder ?? (name == ModelLibrary.EmbeddedName && Directory.Exists(StudioPaths.EmbeddedModel) ? StudioPaths.EmbeddedModel : null);
    }
}
