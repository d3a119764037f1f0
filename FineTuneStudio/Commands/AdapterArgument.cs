using FineTuneStudio.Application;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Engine.Contracts;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Commands;

/// <summary>What a verb calls an adapter: a folder's path, or a name or an id in the library.</summary>
internal static class AdapterArgument
{
    /// <summary>The adapter's folder.</summary>
    /// <exception cref="UserErrorException">It is neither, or several are called so.</exception>
    public static string Resolve(string adapterOrPath)
    {
        if (Directory.Exists(adapterOrPath))
        {
            return Path.GetFullPath(adapterOrPath);
        }

        using var services = new ServiceCollection().AddStudioStorage(StudioConfiguration.Read()).BuildServiceProvider();

        // A studio that never ran has no database yet, and looking must not make one.
        var hasDatabase = services.GetRequiredService<IOptions<StudioOptions>>().Value.PostgreSql is { Length: > 0 } || File.Exists(services.GetRequiredService<StudioPaths>().Database);
        var library = services.GetRequiredService<AdapterLibrary>();
        var called = hasDatabase
            ? library.ListAsync(CancellationToken.None).GetAwaiter().GetResult().Where(adapter => adapter.Name == adapterOrPath || adapter.Id.ToString() == adapterOrPath).ToList()
            : [];
        return called.Count switch
        {
            1 => library.FolderOf(called[0]),
            0 => throw new UserErrorException(adapterOrPath, "There is no such folder, and no adapter of this name or id in the library; expected an adapter in PEFT layout."),
            _ => throw new UserErrorException(adapterOrPath, $"Several adapters are called so; name one by its id: {string.Join(", ", called.Select(adapter => adapter.Id))}."),
        };
    }
}
