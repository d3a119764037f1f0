using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Engine.Contracts;

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

        var called = LibraryLookup.Ask(services => FindAsync(services.GetRequiredService<AdapterLibrary>(), adapterOrPath), absent: []);
        return called.Count switch
        {
            1 => called[0].Folder,
            0 => throw new UserErrorException(adapterOrPath, "There is no such folder, and no adapter of this name or id in the library; expected an adapter in PEFT layout."),
            _ => throw new UserErrorException(adapterOrPath, $"Several adapters are called so; name one by its id: {string.Join(", ", called.Select(adapter => adapter.Id))}."),
        };
    }

    private static async Task<IReadOnlyList<(Guid Id, string Folder)>> FindAsync(AdapterLibrary library, string called)
        => [.. (await library.ListAsync(CancellationToken.None)).Where(adapter => adapter.Name == called || adapter.Id.ToString() == called).Select(adapter => (adapter.Id, library.FolderOf(adapter)))];
}
